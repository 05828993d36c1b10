// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title The ranking in plain words
/// @notice What the contracts do fast is done here one number at a time, so that both can be compared.
library Ranking {
    function product(bytes memory a, bytes memory b) internal pure returns (int256 sum) {
        for (uint256 i = 0; i < a.length; ++i) {
            sum += int256(int8(uint8(a[i]))) * int256(int8(uint8(b[i])));
        }
    }

    function ascends(bytes memory packed) internal pure returns (bool) {
        for (uint256 i = 1; i < packed.length / 4; ++i) {
            if (numberAt(packed, i - 1) >= numberAt(packed, i)) return false;
        }
        return true;
    }

    function contains(bytes memory packed, uint32 number) internal pure returns (bool) {
        for (uint256 i = 0; i < packed.length / 4; ++i) {
            if (numberAt(packed, i) == number) return true;
        }
        return false;
    }

    function numberAt(bytes memory packed, uint256 index) internal pure returns (uint32 number) {
        for (uint256 i = 4 * index; i < 4 * index + 4; ++i) {
            number = number << 8 | uint8(packed[i]);
        }
    }

    function withNumberAt(bytes memory packed, uint256 index, uint32 number) internal pure returns (bytes memory copy) {
        copy = bytes.concat(packed);
        for (uint256 i = 0; i < 4; ++i) {
            copy[4 * index + i] = bytes4(number)[i];
        }
    }

    /// @dev The best `count` rows that are not excluded, and their scores, packed.
    function rank(int256[] memory scores, bytes memory excluded, uint256 count)
        internal
        pure
        returns (bytes memory rows, bytes memory listed)
    {
        bool[] memory taken = new bool[](scores.length);
        for (uint256 place = 0; place < count; ++place) {
            uint256 best = type(uint256).max;
            for (uint256 row = 0; row < scores.length; ++row) {
                if (taken[row] || contains(excluded, uint32(row))) continue;
                if (best == type(uint256).max || scores[row] > scores[best]) best = row;
            }
            taken[best] = true;
            rows = bytes.concat(rows, bytes4(uint32(best)));
            listed = bytes.concat(listed, bytes4(uint32(int32(scores[best]))));
        }
    }
}
