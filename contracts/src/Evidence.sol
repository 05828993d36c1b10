// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Leaves} from "./Leaves.sol";
import {Openings} from "./Openings.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title What is in the committed trees
/// @notice Leaves are bound to chain, contract and epoch: to the RecommendationGraph that asks, `msg.sender`. Never reverts on bad form.
library Evidence {
    /// @notice Whether the opening hashes to a leaf, below the count, and has the form of the epoch.
    function isTrackOpening(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.TrackOpening calldata opening,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        return opening.row < commitment.tracks && hashesToTrack(commitment, opening, proof)
            && Openings.isVector(opening.vector, commitment.dimension);
    }

    /// @notice Whether the opening hashes to a leaf, below the count, and has the form of the epoch.
    function isListenerOpening(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        return opening.row < commitment.listeners && hashesToListener(commitment, opening, proof)
            && Openings.isWellFormed(opening, commitment.tracks, commitment.dimension, commitment.listLength);
    }

    /// @notice Whether the opening hashes to a leaf, whatever its row and form.
    function hashesToTrack(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.TrackOpening calldata opening,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        bytes32 trackIdHash = keccak256(bytes(opening.trackId));
        return isTrackLeaf(commitment, opening.row, trackIdHash, keccak256(opening.vector), proof);
    }

    /// @notice Whether the opening hashes to a leaf, whatever its row and form.
    function hashesToListener(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        bytes32 openingHash = Leaves.openingHash(
            opening.salt, opening.vector, opening.excluded, opening.rows, opening.scores
        );
        return isListenerLeaf(commitment, opening.row, opening.listener, openingHash, proof);
    }

    function isTrackLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        uint32 row,
        bytes32 trackIdHash,
        bytes32 vectorHash,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        bytes32 leaf = Leaves.track(msg.sender, commitment.epoch, row, trackIdHash, vectorHash);
        return MerkleProof.verifyCalldata(proof, commitment.trackRoot, leaf);
    }

    function isListenerLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        uint32 row,
        address listener,
        bytes32 openingHash,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        bytes32 leaf = Leaves.listener(msg.sender, commitment.epoch, row, listener, openingHash);
        return MerkleProof.verifyCalldata(proof, commitment.listenerRoot, leaf);
    }

    /// @notice Whether the neighbours prove that the listener has no leaf.
    /// @dev Rows ascend by address, so whoever stands between two consecutive rows, before row 0 or after the last one
    /// has no leaf. Leaves that do not ascend are for {challengeListenerRows}.
    function isAbsent(
        IRecommendationGraph.Commitment calldata commitment,
        address listener,
        IRecommendationGraph.ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) internal view returns (bool) {
        uint256 count = neighbours.length;
        if (count == 0 || count > 2 || proofs.length != count) return false;
        for (uint256 i = 0; i < count; ++i) {
            IRecommendationGraph.ListenerLeaf calldata leaf = neighbours[i];
            if (!isListenerLeaf(commitment, leaf.row, leaf.listener, leaf.openingHash, proofs[i])) return false;
        }
        IRecommendationGraph.ListenerLeaf calldata first = neighbours[0];
        if (count == 1) {
            return (first.row == 0 && listener < first.listener)
                || (uint256(first.row) + 1 == commitment.listeners && listener > first.listener);
        }
        IRecommendationGraph.ListenerLeaf calldata second = neighbours[1];
        return uint256(first.row) + 1 == second.row && second.row < commitment.listeners && first.listener < listener
            && listener < second.listener;
    }
}
