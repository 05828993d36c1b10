// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Leaves} from "../src/Leaves.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {LargeEpoch} from "../test/kit/LargeEpoch.sol";

/// @title What it costs to commit an epoch of 100,000 tracks and listeners, and to take it down
contract EpochsGasTest is LargeEpoch, GasMeter {
    uint256 private constant SIGNERS = 3;

    /// @dev One listener and one track that was left out of its list, among leaves of others.
    function _bigEpoch() private returns (IRecommendationGraph.Commitment memory commitment) {
        commitment = _build(uint32(LEAVES), 128, 20, 100, 0);
        opening.listener = address(uint160(uint256(keccak256("a listener"))));
        commitment.trackRoot = _plantTrack(commitment.epoch);
        commitment.listenerRoot = _plantListener(commitment.epoch);
    }

    function _plantTrack(uint64 epoch) private returns (bytes32) {
        while (!_isDeep(_trackLeaf(epoch))) ++track.row;
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint32 row = 0; row < LEAVES; ++row) {
            bytes32 hash = keccak256(abi.encode("track", row));
            leaves[row] = row == track.row ? _trackLeaf(epoch) : Leaves.track(address(graph), epoch, row, hash, hash);
        }
        bytes32[] memory nodes = _bigTree(leaves);
        trackProof = _longProof(nodes, _trackLeaf(epoch));
        return nodes[0];
    }

    function _plantListener(uint64 epoch) private returns (bytes32) {
        while (!_isDeep(_listenerLeaf(epoch))) ++opening.row;
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint32 row = 0; row < LEAVES; ++row) {
            bytes32 hash = keccak256(abi.encode("listener", row));
            leaves[row] = row == opening.row
                ? _listenerLeaf(epoch)
                : Leaves.listener(address(graph), epoch, row, address(uint160(uint256(hash))), hash);
        }
        bytes32[] memory nodes = _bigTree(leaves);
        listenerProof = _longProof(nodes, _listenerLeaf(epoch));
        return nodes[0];
    }

    function test_a_commit_and_the_challenge_of_an_omission() public {
        _commitFinal();
        IRecommendationGraph.Commitment memory commitment = _bigEpoch();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), SIGNERS);
        graph.commit(commitment, _signers(SIGNERS), signatures);
        _record("commit_3");
        graph.challengeOmission(commitment, _signers(SIGNERS), opening, listenerProof, track, trackProof);
        _record("challenge_omission");
        uint256 lost = SIGNERS * MIN_BOND;
        assertEq(graph.keepers().length, 0, "all signers removed");
        assertEq(token.balanceOf(opening.listener), lost / 2, "bounty");
        assertEq(token.totalSupply(), SUPPLY - lost / 2, "burned");
    }
}
