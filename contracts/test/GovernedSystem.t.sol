// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../src/Roles.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {GovernedSystem} from "./kit/GovernedSystem.sol";

/// @title What governance does with the whole system, from vote to execution
contract GovernedSystemTest is GovernedSystem {
    function test_governance_renews_the_keeper_set_and_the_next_epoch_is_signed_by_it() public {
        _addKeepers(2);
        _govern(address(graph), abi.encodeCall(graph.setKeepers, (_signers(5), 3)));
        assertEq(graph.keepers().length, 5, "keepers");
        assertEq(graph.quorum(), 3, "quorum");
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment, 3);
        vm.warp(graph.finalAt(commitment.epoch));
        assertTrue(graph.isFinal(commitment.epoch), "final");
    }

    function test_governance_renews_the_term_of_its_guardian() public {
        vm.warp(GUARDIAN_UNTIL - 20 days);
        _govern(address(manager), abi.encodeCall(manager.setGuardian, (guardian, GUARDIAN_UNTIL + 100 days)));
        vm.warp(GUARDIAN_UNTIL);
        vm.prank(guardian);
        graph.pauseCommits(uint64(block.timestamp) + 1);
    }

    function test_governance_makes_a_bridge_and_takes_it_back() public {
        address bridge = address(0xb41d6e);
        _govern(address(manager), abi.encodeCall(manager.grantRole, (Roles.BRIDGE, bridge, 0)));
        (bool isBridge,) = manager.hasRole(Roles.BRIDGE, bridge);
        assertTrue(isBridge, "granted");
        _govern(address(manager), abi.encodeCall(manager.revokeRole, (Roles.BRIDGE, bridge)));
        (isBridge,) = manager.hasRole(Roles.BRIDGE, bridge);
        assertFalse(isBridge, "revoked");
    }
}
