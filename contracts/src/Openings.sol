// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

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

    /// @notice Whether vector, exclusions and the sizes of list and scores have the epoch's form.
    function isWellFormed(
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 tracks,
        uint256 dimension,
        uint256 listLength
    ) internal pure returns (bool) {
        if (!isVector(opening.vector, dimension) || isZero(opening.vector)) return false;
        if (!isExclusionList(opening.excluded, tracks)) return false;
        uint256 listed = Math.min(listLength, tracks - opening.excluded.length / ROW_BYTES);
        return opening.rows.length == listed * ROW_BYTES && opening.scores.length == listed * ROW_BYTES;
    }

    /// @notice Whether that is a vector: `dimension` bytes, a multiple of 32, none of them 0x80.
    function isVector(bytes calldata vector, uint256 dimension) internal pure returns (bool) {
        if (vector.length != dimension) return false;
        for (uint256 i = 0; i < dimension; i += 32) {
            // A byte is 0x80 exactly where `word` is zero; the subtraction borrows into the high bit of such a byte.
            uint256 word = uint256(bytes32(vector[i:i + 32])) ^ HIGH_BITS;
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
            if (bytes32(vector[i:i + 32]) != bytes32(0)) return false;
        }
        return true;
    }

    /// @notice Whether those are at most 4,096 rows, strictly ascending, each below `tracks`.
    function isExclusionList(bytes calldata excluded, uint256 tracks) internal pure returns (bool) {
        if (excluded.length % ROW_BYTES != 0 || excluded.length > MAX_EXCLUDED * ROW_BYTES) return false;
        uint256 lowest = 0;
        for (uint256 i = 0; i < excluded.length; i += ROW_BYTES) {
            uint256 row = uint32(bytes4(excluded[i:i + ROW_BYTES]));
            if (row < lowest || row >= tracks) return false;
            lowest = row + 1;
        }
        return true;
    }
}
