// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Packed} from "./Packed.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title What a list claims
/// @notice Reads openings whose sizes are right. Better means: higher score, then lower row.
library Lists {
    /// @notice Whether the row at `first` is excluded or no track's, or does not rank strictly before the one at
    /// `second`, by the listed scores.
    function isOutOfOrder(
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 tracks,
        uint256 first,
        uint256 second
    ) internal pure returns (bool) {
        uint32 row = Packed.rowAt(opening.rows, first);
        if (row >= tracks || isExcluded(opening.excluded, row)) return true;
        if (first >= second) return false;
        int256 score = Packed.scoreAt(opening.scores, first);
        return !ranksBefore(score, row, Packed.scoreAt(opening.scores, second), Packed.rowAt(opening.rows, second))
            || row == Packed.rowAt(opening.rows, second);
    }

    /// @notice Whether a track with that score is neither listed nor excluded and ranks before the last one listed.
    /// Every such track ranks before the last one of an empty list.
    function isOmitted(IRecommendationGraph.ListenerOpening calldata opening, uint32 row, int256 score)
        internal
        pure
        returns (bool)
    {
        uint256 count = opening.rows.length / 4;
        if (count > 0) {
            int256 lastScore = Packed.scoreAt(opening.scores, count - 1);
            if (!ranksBefore(score, row, lastScore, Packed.rowAt(opening.rows, count - 1))) return false;
        }
        return !_isListed(opening.rows, row) && !isExcluded(opening.excluded, row);
    }

    /// @notice Whether the one ranks strictly before the other.
    function ranksBefore(int256 score, uint32 row, int256 otherScore, uint32 otherRow) internal pure returns (bool) {
        return score > otherScore || (score == otherScore && row < otherRow);
    }

    /// @notice Whether the row is among exclusions that ascend. In a list that does not, which is proof by itself, a row
    /// may be missed.
    function isExcluded(bytes calldata excluded, uint32 row) internal pure returns (bool) {
        uint256 low = 0;
        uint256 high = excluded.length / 4;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            uint32 found = Packed.rowAt(excluded, middle);
            if (found == row) return true;
            if (found < row) low = middle + 1;
            else high = middle;
        }
        return false;
    }

    function _isListed(bytes calldata rows, uint32 row) private pure returns (bool) {
        uint256 count = rows.length / 4;
        // No index is near 2^256.
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                if (Packed.rowAt(rows, i) == row) return true;
            }
        }
        return false;
    }
}
