// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";

/// @title The part of RoyaltyDistributor that the market calls
contract Ledger {
    mapping(address => mapping(address => uint256)) public balanceOf;

    function deposit(address currency, IRoyaltyDistributor.Credit[] calldata credits) external payable {
        uint256 sum = 0;
        for (uint256 i = 0; i < credits.length; ++i) {
            if (credits[i].amount == 0) continue;
            require(credits[i].account != address(0), "zero");
            balanceOf[credits[i].account][currency] += credits[i].amount;
            sum += credits[i].amount;
        }
        if (currency == address(0)) require(sum == msg.value, "value");
        else require(IERC20(currency).transferFrom(msg.sender, address(this), sum), "transfer");
    }
}
