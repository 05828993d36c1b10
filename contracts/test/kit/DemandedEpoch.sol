// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IDemands} from "../../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {TrueEpoch} from "./TrueEpoch.sol";

/// @title Demands, answers and expiry in few words; the first signer answers
abstract contract DemandedEpoch is TrueEpoch {
    address internal constant FAN = address(0xfa4);
    address internal constant OTHER = address(0x07e4);

    function _demandTrack(address by, uint32 row) internal returns (bytes32) {
        uint256 deposit = graph.trackDeposit();
        vm.deal(by, by.balance + deposit);
        vm.prank(by);
        return graph.demandTrack{value: deposit}(epoch, _signers(2), row);
    }

    function _demandListener(address listener) internal returns (bytes32) {
        uint256 deposit = graph.listenerDeposit();
        vm.deal(listener, listener.balance + deposit);
        vm.prank(listener);
        return graph.demandListener{value: deposit}(epoch, _signers(2));
    }

    function _answerTrack(uint256 row) internal {
        bytes32[] memory proof = _trackProof(row);
        vm.prank(_signers(1)[0]);
        graph.answerTrack(epoch, _signers(2), tracks[row], proof);
    }

    function _answerListener(uint256 row) internal {
        bytes32[] memory proof = _listenerProof(row);
        vm.prank(_signers(1)[0]);
        graph.answerListener(epoch, _signers(2), listeners[row], proof);
    }

    function _expire(bytes32 id) internal {
        vm.prank(OTHER);
        graph.expireDemand(epoch, _signers(2), id);
    }

    function _alone(uint256 i)
        internal
        view
        returns (IRecommendationGraph.ListenerLeaf[] memory leaves, bytes32[][] memory proofs)
    {
        (leaves, proofs) = (new IRecommendationGraph.ListenerLeaf[](1), new bytes32[][](1));
        (leaves[0], proofs[0]) = (_bareListener(i), _listenerProof(i));
    }

    function _neighbours(uint256 a, uint256 b)
        internal
        view
        returns (IRecommendationGraph.ListenerLeaf[] memory leaves, bytes32[][] memory proofs)
    {
        (leaves, proofs) = (new IRecommendationGraph.ListenerLeaf[](2), new bytes32[][](2));
        (leaves[0], proofs[0]) = (_bareListener(a), _listenerProof(a));
        (leaves[1], proofs[1]) = (_bareListener(b), _listenerProof(b));
    }

    function _assertDemand(bytes32 id, address demander, uint64 answerBy, IDemands.DemandState state) internal view {
        (address by, uint64 until, IDemands.DemandState found, uint128 deposit, uint64 number,) = graph.demandOf(id);
        assertEq(by, demander, "demander");
        assertEq(until, answerBy, "answer by");
        assertEq(uint256(found), uint256(state), "state");
        assertEq(deposit, MIN_DEPOSIT, "deposit");
        assertEq(number, epoch.epoch, "epoch");
    }
}
