// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evidence} from "./Evidence.sol";
import {Lists} from "./Lists.sol";
import {Openings} from "./Openings.sol";
import {Packed} from "./Packed.sol";
import {Scores} from "./Scores.sol";
import {IChallenges} from "./interfaces/IChallenges.sol";
import {IDemands} from "./interfaces/IDemands.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title Recomputes what evidence claims
/// @notice Holds no state and no money, and answers its caller, the RecommendationGraph whose leaves are in the trees.
/// RecommendationGraph creates it and hands every question on as it came, byte for byte, so that each function here has
/// the name and the arguments of one there: `verify` returns the answer, `challenge` and `answer` revert unless the
/// evidence is what it must be. Whether the commitment is an epoch's, and what follows, is decided there.
/// @dev A contract of its own because both together are above the largest size of code; a library would have each argument
/// encoded anew.
contract Judge {
    /// @notice Whether the opening is a track's, see IRecommendationGraph.
    function verifyTrackOpening(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.TrackOpening calldata opening,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return Evidence.isTrackOpening(commitment, opening, proof);
    }

    /// @notice Whether the leaf is a track's, see IRecommendationGraph.
    function verifyTrackLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        uint32 row,
        bytes32 trackIdHash,
        bytes32 vectorHash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return row < commitment.tracks && Evidence.isTrackLeaf(commitment, row, trackIdHash, vectorHash, proof);
    }

    /// @notice Whether the leaf is a listener's, see IRecommendationGraph.
    function verifyListenerLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        uint32 row,
        address listener,
        bytes32 openingHash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return row < commitment.listeners && Evidence.isListenerLeaf(commitment, row, listener, openingHash, proof);
    }

    /// @notice Whether the opening is a listener's, see IRecommendationGraph.
    function verifyListenerOpening(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return Evidence.isListenerOpening(commitment, opening, proof);
    }

    /// @notice Whether the listener has no leaf, see IRecommendationGraph.
    function verifyListenerAbsence(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        address listener,
        IRecommendationGraph.ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) external view returns (bool) {
        return Evidence.isAbsent(commitment, listener, neighbours, proofs);
    }

    /// @notice Reverts unless the opening is a track's, see IDemands.
    function answerTrack(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.TrackOpening calldata opening,
        bytes32[] calldata proof
    ) external view {
        if (!Evidence.isTrackOpening(commitment, opening, proof)) {
            revert IDemands.NotAnAnswer();
        }
    }

    /// @notice Reverts unless the opening is a listener's, see IDemands.
    function answerListener(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external view {
        if (!Evidence.isListenerOpening(commitment, opening, proof)) {
            revert IDemands.NotAnAnswer();
        }
    }

    /// @notice Reverts unless the listener has no leaf, see IDemands.
    function answerAbsence(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        address listener,
        IRecommendationGraph.ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) external view {
        if (!Evidence.isAbsent(commitment, listener, neighbours, proofs)) {
            revert IDemands.NotAnAnswer();
        }
    }

    /// @notice Reverts unless the score is false, see IChallenges.
    function challengeScore(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof,
        uint256 position,
        IRecommendationGraph.TrackOpening calldata track,
        bytes32[] calldata trackProof
    ) external view {
        _checkListener(commitment, opening, proof);
        _checkTrack(commitment, track, trackProof);
        _require(_isFalseScore(commitment, opening, position, track));
    }

    /// @notice Reverts unless the list is out of order, see IChallenges.
    function challengeOrder(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof,
        uint256 first,
        uint256 second
    ) external view {
        _checkListener(commitment, opening, proof);
        _require(_isFalseOrder(commitment, opening, first, second));
    }

    /// @notice Reverts unless the track was left out, see IChallenges.
    function challengeOmission(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof,
        IRecommendationGraph.TrackOpening calldata track,
        bytes32[] calldata trackProof
    ) external view {
        _checkListener(commitment, opening, proof);
        _checkTrack(commitment, track, trackProof);
        _require(_isOmission(commitment, opening, track));
    }

    /// @notice Reverts unless the track has bad form, see IChallenges.
    function challengeMalformedTrack(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.TrackOpening calldata track,
        bytes32[] calldata proof
    ) external view {
        _checkTrack(commitment, track, proof);
        _require(!Openings.isVector(track.vector, commitment.dimension));
    }

    /// @notice Reverts unless the listener's opening has bad form, see IChallenges.
    function challengeMalformedListener(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external view {
        _checkListener(commitment, opening, proof);
        bool formed = Openings.isWellFormed(opening, commitment.tracks, commitment.dimension, commitment.listLength);
        _require(!formed);
    }

    /// @notice Reverts unless two track leaves contradict each other, see IChallenges.
    function challengeTrackRows(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.TrackLeaf calldata a,
        bytes32[] calldata proofA,
        IRecommendationGraph.TrackLeaf calldata b,
        bytes32[] calldata proofB
    ) external view {
        _checkTrackLeaf(commitment, a, proofA);
        _checkTrackLeaf(commitment, b, proofB);
        bool proven = _isBeyond(a.row, b.row, commitment.tracks)
            || (a.row == b.row
                    ? a.trackIdHash != b.trackIdHash || a.vectorHash != b.vectorHash
                    : _isDescending(a.row, uint256(a.trackIdHash), b.row, uint256(b.trackIdHash)));
        _require(proven);
    }

    /// @notice Reverts unless two listener leaves contradict each other, see IChallenges.
    function challengeListenerRows(
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata,
        IRecommendationGraph.ListenerLeaf calldata a,
        bytes32[] calldata proofA,
        IRecommendationGraph.ListenerLeaf calldata b,
        bytes32[] calldata proofB
    ) external view {
        _checkListenerLeaf(commitment, a, proofA);
        _checkListenerLeaf(commitment, b, proofB);
        bool proven = _isBeyond(a.row, b.row, commitment.listeners)
            || (a.row == b.row
                    ? a.listener != b.listener || a.openingHash != b.openingHash
                    : _isDescending(a.row, uint160(a.listener), b.row, uint160(b.listener)));
        _require(proven);
    }

    function _require(bool proven) private pure {
        if (!proven) revert IChallenges.NothingProven();
    }

    function _checkListener(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) private view {
        if (!Evidence.hashesToListener(commitment, opening, proof)) {
            revert IChallenges.NotInTree(opening.row);
        }
    }

    function _checkTrack(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.TrackOpening calldata track,
        bytes32[] calldata proof
    ) private view {
        if (!Evidence.hashesToTrack(commitment, track, proof)) {
            revert IChallenges.NotInTree(track.row);
        }
    }

    function _checkTrackLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.TrackLeaf calldata leaf,
        bytes32[] calldata proof
    ) private view {
        if (!Evidence.isTrackLeaf(commitment, leaf.row, leaf.trackIdHash, leaf.vectorHash, proof)) {
            revert IChallenges.NotInTree(leaf.row);
        }
    }

    function _checkListenerLeaf(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerLeaf calldata leaf,
        bytes32[] calldata proof
    ) private view {
        if (!Evidence.isListenerLeaf(commitment, leaf.row, leaf.listener, leaf.openingHash, proof)) {
            revert IChallenges.NotInTree(leaf.row);
        }
    }

    function _isFalseScore(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 position,
        IRecommendationGraph.TrackOpening calldata track
    ) private pure returns (bool) {
        if (!_hasSizes(commitment, opening)) return true;
        _checkPosition(opening, position);
        uint32 row = Packed.rowAt(opening.rows, position);
        if (track.row != row) revert IChallenges.WrongTrack(row, track.row);
        if (track.vector.length != commitment.dimension) return true;
        return Scores.product(opening.vector, track.vector) != Packed.scoreAt(opening.scores, position);
    }

    function _isFalseOrder(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 first,
        uint256 second
    ) private pure returns (bool) {
        if (!_hasSizes(commitment, opening)) return true;
        _checkPosition(opening, first);
        _checkPosition(opening, second);
        return Lists.isOutOfOrder(opening, commitment.tracks, first, second);
    }

    function _isOmission(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening,
        IRecommendationGraph.TrackOpening calldata track
    ) private pure returns (bool) {
        if (!_hasSizes(commitment, opening) || track.vector.length != commitment.dimension) return true;
        return Lists.isOmitted(opening, track.row, Scores.product(opening.vector, track.vector));
    }

    /// @dev Without its sizes, an opening cannot be read: then it is proof by itself.
    function _hasSizes(
        IRecommendationGraph.Commitment calldata commitment,
        IRecommendationGraph.ListenerOpening calldata opening
    ) private pure returns (bool) {
        return Openings.hasSizes(opening, commitment.tracks, commitment.dimension, commitment.listLength);
    }

    function _checkPosition(IRecommendationGraph.ListenerOpening calldata opening, uint256 position) private pure {
        uint256 count = opening.rows.length / 4;
        if (position >= count) revert IChallenges.PositionOutOfRange(position, count);
    }

    function _isBeyond(uint256 rowA, uint256 rowB, uint256 count) private pure returns (bool) {
        return rowA >= count || rowB >= count;
    }

    /// @dev Whether two different rows have one key, or keys in the other order.
    function _isDescending(uint256 rowA, uint256 keyA, uint256 rowB, uint256 keyB) private pure returns (bool) {
        return keyA == keyB || (rowA < rowB) != (keyA < keyB);
    }
}
