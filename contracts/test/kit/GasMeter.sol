// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {MerkleTree} from "./MerkleTree.sol";

/// @dev The cheatcodes that measure, from Foundry's reference.
interface MeterVm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function lastCallGas() external view returns (Gas memory);
    function serializeUint(string calldata object, string calldata key, uint256 value) external returns (string memory);
    function writeFile(string calldata path, string calldata data) external;
}

/// @title Trees of 100,000 leaves and the gas of whole transactions
/// @notice For `forge test --isolate`, in which each call of a test is a transaction of its own: its gas then has the
/// 21,000, the calldata and the refunds, and every slot is cold.
abstract contract GasMeter {
    uint256 internal constant LEAVES = 100_000;

    /// @dev The longest proof of such a tree; the other leaves have one of 16.
    uint256 internal constant DEPTH = 17;

    MeterVm private constant METER = MeterVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice The measured call is not a transaction of its own: run with --isolate.
    error NotIsolated();

    /// @notice The leaf has 16 siblings: measure one that has 17, the dearer.
    error ShortProof(bytes32 leaf);

    /// @dev What the last call cost as a transaction.
    function _lastTransaction() internal view returns (uint256 used) {
        used = METER.lastCallGas().gasTotalUsed;
        if (used < 21_000) revert NotIsolated();
    }

    /// @dev Writes the gas of the last call as `name`; scripts/gas.mjs collects the files.
    function _record(string memory name) internal {
        _record(name, _lastTransaction());
    }

    function _record(string memory name, uint256 used) internal {
        METER.writeFile(string.concat("cache/gas/", name, ".json"), METER.serializeUint(name, name, used));
    }

    /// @dev The tree of OpenZeppelin's `standard-v1` over the leaves, which it sorts in place.
    function _bigTree(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        Arrays.sort(leaves);
        uint256 count = leaves.length;
        nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            nodes[nodes.length - 1 - i] = leaves[i];
        }
        for (uint256 i = count - 1; i > 0; --i) {
            nodes[i - 1] = Hashes.commutativeKeccak256(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    /// @dev Whether the leaf's proof will be a long one: seven leaves of ten have one, the least ones.
    function _isDeep(bytes32 leaf) internal pure returns (bool) {
        return uint256(leaf) < 2 ** 255;
    }

    /// @dev The proof of a leaf that has a long one.
    function _longProof(bytes32[] memory nodes, bytes32 leaf) internal pure returns (bytes32[] memory proof) {
        proof = MerkleTree.proofOf(nodes, leaf);
        if (proof.length != DEPTH) revert ShortProof(leaf);
    }
}
