// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Packed} from "./Packed.sol";

/// @title The score of a track for a listener
/// @notice The sum of products of two vectors of int8, eight products in one multiplication.
/// @dev Bytes are raised by 128 to be unsigned, a' = a + 128, so that
///
///     sum(a b) = sum(a' b') - 128 sum(a' + b') + 16,384 D.
///
/// A word is read as eight lanes of 32 bits. One of four bytes is left in each lane, and the lanes of b' are reversed;
/// then the highest lane of the product of both words is the sum of the eight products of lanes that belong together.
/// No lane overflows: each product is at most 255^2, and 1,024 of them stay below 2^26.
library Scores {
    uint256 private constant HIGH_BITS = 0x8080808080808080808080808080808080808080808080808080808080808080;
    // slither-disable-start too-many-digits (masks of lanes of a word)
    uint256 private constant LOW_BYTES = 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
    uint256 private constant LANE_ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant LOW_LANES = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant LOW_HALVES = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    // slither-disable-end too-many-digits

    /// @notice The product of two vectors of one dimension, a multiple of 32 up to 1,024. Recomputes what a list claims.
    function product(bytes calldata a, bytes calldata b) internal pure returns (int256) {
        uint256 products = 0;
        uint256 sums = 0;
        // No lane overflows, as said above, and wrapping beyond the highest lane is meant.
        unchecked {
            for (uint256 offset = 0; offset < a.length; offset += 32) {
                uint256 x = Packed.wordAt(a, offset) ^ HIGH_BITS;
                uint256 y = _reverseLanes(Packed.wordAt(b, offset) ^ HIGH_BITS);
                for (uint256 i = 0; i < 4; ++i) {
                    uint256 left = x & LOW_BYTES;
                    uint256 right = y & LOW_BYTES;
                    products += left * right;
                    sums += left + right;
                    x >>= 8;
                    y >>= 8;
                }
            }
            // Highest lanes have 32 bits, and a length is no more: all are positive.
            // forge-lint: disable-next-line(unsafe-typecast)
            return int256(products >> 224) - 128 * int256((sums * LANE_ONES) >> 224) + 16_384 * int256(a.length);
        }
    }

    function _reverseLanes(uint256 word) private pure returns (uint256) {
        word = ((word >> 32) & LOW_LANES) | ((word & LOW_LANES) << 32);
        word = ((word >> 64) & LOW_HALVES) | ((word & LOW_HALVES) << 64);
        return (word >> 128) | (word << 128);
    }
}
