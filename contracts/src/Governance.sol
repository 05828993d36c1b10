// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

import {IGovernance} from "./interfaces/IGovernance.sol";
import {IGovernanceTimes} from "./interfaces/IGovernanceTimes.sol";

/// @title Governance by the holders of TuneToken, staked or not
/// @notice What it promises is said in IGovernance. All that is here is how OpenZeppelin's parts fit together, the sum
/// of two votes, and a quorum that is never zero.
contract Governance is
    IGovernance,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    /// @inheritdoc IGovernance
    IERC5805 public immutable stakes;

    /// @param token_ TuneToken: votes, clock and past supply.
    /// @param stakes_ StakingContract: votes of stakes, by the same clock.
    /// @param timelock_ Executes what was decided, after its delay; the admin of Permissions.
    /// @param settings What governance itself can change later.
    constructor(IERC5805 token_, IERC5805 stakes_, TimelockController timelock_, Settings memory settings)
        Governor("TuneFi Governance")
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorVotes(token_)
        GovernorVotesQuorumFraction(settings.quorumPercent)
        GovernorPreventLateQuorum(settings.lateQuorumExtension)
        GovernorTimelockControl(timelock_)
    {
        (string memory ofToken, string memory ofStakes) = (token_.CLOCK_MODE(), stakes_.CLOCK_MODE());
        if (keccak256(bytes(ofToken)) != keccak256(bytes(ofStakes))) revert ClocksDiffer(ofToken, ofStakes);
        stakes = stakes_;
    }

    /// @inheritdoc IGovernanceTimes
    function decisionTime() external view returns (uint256) {
        uint256 voting = votingDelay() + votingPeriod() + lateQuorumVoteExtension() + 1;
        return voting + TimelockController(payable(timelock())).getMinDelay();
    }

    /// @notice The state of a proposal, with what the timelock knows of it.
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @notice The last second in which one can vote, later when the quorum was reached late.
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @notice Always true: everything decided waits in the timelock.
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @notice Votes that a proposer needs, in wei of TuneToken.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @dev Tokens and stakes at one second. Neither can be in both, because staking moves it within one transaction.
    function _getVotes(address account, uint256 timepoint, bytes memory params)
        internal
        view
        override(Governor, GovernorVotes)
        returns (uint256)
    {
        return super._getVotes(account, timepoint, params) + stakes.getPastVotes(account, timepoint);
    }

    function _updateQuorumNumerator(uint256 newQuorumNumerator) internal override {
        if (newQuorumNumerator == 0) revert NoQuorum();
        super._updateQuorumNumerator(newQuorumNumerator);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
