// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ITuneToken} from "../../src/interfaces/ITuneToken.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @title Proposals stolen, blocked, or executed without their vote or their wait
contract ProposalAttacks is VotingSystem {
    function setUp() public override {
        super.setUp();
        token.delegate(address(this));
        _endow(FAN, 10_000 ether);
        vm.warp(START + 1);
    }

    function _change() private view returns (Proposal memory) {
        return _proposal(address(token), abi.encodeCall(token.setBridgeLimits, (OTHER, _limits())));
    }

    function propose(Proposal memory p) external returns (uint256) {
        vm.prank(FAN);
        return governance.propose(p.targets, p.values, p.calldatas, p.description);
    }

    function queue(Proposal memory p) external {
        _queue(p);
    }

    function execute(Proposal memory p) external {
        _execute(p);
    }

    function test_a_proposal_that_names_its_proposer_cannot_be_proposed_first_and_canceled() public {
        Proposal memory p = _change();
        p.description = "limits #proposer=0x7fa9385be102ac3eac297483dd6233d62b3e1496";
        assertEq(address(this), 0x7FA9385bE102ac3EAc297483Dd6233D62b3e1496, "the test's address");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, FAN));
        this.propose(p);
        uint256 id = _propose(p);
        assertEq(governance.proposalProposer(id), address(this), "proposer");
    }

    /// @dev Without the suffix somebody can be first and cancel it: a new description is a new proposal.
    function test_a_proposal_that_was_stolen_and_canceled_is_proposed_again_under_another_name() public {
        Proposal memory p = _change();
        this.propose(p);
        vm.prank(FAN);
        governance.cancel(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.propose(p);
        p.description = "again";
        _decide(p);
        _execute(p);
        assertEq(token.bridgeLimits(OTHER).mintCapacity, BRIDGE_CAPACITY, "done");
    }

    function test_nothing_is_queued_or_executed_without_a_vote() public {
        Proposal memory p = _change();
        uint256 id = _open(p);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.queue(p);
        _close(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.queue(p);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.execute(p);
    }

    function test_nothing_is_executed_before_the_timelock_or_twice() public {
        Proposal memory p = _change();
        _decide(p);
        vm.warp(block.timestamp - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        this.execute(p);
        vm.warp(block.timestamp + 1);
        _execute(p);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.execute(p);
    }

    function test_the_timelock_takes_orders_from_governance_alone() public {
        bytes memory data = abi.encodeCall(token.setBridgeLimits, (OTHER, _limits()));
        address[3] memory callers = [FAN, GUARDIAN, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            timelock.schedule(address(token), 0, data, 0, 0, TIMELOCK_DELAY);
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            timelock.execute(address(token), 0, data, 0, 0);
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            timelock.cancel(0);
            vm.expectPartialRevert(TimelockController.TimelockUnauthorizedCaller.selector);
            timelock.updateDelay(0);
            bytes32 proposer = timelock.PROPOSER_ROLE();
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            timelock.grantRole(proposer, callers[i]);
            vm.stopPrank();
        }
    }

    function test_a_queued_proposal_is_executed_through_governance_only() public {
        Proposal memory p = _change();
        _decide(p);
        bytes32 salt = bytes20(address(governance)) ^ keccak256(bytes(p.description));
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        vm.prank(FAN);
        timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
    }

    function test_governances_own_functions_take_orders_from_the_timelock_alone() public {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, FAN));
        vm.prank(FAN);
        governance.setVotingPeriod(1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, FAN));
        vm.prank(FAN);
        governance.updateTimelock(timelock);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, FAN));
        vm.prank(FAN);
        governance.relay(address(token), 0, "");
        // The timelock too, unless a decided proposal is being executed.
        vm.expectRevert();
        vm.prank(address(timelock));
        governance.setVotingPeriod(1);
    }

    function test_what_fails_in_execution_changes_nothing_and_can_be_tried_again() public {
        Proposal memory p = _proposal(
            address(token), abi.encodeCall(token.setBridgeLimits, (OTHER, ITuneToken.BridgeLimits(1, 0, 1, 1)))
        );
        uint256 id = _decide(p);
        vm.expectRevert(abi.encodeWithSelector(ITuneToken.NoWindow.selector, OTHER));
        this.execute(p);
        assertEq(uint256(governance.state(id)), uint256(IGovernor.ProposalState.Queued), "queued still");
    }

    function test_a_vote_cannot_be_changed_or_cast_early_or_late() public {
        Proposal memory p = _change();
        uint256 id = _propose(p);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governance.castVote(id, FOR);
        vm.warp(governance.proposalDeadline(id) + 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governance.castVote(id, FOR);
    }

    function test_only_the_timelock_is_admin_after_the_hand_over() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        token.setBridgeLimits(OTHER, _limits());
        (bool isAdmin,) = manager.hasRole(0, address(this));
        assertFalse(isAdmin, "deployer");
        (isAdmin,) = manager.hasRole(0, address(governance));
        assertFalse(isAdmin, "governance acts through the timelock");
        (isAdmin,) = manager.hasRole(0, address(timelock));
        assertTrue(isAdmin, "timelock");
    }
}
