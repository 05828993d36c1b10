// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title How long governance needs
interface IGovernanceTimes {
    /// @notice The longest that a proposal takes from its creation to the first second at which it can be executed, in
    /// seconds, when it is queued at once: voting delay, voting period, extension for a late quorum, timelock.
    function decisionTime() external view returns (uint256);
}
