// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title Packed big-endian numbers in calldata
/// @notice Reads without bounds checks, about six times cheaper than slices: the caller has compared the index with the
/// length. What lies past the end of the bytes is whatever follows in calldata.
library Packed {
    /// @notice The 32 bytes from `offset` on.
    function wordAt(bytes calldata data, uint256 offset) internal pure returns (uint256 word) {
        // A slice costs about 120 gas for each word, and 4,096 exclusions have 1,024 of them to read.
        // slither-disable-next-line assembly (six times cheaper, see above)
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }

    /// @notice The uint32 at place `index`, below a quarter of the length.
    function rowAt(bytes calldata data, uint256 index) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast) shifted to 32 bits
        return uint32(wordAt(data, 4 * index) >> 224);
    }

    /// @notice The int32 at place `index`, below a quarter of the length.
    function scoreAt(bytes calldata data, uint256 index) internal pure returns (int32) {
        // forge-lint: disable-next-line(unsafe-typecast) the same 32 bits, signed
        return int32(rowAt(data, index));
    }
}
