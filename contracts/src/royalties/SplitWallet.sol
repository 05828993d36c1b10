// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title What stands at the address of a split
/// @notice Takes whatever is paid there and gives it to the ledger alone. Cloned when a split is first swept; until then
/// the address takes ether and tokens without any code.
contract SplitWallet {
    using SafeERC20 for IERC20;

    /// @notice The ledger, RoyaltyDistributor.
    address public immutable ledger;

    /// @notice Only the ledger takes out.
    error NotLedger(address caller);

    constructor() {
        ledger = msg.sender;
    }

    /// @notice Takes ether from everyone.
    receive() external payable {}

    /// @notice Gives an amount to the ledger. Callable by the ledger.
    /// @param currency Token, or zero for ether.
    function release(address currency, uint256 amount) external {
        if (msg.sender != ledger) revert NotLedger(msg.sender);
        if (currency == address(0)) Address.sendValue(payable(ledger), amount);
        else IERC20(currency).safeTransfer(ledger, amount);
    }
}
