// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title The leaves of TuneFi's Merkle trees
/// @notice leaf = keccak256(keccak256(abi.encode(TYPE, chainId, contract, epoch, key, valueHash))), in OpenZeppelin
/// `standard-v1` trees. Type, chain, contract and epoch are in the leaf, so none can be shown as another.
library Leaves {
    /// @notice Type of a track's leaf.
    bytes32 internal constant TRACK_TYPE = keccak256("TuneFi.Track.v1");

    /// @notice Type of a listener's leaf.
    bytes32 internal constant LISTENER_TYPE = keccak256("TuneFi.Listener.v1");

    /// @notice Type of a reward's leaf.
    bytes32 internal constant REWARD_TYPE = keccak256("TuneFi.Reward.v1");

    /// @notice Leaf of a track in the tree that `owner`, the RecommendationGraph, holds.
    function track(address owner, uint64 epoch, uint32 row, bytes32 trackIdHash, bytes32 vectorHash)
        internal
        view
        returns (bytes32)
    {
        return _leaf(TRACK_TYPE, owner, epoch, row, keccak256(abi.encode(trackIdHash, vectorHash)));
    }

    /// @notice Leaf of a listener in the tree that `owner`, the RecommendationGraph, holds.
    function listener(address owner, uint64 epoch, uint32 row, address account, bytes32 opening)
        internal
        view
        returns (bytes32)
    {
        return _leaf(LISTENER_TYPE, owner, epoch, row, keccak256(abi.encode(account, opening)));
    }

    /// @notice Leaf of a reward in the tree that `owner`, the FanEngagement, holds.
    function reward(address owner, uint64 epoch, address account, uint256 cumulative) internal view returns (bytes32) {
        return _leaf(REWARD_TYPE, owner, epoch, uint160(account), keccak256(abi.encode(cumulative)));
    }

    /// @notice Hash of what a listener was recommended and from what.
    function openingHash(
        bytes32 salt,
        bytes calldata vector,
        bytes calldata excluded,
        bytes calldata rows,
        bytes calldata scores
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(salt, keccak256(vector), keccak256(excluded), keccak256(rows), keccak256(scores)));
    }

    function _leaf(bytes32 kind, address owner, uint64 epoch, uint256 key, bytes32 valueHash)
        private
        view
        returns (bytes32)
    {
        return
            keccak256(bytes.concat(keccak256(abi.encode(kind, block.chainid, owner, uint256(epoch), key, valueHash))));
    }
}
