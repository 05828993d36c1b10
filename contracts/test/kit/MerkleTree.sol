// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title OpenZeppelin's `standard-v1` tree, built in memory
/// @notice Node 0 is the root, node i has the children 2i + 1 and 2i + 2, and sorted leaves fill it from the end.
library MerkleTree {
    error NoSuchLeaf(bytes32 leaf);

    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        bytes32[] memory sorted = _sort(leaves);
        uint256 count = sorted.length;
        nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            nodes[nodes.length - 1 - i] = sorted[i];
        }
        for (uint256 i = count - 1; i > 0; --i) {
            nodes[i - 1] = _pair(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    function proofOf(bytes32[] memory nodes, bytes32 leaf) internal pure returns (bytes32[] memory proof) {
        uint256 node = nodes.length / 2;
        while (node < nodes.length && nodes[node] != leaf) ++node;
        if (node == nodes.length) revert NoSuchLeaf(leaf);
        uint256 depth = 0;
        for (uint256 up = node; up > 0; up = (up - 1) / 2) {
            ++depth;
        }
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = nodes[node % 2 == 1 ? node + 1 : node - 1];
            node = (node - 1) / 2;
        }
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function _sort(bytes32[] memory leaves) private pure returns (bytes32[] memory sorted) {
        sorted = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            uint256 place = i;
            while (place > 0 && sorted[place - 1] > leaves[i]) {
                sorted[place] = sorted[place - 1];
                --place;
            }
            sorted[place] = leaves[i];
        }
    }
}
