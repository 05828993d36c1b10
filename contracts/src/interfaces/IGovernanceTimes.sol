// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title How long governance needs
interface IGovernanceTimes {
    /// @notice Seconds from the creation of a proposal until it can be executed at the latest, when it is queued at once:
    /// voting delay, voting period, extension for a late quorum, one second to close the vote, timelock.
    function decisionTime() external view returns (uint256);
}
