// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

import {Governance} from "../src/Governance.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IGovernance} from "../src/interfaces/IGovernance.sol";
import {IPermissions} from "../src/interfaces/IPermissions.sol";
import {ITuneToken} from "../src/interfaces/ITuneToken.sol";
import {VotingSystem} from "./kit/VotingSystem.sol";

/// @dev Votes by block numbers: what Governance must not be combined with.
contract BlockVotes {
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=blocknumber&from=default";
    }
}

contract GovernanceTest is VotingSystem {
    uint256 private constant QUORUM = SUPPLY * QUORUM_PERCENT / 100;

    function setUp() public override {
        super.setUp();
        token.delegate(address(this));
        staking.delegate(address(this));
        _endow(FAN, QUORUM);
        _endow(OTHER, QUORUM);
        vm.warp(START + 1);
    }

    function _anyProposal() private view returns (Proposal memory) {
        return _proposal(
            address(token), abi.encodeCall(TuneToken.setBridgeLimits, (OTHER, ITuneToken.BridgeLimits(1, 2, 3, 4)))
        );
    }

    function _vote(address voter, uint256 id, uint8 support) private {
        vm.prank(voter);
        governance.castVote(id, support);
    }

    function _assertState(uint256 id, IGovernor.ProposalState expected, string memory what) private view {
        assertEq(uint256(governance.state(id)), uint256(expected), what);
    }

    function test_settings_are_what_was_asked_for() public view {
        assertEq(governance.name(), "TuneFi Governance", "name");
        assertEq(address(governance.token()), address(token), "token");
        assertEq(address(governance.stakes()), address(staking), "stakes");
        assertEq(governance.timelock(), address(timelock), "timelock");
        assertEq(governance.votingDelay(), VOTING_DELAY, "delay");
        assertEq(governance.votingPeriod(), VOTING_PERIOD, "period");
        assertEq(governance.lateQuorumVoteExtension(), LATE_QUORUM_EXTENSION, "extension");
        assertEq(governance.proposalThreshold(), THRESHOLD, "threshold");
        assertEq(governance.quorum(START), QUORUM, "quorum");
        assertEq(governance.clock(), block.timestamp, "clock");
        assertEq(governance.CLOCK_MODE(), "mode=timestamp", "mode");
        assertTrue(governance.proposalNeedsQueuing(1), "everything waits in the timelock");
    }

    function test_a_proposal_goes_from_vote_to_execution() public {
        Proposal memory p = _anyProposal();
        uint256 id = _propose(p);
        _assertState(id, IGovernor.ProposalState.Pending, "proposed");
        vm.warp(governance.proposalSnapshot(id));
        _assertState(id, IGovernor.ProposalState.Pending, "in the second whose votes count");
        vm.warp(block.timestamp + 1);
        _assertState(id, IGovernor.ProposalState.Active, "open");
        governance.castVote(id, FOR);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Succeeded, "won");
        _queue(p);
        _assertState(id, IGovernor.ProposalState.Queued, "queued");
        assertEq(governance.proposalEta(id), block.timestamp + TIMELOCK_DELAY, "eta");
        vm.warp(governance.proposalEta(id));
        _execute(p);
        _assertState(id, IGovernor.ProposalState.Executed, "executed");
        assertEq(token.bridgeLimits(OTHER).burnCapacity, 3, "done");
    }

    function test_a_vote_weighs_tokens_and_stakes_together() public {
        vm.prank(FAN);
        staking.stake(QUORUM / 4);
        uint256 id = _open(_anyProposal());
        assertEq(governance.getVotes(FAN, governance.proposalSnapshot(id)), QUORUM, "both");
        _vote(FAN, id, FOR);
        (, uint256 forVotes,) = governance.proposalVotes(id);
        assertEq(forVotes, QUORUM, "weight");
    }

    function test_stakes_alone_can_propose_and_decide() public {
        vm.prank(FAN);
        staking.stake(QUORUM);
        vm.warp(block.timestamp + 1);
        Proposal memory p = _anyProposal();
        vm.prank(FAN);
        uint256 id = _propose(p);
        vm.warp(governance.proposalSnapshot(id) + 1);
        _vote(FAN, id, FOR);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Succeeded, "won");
    }

    function test_bonds_and_what_is_unstaking_have_no_vote() public {
        vm.startPrank(FAN);
        staking.bond(QUORUM / 2);
        staking.stake(QUORUM / 2);
        staking.unstake(QUORUM / 2);
        vm.stopPrank();
        vm.warp(block.timestamp + 1);
        assertEq(governance.getVotes(FAN, block.timestamp - 1), 0, "votes");
    }

    function test_a_proposal_below_the_quorum_is_defeated() public {
        vm.prank(FAN);
        assertTrue(token.transfer(address(1), 1), "transfer");
        uint256 id = _open(_anyProposal());
        _vote(FAN, id, FOR);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Defeated, "one short");
    }

    function test_the_quorum_is_of_the_tokens_supply_alone() public {
        uint256 supplyWithoutStakes = governance.quorum(START);
        vm.prank(FAN);
        staking.stake(QUORUM);
        vm.warp(block.timestamp + 1);
        assertEq(governance.quorum(block.timestamp - 1), supplyWithoutStakes, "stakes count once");
        token.burn(SUPPLY / 2);
        vm.warp(block.timestamp + 1);
        assertEq(governance.quorum(block.timestamp - 1), supplyWithoutStakes / 2, "burned");
        assertEq(governance.quorum(START), supplyWithoutStakes, "in the past");
    }

    function test_abstentions_reach_the_quorum_and_a_tie_is_lost() public {
        uint256 id = _open(_anyProposal());
        _vote(FAN, id, FOR);
        _vote(OTHER, id, AGAINST);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Defeated, "tie");
        Proposal memory p = _anyProposal();
        p.description = "again";
        id = _open(p);
        vm.prank(FAN);
        governance.castVote(id, ABSTAIN);
        _vote(OTHER, id, FOR);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Succeeded, "won");
    }

    function test_a_proposer_needs_the_threshold_a_second_before() public {
        address small = address(0x5a11);
        _endow(small, THRESHOLD - 1);
        vm.warp(block.timestamp + 1);
        Proposal memory p = _anyProposal();
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, small, THRESHOLD - 1, THRESHOLD
            )
        );
        vm.prank(small);
        _governor().propose(p.targets, p.values, p.calldatas, p.description);
        assertTrue(token.transfer(small, 1), "transfer");
        vm.warp(block.timestamp + 1);
        vm.prank(small);
        _propose(p);
    }

    function test_a_late_quorum_leaves_time_to_answer() public {
        uint256 id = _open(_anyProposal());
        uint256 deadline = governance.proposalDeadline(id);
        vm.warp(deadline);
        _vote(FAN, id, FOR);
        assertEq(governance.proposalDeadline(id), deadline + LATE_QUORUM_EXTENSION, "deadline");
        vm.warp(deadline + LATE_QUORUM_EXTENSION);
        _vote(OTHER, id, AGAINST);
        _close(id);
        _assertState(id, IGovernor.ProposalState.Defeated, "answered");
    }

    function test_the_decision_time_is_what_the_slowest_proposal_takes() public {
        uint256 createdAt = block.timestamp;
        Proposal memory p = _anyProposal();
        uint256 id = _propose(p);
        vm.warp(governance.proposalDeadline(id));
        _vote(FAN, id, FOR);
        _close(id);
        _queue(p);
        vm.warp(createdAt + governance.decisionTime() - 1);
        vm.expectRevert();
        this.execute(p);
        vm.warp(createdAt + governance.decisionTime());
        _execute(p);
    }

    function execute(Proposal memory p) external {
        _execute(p);
    }

    function test_governance_changes_its_own_settings() public {
        _govern(address(governance), abi.encodeCall(GovernorSettings.setVotingDelay, (2 days)));
        assertEq(governance.votingDelay(), 2 days, "delay");
        _govern(address(governance), abi.encodeCall(GovernorVotesQuorumFraction.updateQuorumNumerator, (10)));
        assertEq(governance.quorumNumerator(), 10, "quorum");
        _govern(address(governance), abi.encodeCall(GovernorPreventLateQuorum.setLateQuorumVoteExtension, (1 days)));
        assertEq(governance.lateQuorumVoteExtension(), 1 days, "extension");
        assertEq(governance.decisionTime(), 2 days + 5 days + 1 days + 1 + TIMELOCK_DELAY, "decision time");
    }

    function test_a_quorum_of_nothing_is_refused() public {
        Proposal memory p =
            _proposal(address(governance), abi.encodeCall(GovernorVotesQuorumFraction.updateQuorumNumerator, (0)));
        _decide(p);
        vm.expectRevert(IGovernance.NoQuorum.selector);
        this.execute(p);
        IGovernance.Settings memory settings = _settings();
        settings.quorumPercent = 0;
        vm.expectRevert(IGovernance.NoQuorum.selector);
        new Governance(token, staking, timelock, settings);
    }

    function test_two_clocks_are_refused() public {
        IERC5805 blocks = IERC5805(address(new BlockVotes()));
        vm.expectRevert(
            abi.encodeWithSelector(IGovernance.ClocksDiffer.selector, "mode=timestamp", "mode=blocknumber&from=default")
        );
        new Governance(token, blocks, timelock, _settings());
    }

    function test_the_timelock_may_name_the_guardian() public {
        _govern(address(manager), abi.encodeCall(IPermissions.setGuardian, (OTHER, uint64(START + 100 days))));
        assertEq(manager.guardian(), OTHER, "guardian");
    }

    function test_a_proposer_may_cancel_before_the_vote_and_only_then() public {
        Proposal memory p = _anyProposal();
        uint256 id = _propose(p);
        bytes32 hash = keccak256(bytes(p.description));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, FAN));
        vm.prank(FAN);
        governance.cancel(p.targets, p.values, p.calldatas, hash);
        vm.warp(governance.proposalSnapshot(id) + 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, address(this)));
        governance.cancel(p.targets, p.values, p.calldatas, hash);
        p.description = "another";
        id = _propose(p);
        _cancel(p);
        _assertState(id, IGovernor.ProposalState.Canceled, "canceled");
    }

    function test_ether_is_refused_by_governance_and_kept_by_the_timelock() public {
        vm.deal(address(this), 2);
        (bool taken,) = address(governance).call{value: 1}("");
        assertFalse(taken, "governance");
        (taken,) = address(timelock).call{value: 1}("");
        assertTrue(taken, "timelock");
        Proposal memory p = _proposal(FAN, "");
        p.values[0] = 1;
        _decide(p);
        _execute(p);
        assertEq(FAN.balance, 1, "paid by a decision");
    }

    function testFuzz_votes_are_tokens_and_stakes_of_the_second_of_the_snapshot(
        uint256 staked,
        uint256 unstaked,
        uint256 later
    ) public {
        staked = bound(staked, 1, QUORUM);
        unstaked = bound(unstaked, 1, staked);
        later = bound(later, 1, QUORUM);
        vm.startPrank(FAN);
        staking.stake(staked);
        vm.warp(block.timestamp + 1);
        staking.unstake(unstaked);
        uint256 snapshot = block.timestamp;
        vm.warp(block.timestamp + 1);
        if (later <= QUORUM - staked) staking.stake(later);
        assertEq(governance.getVotes(FAN, snapshot - 1), QUORUM, "staking moves votes");
        assertEq(governance.getVotes(FAN, snapshot), QUORUM - unstaked, "unstaking ends them");
    }
}
