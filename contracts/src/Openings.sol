// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Packed} from "./Packed.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title The form of an opening
/// @notice Says whether bytes have the form that an epoch demands, and never reverts on bad form. Recomputes neither
/// scores nor order.
library Openings {
    /// @notice The most rows that can be excluded for one listener.
    uint256 internal constant MAX_EXCLUDED = 4_096;

    uint256 private constant ROW_BYTES = 4;
    uint256 private constant LOW_BITS = 0x0101010101010101010101010101010101010101010101010101010101010101;
    uint256 private constant HIGH_BITS = 0x8080808080808080808080808080808080808080808080808080808080808080;
    // slither-disable-start too-many-digits (masks of lanes of a word)
    uint256 private constant LOW_LANES = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant LANE_ONES = 0x0000000000000001000000000000000100000000000000010000000000000001;
    uint256 private constant LANE_GUARDS = 0x0000000100000000000000010000000000000001000000000000000100000000;

    // slither-disable-end too-many-digits

    /// @notice Whether vector, exclusions, list and scores have the epoch's form.
    function isWellFormed(
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 tracks,
        uint256 dimension,
        uint256 listLength
    ) internal pure returns (bool) {
        return hasSizes(opening, tracks, dimension, listLength) && isVector(opening.vector, dimension)
            && !isZero(opening.vector) && isExclusionList(opening.excluded, tracks);
    }

    /// @notice Whether vector, exclusions, list and scores have the sizes that the epoch demands: all that is needed to
    /// read them.
    function hasSizes(
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 tracks,
        uint256 dimension,
        uint256 listLength
    ) internal pure returns (bool) {
        uint256 excluded = opening.excluded.length / ROW_BYTES;
        if (opening.excluded.length % ROW_BYTES != 0 || excluded > Math.min(MAX_EXCLUDED, tracks)) return false;
        uint256 size = Math.min(listLength, tracks - excluded) * ROW_BYTES;
        return opening.vector.length == dimension && opening.rows.length == size && opening.scores.length == size;
    }

    /// @notice Whether that is a vector: `dimension` bytes, a multiple of 32, none of them 0x80.
    function isVector(bytes calldata vector, uint256 dimension) internal pure returns (bool) {
        if (vector.length != dimension) return false;
        for (uint256 i = 0; i < dimension; i += 32) {
            // A byte is 0x80 exactly where `word` is zero; the subtraction borrows into the high bit of such a byte.
            uint256 word = Packed.wordAt(vector, i) ^ HIGH_BITS;
            unchecked {
                // Wrapping is meant: only whether any high bit is left matters.
                if ((word - LOW_BITS) & ~word & HIGH_BITS != 0) return false;
            }
        }
        return true;
    }

    /// @notice Whether all bytes of a vector, a multiple of 32 long, are zero.
    function isZero(bytes calldata vector) internal pure returns (bool) {
        for (uint256 i = 0; i < vector.length; i += 32) {
            if (Packed.wordAt(vector, i) != 0) return false;
        }
        return true;
    }

    /// @notice Whether those are at most 4,096 rows, strictly ascending, each below `tracks`.
    function isExclusionList(bytes calldata excluded, uint256 tracks) internal pure returns (bool) {
        if (excluded.length % ROW_BYTES != 0 || excluded.length > MAX_EXCLUDED * ROW_BYTES) return false;
        uint256 count = excluded.length / ROW_BYTES;
        return count == 0 || (_ascends(excluded, count) && Packed.rowAt(excluded, count - 1) < tracks);
    }

    /// @dev Whether each row is below the next one. Compares eight pairs in one step, the even and the odd lanes of a word
    /// with those of the word four bytes later: a guard bit above each lane survives the subtraction exactly where the
    /// next row is above the row. A fifth of the cost of row by row, which counts for 4,096 of them.
    function _ascends(bytes calldata rows, uint256 count) private pure returns (bool) {
        uint256 i = 0;
        // No index is near 2^256, and no lane borrows from the next: next + 2^32 - row - 1 is never negative.
        unchecked {
            for (; i + 8 < count; i += 8) {
                uint256 word = Packed.wordAt(rows, i * ROW_BYTES);
                uint256 next = Packed.wordAt(rows, (i + 1) * ROW_BYTES);
                uint256 even = ((next & LOW_LANES) | LANE_GUARDS) - (word & LOW_LANES) - LANE_ONES;
                uint256 odd = (((next >> 32) & LOW_LANES) | LANE_GUARDS) - ((word >> 32) & LOW_LANES) - LANE_ONES;
                if (even & odd & LANE_GUARDS != LANE_GUARDS) return false;
            }
            for (; i + 1 < count; ++i) {
                if (Packed.rowAt(rows, i) >= Packed.rowAt(rows, i + 1)) return false;
            }
        }
        return true;
    }
}
