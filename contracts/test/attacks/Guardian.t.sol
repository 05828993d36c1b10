// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Roles} from "../../src/Roles.sol";
import {IPermissions} from "../../src/interfaces/IPermissions.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {GovernedSystem} from "../kit/GovernedSystem.sol";

/// @title A guardian that wants more, or longer
contract GuardianAttacks is GovernedSystem {
    function _expectRefused() private {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        vm.prank(guardian);
    }

    function test_a_guardian_past_its_term_neither_vetoes_nor_pauses() public {
        vm.warp(GUARDIAN_UNTIL);
        _expectRefused();
        graph.vetoEpoch(1);
        _expectRefused();
        graph.pauseCommits(uint64(block.timestamp) + 1);
        _expectRefused();
        fans.vetoRoot(1, 0);
    }

    function test_a_guardian_in_the_last_second_of_its_term_still_vetoes() public {
        vm.warp(GUARDIAN_UNTIL - 1);
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment);
        vm.prank(guardian);
        graph.vetoEpoch(commitment.epoch);
        assertFalse(graph.isFinal(commitment.epoch), "vetoed");
    }

    function test_a_guardian_cannot_lengthen_its_term_or_name_another() public {
        vm.startPrank(guardian);
        bytes memory refused =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, guardian, Roles.ADMIN);
        vm.expectRevert(refused);
        manager.setGuardian(guardian, GUARDIAN_UNTIL + 1);
        vm.expectRevert(refused);
        manager.setGuardian(address(1), GUARDIAN_UNTIL);
        vm.expectRevert(refused);
        manager.grantRole(Roles.GUARDIAN, address(1), 0);
    }

    function test_a_pause_ends_by_itself() public {
        uint64 until = uint64(block.timestamp) + graph.MAX_PAUSE();
        vm.expectRevert();
        vm.prank(guardian);
        graph.pauseCommits(until + 1);
        vm.prank(guardian);
        graph.pauseCommits(until);
        vm.warp(until);
        vm.roll(HEIGHT + 1);
        _commit(_commitment());
    }

    function test_governance_vetoes_when_there_is_no_guardian() public {
        vm.prank(guardian);
        manager.renounceRole(Roles.GUARDIAN, guardian);
        Proposal memory p = _proposal(address(graph), abi.encodeCall(graph.vetoEpoch, (graph.latestEpoch() + 1)));
        _decide(p);
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment);
        _execute(p);
        vm.warp(graph.finalAt(commitment.epoch));
        assertFalse(graph.isFinal(commitment.epoch), "vetoed");
    }

    function test_a_term_given_by_governance_is_at_most_a_year() public {
        Proposal memory p = _proposal(
            address(manager), abi.encodeCall(IPermissions.setGuardian, (guardian, uint64(block.timestamp) + 400 days))
        );
        _decide(p);
        vm.expectPartialRevert(IPermissions.BadTerm.selector);
        this.execute(p);
    }

    function execute(Proposal memory p) external {
        _execute(p);
    }
}
