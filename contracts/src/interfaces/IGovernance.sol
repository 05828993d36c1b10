// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

import {IGovernanceTimes} from "./IGovernanceTimes.sol";

/// @title What Governance adds to OpenZeppelin's Governor
/// @notice A vote weighs what the voter had been delegated in TuneToken and in stakes, both at the one second in which
/// voting began; a token that moves from one into the other counts in exactly one of them at every second. The quorum
/// is a percentage of TuneToken's supply in that second, in which staked tokens are included.
///
/// Everyone with `proposalThreshold` votes proposes; everyone votes, queues and executes. Signed votes
/// (`castVoteBySig`) are EIP-712 with a nonce, of keys and of contract wallets (EIP-1271). A description that ends in
/// `#proposer=0x...` can be proposed by that address alone, so that nobody proposes it first to cancel it.
interface IGovernance is IGovernanceTimes {
    /// @param votingDelay Seconds between a proposal and the moment whose votes count.
    /// @param votingPeriod Seconds in which one can vote.
    /// @param lateQuorumExtension Seconds that remain to vote at least once the quorum is reached; at most
    /// `votingPeriod`.
    /// @param proposalThreshold Votes that a proposer needs, in wei of TuneToken.
    /// @param quorumPercent Hundredths of the supply that must vote for a proposal or abstain; 1 to 100.
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 lateQuorumExtension;
        uint256 proposalThreshold;
        uint256 quorumPercent;
    }

    /// @notice Token and stakes count their votes by different clocks.
    error ClocksDiffer(string ofToken, string ofStakes);

    /// @notice Without a quorum, a single vote would decide.
    error NoQuorum();

    /// @notice Where staked votes are read.
    function stakes() external view returns (IERC5805);
}
