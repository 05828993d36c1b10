// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Leaves} from "../../src/Leaves.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {Ranking} from "./Ranking.sol";
import {System} from "./System.sol";

/// @title A small epoch whose vectors, exclusions and lists are all true, and which a test may falsify
/// @dev Change `tracks` or `listeners`, then call {_plant}: the trees are built anew and a quorum commits them.
abstract contract TrueEpoch is System {
    uint256 internal constant TRACKS = 12;
    uint256 internal constant LISTENERS = 5;
    uint16 internal constant DIMENSION = 64;
    uint16 internal constant LIST_LENGTH = 4;
    address internal constant CHALLENGER = address(0xc4a11e);

    IRecommendationGraph.TrackOpening[] internal tracks;
    IRecommendationGraph.ListenerOpening[] internal listeners;
    bytes32[] internal trackNodes;
    bytes32[] internal listenerNodes;

    /// @dev What was committed last.
    IRecommendationGraph.Commitment internal epoch;

    function setUp() public virtual override {
        super.setUp();
        _buildTracks();
        for (uint256 i = 0; i < LISTENERS; ++i) {
            _addListener(i);
        }
    }

    function _buildTracks() private {
        for (uint256 i = 0; i < TRACKS; ++i) {
            string memory id = string.concat("track-", vm.toString(i));
            uint256 place = tracks.length;
            tracks.push();
            while (place > 0 && keccak256(bytes(tracks[place - 1].trackId)) > keccak256(bytes(id))) {
                tracks[place] = tracks[place - 1];
                --place;
            }
            tracks[place].trackId = id;
            tracks[place].vector = _vector(id);
        }
        for (uint256 i = 0; i < TRACKS; ++i) {
            tracks[i].row = uint32(i);
        }
        // Two tracks alike, so that equal scores keep the order of rows.
        tracks[TRACKS - 1].vector = tracks[0].vector;
    }

    /// @dev Listener i has `2 i` exclusions. The last has so many that its list is shorter than a full one.
    function _addListener(uint256 i) private {
        IRecommendationGraph.ListenerOpening storage opening = listeners.push();
        opening.row = uint32(i);
        opening.listener = _listener(i);
        opening.salt = keccak256(abi.encode("salt", i));
        opening.vector = _vector(string.concat("listener-", vm.toString(i)));
        uint256 excluded = i == LISTENERS - 1 ? TRACKS - 2 : 2 * i;
        for (uint256 k = 0; k < excluded; ++k) {
            opening.excluded = bytes.concat(opening.excluded, bytes4(uint32(k + i / 2)));
        }
        _rank(i);
    }

    /// @dev Addresses are 100 apart, so that others stand between them.
    function _listener(uint256 i) internal pure returns (address) {
        return address(uint160(0x10000 + 100 * i));
    }

    /// @dev Gives listener i its true list.
    function _rank(uint256 i) internal {
        IRecommendationGraph.ListenerOpening storage opening = listeners[i];
        int256[] memory scores = new int256[](tracks.length);
        for (uint256 row = 0; row < scores.length; ++row) {
            scores[row] = Ranking.product(opening.vector, tracks[row].vector);
        }
        uint256 left = tracks.length - opening.excluded.length / 4;
        uint256 count = left < LIST_LENGTH ? left : LIST_LENGTH;
        (opening.rows, opening.scores) = Ranking.rank(scores, opening.excluded, count);
    }

    function _vector(string memory seed) internal pure returns (bytes memory vector) {
        vector = bytes.concat(keccak256(abi.encode(seed, 0)), keccak256(abi.encode(seed, 1)));
        for (uint256 i = 0; i < vector.length; ++i) {
            if (vector[i] == 0x80) vector[i] = 0x81;
        }
    }

    function _trackLeaf(uint256 i) internal view returns (bytes32) {
        return _leafOf(_bareTrack(i));
    }

    function _listenerLeaf(uint256 i) internal view returns (bytes32) {
        return _leafOf(_bareListener(i));
    }

    function _leafOf(IRecommendationGraph.TrackLeaf memory leaf) internal view returns (bytes32) {
        return Leaves.track(address(graph), graph.latestEpoch(), leaf.row, leaf.trackIdHash, leaf.vectorHash);
    }

    function _leafOf(IRecommendationGraph.ListenerLeaf memory leaf) internal view returns (bytes32) {
        return Leaves.listener(address(graph), graph.latestEpoch(), leaf.row, leaf.listener, leaf.openingHash);
    }

    function _bareTrack(uint256 i) internal view returns (IRecommendationGraph.TrackLeaf memory) {
        IRecommendationGraph.TrackOpening memory track = tracks[i];
        return IRecommendationGraph.TrackLeaf(track.row, keccak256(bytes(track.trackId)), keccak256(track.vector));
    }

    function _bareListener(uint256 i) internal view returns (IRecommendationGraph.ListenerLeaf memory) {
        IRecommendationGraph.ListenerOpening memory opening = listeners[i];
        bytes32 hash = keccak256(
            abi.encode(
                opening.salt,
                keccak256(opening.vector),
                keccak256(opening.excluded),
                keccak256(opening.rows),
                keccak256(opening.scores)
            )
        );
        return IRecommendationGraph.ListenerLeaf(opening.row, opening.listener, hash);
    }

    /// @dev A commitment to what `tracks` and `listeners` are now.
    function _buildCommitment() internal returns (IRecommendationGraph.Commitment memory commitment) {
        commitment = _commitment();
        commitment.tracks = uint32(TRACKS);
        commitment.listeners = uint32(LISTENERS);
        commitment.dimension = DIMENSION;
        commitment.listLength = LIST_LENGTH;
        bytes32[] memory leaves = new bytes32[](tracks.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            IRecommendationGraph.TrackLeaf memory leaf = _bareTrack(i);
            leaves[i] = Leaves.track(address(graph), commitment.epoch, leaf.row, leaf.trackIdHash, leaf.vectorHash);
        }
        trackNodes = MerkleTree.build(leaves);
        leaves = new bytes32[](listeners.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            IRecommendationGraph.ListenerLeaf memory leaf = _bareListener(i);
            leaves[i] = Leaves.listener(address(graph), commitment.epoch, leaf.row, leaf.listener, leaf.openingHash);
        }
        listenerNodes = MerkleTree.build(leaves);
        (commitment.trackRoot, commitment.listenerRoot) = (trackNodes[0], listenerNodes[0]);
    }

    /// @dev Commits what `tracks` and `listeners` are now, signed by the first two of three keepers.
    function _plant() internal {
        epoch = _buildCommitment();
        _commit(epoch);
    }

    function _trackProof(uint256 i) internal view returns (bytes32[] memory) {
        return MerkleTree.proofOf(trackNodes, _trackLeaf(i));
    }

    function _listenerProof(uint256 i) internal view returns (bytes32[] memory) {
        return MerkleTree.proofOf(listenerNodes, _listenerLeaf(i));
    }

    function _state() internal view returns (IRecommendationGraph.EpochState) {
        return graph.stateOf(epoch.epoch);
    }

    function _assertPending() internal view {
        assertEq(uint256(_state()), uint256(IRecommendationGraph.EpochState.Pending), "pending");
    }

    /// @dev Both signers lost `bps` of their bonds, `bountyTo` has half of what proof took, the third keeper lost nothing.
    function _assertConvicted(uint256 bps, address bountyTo) internal view {
        assertEq(uint256(_state()), uint256(IRecommendationGraph.EpochState.Invalid), "invalid");
        uint256 lost = MIN_BOND * bps / 10_000;
        for (uint256 i = 0; i < 3; ++i) {
            address keeper = _signers(3)[i];
            assertEq(staking.bondOf(keeper), i < 2 ? MIN_BOND - lost : MIN_BOND, "bond");
            assertTrue(graph.isKeeper(keeper) == (i == 2), "member");
        }
        assertEq(graph.keeperSetVersion(), 2, "version");
        assertEq(graph.keepers().length, 1, "keepers");
        uint256 bounty = bountyTo == address(0) ? 0 : lost;
        if (bounty > 0) assertEq(token.balanceOf(bountyTo), bounty, "bounty");
        assertEq(token.totalSupply(), SUPPLY - (2 * lost - bounty), "burned");
    }
}
