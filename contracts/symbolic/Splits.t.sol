// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RoyaltyDistributor} from "../src/RoyaltyDistributor.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title The split rule, for any shares and any amount
contract SplitsSymbolicTest is Symbolic {
    uint256 private constant WHOLE = 1_000_000;

    RoyaltyDistributor private royalties;

    function setUp() public {
        royalties = new RoyaltyDistributor();
    }

    function check_a_split_is_created_exactly_when_its_parts_sum_to_the_whole(
        address[] calldata accounts,
        uint32[4] calldata parts,
        uint8 remainder
    ) public {
        IRoyaltyDistributor.Split memory split;
        split.recipients = new IRoyaltyDistributor.Recipient[](accounts.length);
        split.remainder = remainder;
        uint256 sum = 0;
        bool formed = remainder < accounts.length;
        for (uint256 i = 0; i < accounts.length; ++i) {
            split.recipients[i] = IRoyaltyDistributor.Recipient(accounts[i], parts[i]);
            sum += parts[i];
            formed = formed && parts[i] > 0 && accounts[i] > (i == 0 ? address(0) : accounts[i - 1]);
        }
        (bool done,) = address(royalties).call(abi.encodeCall(royalties.createSplit, split));
        assert(done == (formed && sum == WHOLE));
    }
}
