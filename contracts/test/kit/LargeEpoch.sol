// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Leaves} from "../../src/Leaves.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {System} from "./System.sol";

/// @title One listener's and one track's leaf in trees of whatever depth
/// @dev Siblings are made up, so that a tree of four billion leaves costs nothing to build.
abstract contract LargeEpoch is System {
    IRecommendationGraph.ListenerOpening internal opening;
    IRecommendationGraph.TrackOpening internal track;
    bytes32[] internal listenerProof;
    bytes32[] internal trackProof;

    /// @dev An epoch with `tracks` rows. The one listener has the given sizes; the one track is row 7 and beats the last
    /// of the list, so that it was left out.
    function _build(uint32 tracks, uint16 dimension, uint16 listLength, uint256 excluded, uint256 depth)
        internal
        returns (IRecommendationGraph.Commitment memory commitment)
    {
        commitment = _commitment();
        (commitment.tracks, commitment.listeners) = (tracks, tracks);
        (commitment.dimension, commitment.listLength) = (dimension, listLength);
        track = IRecommendationGraph.TrackOpening({
            row: 7, trackId: string(_vector("id", 256)), vector: _vector("track", dimension)
        });
        opening.row = 5;
        opening.listener = address(0x115e6e5);
        opening.salt = keccak256("salt");
        opening.vector = _vector("listener", dimension);
        opening.excluded = _numbers(excluded, int256(uint256(tracks / 2)), 1);
        opening.rows = _numbers(listLength, int256(uint256(tracks)) - 1, -1);
        opening.scores = _numbers(listLength, -16_000_000, -1);
        delete listenerProof;
        delete trackProof;
        for (uint256 i = 0; i < depth; ++i) {
            listenerProof.push(keccak256(abi.encode("listener", i)));
            trackProof.push(keccak256(abi.encode("track", i)));
        }
        commitment.trackRoot = _fold(_trackLeaf(commitment.epoch), trackProof);
        commitment.listenerRoot = _fold(_listenerLeaf(commitment.epoch), listenerProof);
    }

    function _trackLeaf(uint64 epoch) internal view returns (bytes32) {
        bytes32 idHash = keccak256(bytes(track.trackId));
        return Leaves.track(address(graph), epoch, track.row, idHash, keccak256(track.vector));
    }

    function _listenerLeaf(uint64 epoch) internal view returns (bytes32) {
        bytes32 hash = keccak256(
            abi.encode(
                opening.salt,
                keccak256(opening.vector),
                keccak256(opening.excluded),
                keccak256(opening.rows),
                keccak256(opening.scores)
            )
        );
        return Leaves.listener(address(graph), epoch, opening.row, opening.listener, hash);
    }

    function _fold(bytes32 node, bytes32[] memory siblings) private pure returns (bytes32) {
        for (uint256 i = 0; i < siblings.length; ++i) {
            bytes32 other = siblings[i];
            node = node < other ? keccak256(bytes.concat(node, other)) : keccak256(bytes.concat(other, node));
        }
        return node;
    }

    /// @dev Packed 32-bit numbers: `first`, first + step and so on.
    function _numbers(uint256 count, int256 first, int256 step) private pure returns (bytes memory packed) {
        packed = new bytes(4 * count);
        for (uint256 i = 0; i < packed.length; ++i) {
            uint256 number = uint256(first + step * int256(i / 4));
            packed[i] = bytes1(uint8(number >> (24 - 8 * (i % 4))));
        }
    }

    /// @dev Bytes without 0x80 and without zeros: the dearest calldata.
    function _vector(string memory seed, uint256 dimension) private pure returns (bytes memory vector) {
        for (uint256 i = 0; i < dimension; i += 32) {
            vector = bytes.concat(vector, keccak256(abi.encode(seed, i)));
        }
        for (uint256 i = 0; i < dimension; ++i) {
            if (vector[i] == 0x80 || vector[i] == 0) vector[i] = 0x01;
        }
    }
}
