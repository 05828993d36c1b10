// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Leaves} from "../src/Leaves.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {LargeEpoch} from "../test/kit/LargeEpoch.sol";

/// @title What it costs to commit an epoch of 100,000 tracks and listeners, to demand of it, and to take it down
contract EpochsGasTest is LargeEpoch, GasMeter {
    uint256 private constant SIGNERS = 3;
    /// @dev No row that is planted is so high, or one of the last twenty.
    uint32 private constant FIRST_OTHER = 1_000;
    address private constant LISTENER = address(uint160(uint256(keccak256("listener"))));
    address private constant STRANGER = address(uint160(uint256(keccak256("stranger"))));

    IRecommendationGraph.Commitment private _epoch;

    /// @dev A track that is listed; no vector has its first byte.
    IRecommendationGraph.TrackOpening private _listed;
    bytes32[] private _listedProof;

    function _buildEpoch(uint32 tracks, uint256 depth) private returns (IRecommendationGraph.Commitment memory) {
        return _build(tracks, 128, 20, 100, depth);
    }

    /// @dev One listener, whose opening is false in every way, among leaves of others of which only the hashes are known.
    function _plant() private returns (bytes32[] memory trackNodes, bytes32[] memory listenerNodes) {
        _commitFinal();
        _epoch = _buildEpoch(uint32(LEAVES), 0);
        opening.listener = LISTENER;
        _falsify();
        _listed = track;
        _listed.row = uint32(LEAVES) - 1;
        _listed.vector[0] = 0x80;
        trackNodes = _plantTracks(_epoch.epoch);
        listenerNodes = _plantListeners(_epoch.epoch);
        (_epoch.trackRoot, _epoch.listenerRoot) = (trackNodes[0], listenerNodes[0]);
    }

    /// @dev Equal scores of rows that descend, and one exclusion twice. The track is left out already.
    function _falsify() private {
        uint256 end = opening.excluded.length;
        for (uint256 i = 0; i < 4; ++i) {
            opening.excluded[end - 4 + i] = opening.excluded[end - 8 + i];
        }
        for (uint256 i = 4; i < opening.scores.length; ++i) {
            opening.scores[i] = opening.scores[i - 4];
        }
    }

    function _plantTracks(uint64 epoch) private returns (bytes32[] memory nodes) {
        while (!_isDeep(_trackLeaf(epoch))) ++track.row;
        while (!_isDeep(_listedLeaf(epoch))) --_listed.row;
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint32 row = 0; row < LEAVES; ++row) {
            leaves[row] = _leafOf(epoch, _otherTrack(row));
        }
        leaves[track.row] = _trackLeaf(epoch);
        leaves[_listed.row] = _listedLeaf(epoch);
        nodes = _bigTree(leaves);
        trackProof = _longProof(nodes, _trackLeaf(epoch));
        _listedProof = _longProof(nodes, _listedLeaf(epoch));
    }

    function _plantListeners(uint64 epoch) private returns (bytes32[] memory nodes) {
        while (!_isDeep(_listenerLeaf(epoch))) ++opening.row;
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint32 row = 0; row < LEAVES; ++row) {
            leaves[row] = _leafOf(epoch, _otherListener(row));
        }
        leaves[opening.row] = _listenerLeaf(epoch);
        nodes = _bigTree(leaves);
        listenerProof = _longProof(nodes, _listenerLeaf(epoch));
    }

    function _listedLeaf(uint64 epoch) private view returns (bytes32) {
        bytes32 idHash = keccak256(bytes(_listed.trackId));
        return Leaves.track(address(graph), epoch, _listed.row, idHash, keccak256(_listed.vector));
    }

    function _otherTrack(uint32 row) private pure returns (IRecommendationGraph.TrackLeaf memory) {
        bytes32 hash = keccak256(abi.encode("track", row));
        return IRecommendationGraph.TrackLeaf(row, hash, hash);
    }

    function _otherListener(uint32 row) private pure returns (IRecommendationGraph.ListenerLeaf memory) {
        bytes32 hash = keccak256(abi.encode("listener", row));
        return IRecommendationGraph.ListenerLeaf(row, address(uint160(uint256(hash))), hash);
    }

    function _leafOf(uint64 epoch, IRecommendationGraph.TrackLeaf memory leaf) private view returns (bytes32) {
        return Leaves.track(address(graph), epoch, leaf.row, leaf.trackIdHash, leaf.vectorHash);
    }

    function _leafOf(uint64 epoch, IRecommendationGraph.ListenerLeaf memory leaf) private view returns (bytes32) {
        return Leaves.listener(address(graph), epoch, leaf.row, leaf.listener, leaf.openingHash);
    }

    /// @dev Two other tracks whose ids are in the wrong order.
    function _tracksInDisorder() private view returns (uint32 a, uint32 b) {
        a = FIRST_OTHER;
        while (!_isDeep(_leafOf(_epoch.epoch, _otherTrack(a)))) ++a;
        b = a + 1;
        while (
            !_isDeep(_leafOf(_epoch.epoch, _otherTrack(b))) || _otherTrack(b).trackIdHash > _otherTrack(a).trackIdHash
        ) ++b;
    }

    /// @dev Two listeners next to each other, whose addresses ascend or do not.
    function _neighbours(bool ascending) private view returns (uint32 a) {
        a = FIRST_OTHER;
        while (
            !_isDeep(_leafOf(_epoch.epoch, _otherListener(a))) || !_isDeep(_leafOf(_epoch.epoch, _otherListener(a + 1)))
                || (_otherListener(a).listener < _otherListener(a + 1).listener) != ascending
        ) ++a;
    }

    function _proofOf(bytes32[] memory nodes, IRecommendationGraph.ListenerLeaf memory leaf)
        private
        view
        returns (bytes32[] memory)
    {
        return _longProof(nodes, _leafOf(_epoch.epoch, leaf));
    }

    /// @dev Writes what the last call cost, and takes it back.
    function _recordAt(uint256 state, string memory name) private {
        _record(name);
        assertTrue(vm.revertToState(state), "back");
    }

    function test_a_commit_and_every_challenge() public {
        (bytes32[] memory trackNodes, bytes32[] memory listenerNodes) = _plant();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(_epoch), SIGNERS);
        graph.commit(_epoch, _signers(SIGNERS), signatures);
        _record("commit_3");
        uint256 state = vm.snapshotState();
        _challengeOpenings(state);
        _challengeTrackRows(state, trackNodes);
        _challengeListenerRows(state, listenerNodes);
        _demandAndAnswer(state, listenerNodes);
        _expire();
    }

    function _challengeOpenings(uint256 state) private {
        graph.challengeOmission(_epoch, _signers(SIGNERS), opening, listenerProof, track, trackProof);
        _record("challenge_omission");
        uint256 lost = SIGNERS * MIN_BOND;
        assertEq(graph.keepers().length, 0, "all signers removed");
        assertEq(token.balanceOf(LISTENER), lost / 2, "bounty");
        assertEq(token.totalSupply(), SUPPLY - lost / 2, "burned");
        assertTrue(vm.revertToState(state), "back");
        uint256 position = LEAVES - 1 - _listed.row;
        graph.challengeScore(_epoch, _signers(SIGNERS), opening, listenerProof, position, _listed, _listedProof);
        _recordAt(state, "RecommendationGraph.challengeScore");
        graph.challengeOrder(_epoch, _signers(SIGNERS), opening, listenerProof, 0, 1);
        _recordAt(state, "RecommendationGraph.challengeOrder");
        graph.challengeMalformedTrack(_epoch, _signers(SIGNERS), _listed, _listedProof);
        _recordAt(state, "RecommendationGraph.challengeMalformedTrack");
        graph.challengeMalformedListener(_epoch, _signers(SIGNERS), opening, listenerProof);
        _recordAt(state, "RecommendationGraph.challengeMalformedListener");
        IRecommendationGraph.Commitment memory other = _epoch;
        other.snapshotDigest = keccak256("another history");
        bytes memory first = _sign(keeperKeys[0], graph.commitmentDigest(_epoch));
        bytes memory second = _sign(keeperKeys[0], graph.commitmentDigest(other));
        graph.challengeEquivocation(_epoch, other, first, second);
        _recordAt(state, "RecommendationGraph.challengeEquivocation");
    }

    function _challengeTrackRows(uint256 state, bytes32[] memory nodes) private {
        (uint32 a, uint32 b) = _tracksInDisorder();
        bytes32[] memory proofA = _longProof(nodes, _leafOf(_epoch.epoch, _otherTrack(a)));
        bytes32[] memory proofB = _longProof(nodes, _leafOf(_epoch.epoch, _otherTrack(b)));
        graph.challengeTrackRows(_epoch, _signers(SIGNERS), _otherTrack(a), proofA, _otherTrack(b), proofB);
        _recordAt(state, "RecommendationGraph.challengeTrackRows");
    }

    function _challengeListenerRows(uint256 state, bytes32[] memory nodes) private {
        uint32 row = _neighbours(false);
        IRecommendationGraph.ListenerLeaf memory a = _otherListener(row);
        IRecommendationGraph.ListenerLeaf memory b = _otherListener(row + 1);
        graph.challengeListenerRows(_epoch, _signers(SIGNERS), a, _proofOf(nodes, a), b, _proofOf(nodes, b));
        _recordAt(state, "RecommendationGraph.challengeListenerRows");
    }

    /// @dev One after the other, as they come in an epoch; signers answer.
    function _demandAndAnswer(uint256 state, bytes32[] memory nodes) private {
        address[] memory signers = _signers(SIGNERS);
        _demandTrack();
        _record("RecommendationGraph.demandTrack");
        _demandListener(LISTENER);
        _record("RecommendationGraph.demandListener");
        vm.prank(signers[0]);
        graph.answerTrack(_epoch, signers, track, trackProof);
        _record("RecommendationGraph.answerTrack");
        _answerAbsence(nodes);
        vm.prank(signers[0]);
        graph.withdrawEther(payable(signers[0]));
        _recordAt(state, "RecommendationGraph.withdrawEther");
    }

    function _answerAbsence(bytes32[] memory nodes) private {
        uint32 row = _neighbours(true);
        IRecommendationGraph.ListenerLeaf[] memory leaves = new IRecommendationGraph.ListenerLeaf[](2);
        bytes32[][] memory proofs = new bytes32[][](2);
        (leaves[0], leaves[1]) = (_otherListener(row), _otherListener(row + 1));
        (proofs[0], proofs[1]) = (_proofOf(nodes, leaves[0]), _proofOf(nodes, leaves[1]));
        address absent = address(uint160(leaves[0].listener) + 1);
        _demandListener(absent);
        address[] memory signers = _signers(SIGNERS);
        vm.prank(signers[0]);
        graph.answerAbsence(_epoch, signers, absent, leaves, proofs);
        _record("RecommendationGraph.answerAbsence");
    }

    /// @dev Two demands without an answer: one expires, the other's deposit is taken back.
    function _expire() private {
        bytes32 late = _demandTrack();
        bytes32 open = _demandListener(LISTENER);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        graph.expireDemand(_epoch, _signers(SIGNERS), late);
        _record("RecommendationGraph.expireDemand");
        graph.reclaimDeposit(open);
        _record("RecommendationGraph.reclaimDeposit");
    }

    function _demandTrack() private returns (bytes32) {
        address[] memory signers = _signers(SIGNERS);
        vm.deal(STRANGER, MIN_DEPOSIT);
        vm.prank(STRANGER);
        return graph.demandTrack{value: MIN_DEPOSIT}(_epoch, signers, track.row);
    }

    function _demandListener(address listener) private returns (bytes32) {
        address[] memory signers = _signers(SIGNERS);
        vm.deal(listener, MIN_DEPOSIT);
        vm.prank(listener);
        return graph.demandListener{value: MIN_DEPOSIT}(_epoch, signers);
    }

    /// @dev An answer must have good form, so this is another epoch. Its siblings are made up, which does not count.
    function test_a_list_is_demanded_and_answered() public {
        _commitFinal();
        _epoch = _buildEpoch(uint32(LEAVES), DEPTH);
        _commit(_epoch, SIGNERS);
        _demandListener(opening.listener);
        address[] memory signers = _signers(SIGNERS);
        vm.prank(signers[0]);
        graph.answerListener(_epoch, signers, opening, listenerProof);
        _record("RecommendationGraph.answerListener");
    }

    /// @dev What siblings are does not count: those of {LargeEpoch} are made up.
    function _challengeInTreesOf(uint32 leaves, uint256 depth, string memory name) private {
        _commitFinal();
        IRecommendationGraph.Commitment memory commitment = _buildEpoch(leaves, depth);
        _commit(commitment, SIGNERS);
        graph.challengeOmission(commitment, _signers(SIGNERS), opening, listenerProof, track, trackProof);
        _record(name);
    }

    function test_a_challenge_in_trees_of_a_million() public {
        _challengeInTreesOf(1_000_000, 20, "challenge_omission_1m");
    }

    function test_a_challenge_in_trees_of_a_hundred_million() public {
        _challengeInTreesOf(100_000_000, 27, "challenge_omission_100m");
    }
}
