// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {FanEngagement} from "../src/FanEngagement.sol";
import {Leaves} from "../src/Leaves.sol";
import {Openings} from "../src/Openings.sol";
import {RecommendationGraph} from "../src/RecommendationGraph.sol";
import {StakingContract} from "../src/StakingContract.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {MerkleTree} from "./kit/MerkleTree.sol";
import {System} from "./kit/System.sol";

/// @dev Takes openings from memory, because the library reads calldata.
contract Forms {
    function openingHash(
        bytes32 salt,
        bytes calldata vector,
        bytes calldata excluded,
        bytes calldata rows,
        bytes calldata scores
    ) external pure returns (bytes32) {
        return Leaves.openingHash(salt, vector, excluded, rows, scores);
    }

    function isWellFormed(
        IRecommendationGraph.ListenerOpening calldata opening,
        uint256 tracks,
        uint256 dimension,
        uint256 listLength
    ) external pure returns (bool) {
        return Openings.isWellFormed(opening, tracks, dimension, listLength);
    }
}

/// @title The vectors that Python and TypeScript read too
contract SharedVectorsTest is System {
    string private constant FOLDER = "../tests/vectors/";

    Forms private _forms;

    function setUp() public override {
        super.setUp();
        _forms = new Forms();
    }

    function test_track_leaves_are_those_of_the_vectors() public {
        string memory json = vm.readFile(string.concat(FOLDER, "leaves.json"));
        assertEq(Leaves.TRACK_TYPE, vm.parseJsonBytes32(json, ".type_track"), "type");
        uint256 count = vm.parseJsonUint(json, ".track_count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".tracks", i);
            vm.chainId(_uint(json, key, ".chain_id"));
            bytes32 leaf = Leaves.track(
                _address(json, key, ".contract"),
                uint64(_uint(json, key, ".epoch")),
                uint32(_uint(json, key, ".row")),
                keccak256(bytes(vm.parseJsonString(json, string.concat(key, ".track_id")))),
                keccak256(_bytes(json, key, ".vector"))
            );
            assertEq(leaf, _bytes32(json, key, ".leaf"), key);
        }
    }

    function test_listener_leaves_and_opening_hashes_are_those_of_the_vectors() public {
        string memory json = vm.readFile(string.concat(FOLDER, "leaves.json"));
        assertEq(Leaves.LISTENER_TYPE, vm.parseJsonBytes32(json, ".type_listener"), "type");
        uint256 count = vm.parseJsonUint(json, ".listener_count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".listeners", i);
            vm.chainId(_uint(json, key, ".chain_id"));
            bytes32 opening = _forms.openingHash(
                _bytes32(json, key, ".salt"),
                _bytes(json, key, ".vector"),
                _bytes(json, key, ".excluded"),
                _bytes(json, key, ".rows"),
                _bytes(json, key, ".scores")
            );
            assertEq(opening, _bytes32(json, key, ".opening_hash"), key);
            bytes32 leaf = Leaves.listener(
                _address(json, key, ".contract"),
                uint64(_uint(json, key, ".epoch")),
                uint32(_uint(json, key, ".row")),
                _address(json, key, ".address"),
                opening
            );
            assertEq(leaf, _bytes32(json, key, ".leaf"), key);
        }
    }

    function test_reward_leaves_are_those_of_the_vectors() public {
        string memory json = vm.readFile(string.concat(FOLDER, "leaves.json"));
        assertEq(Leaves.REWARD_TYPE, vm.parseJsonBytes32(json, ".type_reward"), "type");
        uint256 count = vm.parseJsonUint(json, ".reward_count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".rewards", i);
            vm.chainId(_uint(json, key, ".chain_id"));
            bytes32 leaf = Leaves.reward(
                _address(json, key, ".contract"),
                uint64(_uint(json, key, ".epoch")),
                _address(json, key, ".address"),
                _uint(json, key, ".cumulative_wei")
            );
            assertEq(leaf, _bytes32(json, key, ".leaf"), key);
        }
    }

    function test_trees_and_proofs_are_those_of_the_vectors() public view {
        string memory json = vm.readFile(string.concat(FOLDER, "trees.json"));
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".trees", i);
            bytes32 root = _bytes32(json, key, ".root");
            bytes32[] memory leaves = vm.parseJsonBytes32Array(json, string.concat(key, ".leaves"));
            assertEq(MerkleTree.build(leaves)[0], root, key);
            for (uint256 j = 0; j < leaves.length; ++j) {
                string memory proofKey = string.concat(key, _at(".proofs", j));
                bytes32[] memory proof = vm.parseJsonBytes32Array(json, proofKey);
                assertTrue(MerkleProof.verify(proof, root, leaves[j]), proofKey);
                assertFalse(MerkleProof.verify(proof, root, ~leaves[j]), proofKey);
            }
        }
    }

    function test_commitments_are_signed_as_in_the_vectors() public {
        string memory json = vm.readFile(string.concat(FOLDER, "commitment.json"));
        vm.chainId(vm.parseJsonUint(json, ".chain_id"));
        assertEq(graph.COMMITMENT_TYPEHASH(), vm.parseJsonBytes32(json, ".commitment_type_hash"), "type");
        address target = vm.parseJsonAddress(json, ".recommendation_graph");
        vm.etch(target, address(graph).code);
        uint256 count = vm.parseJsonUint(json, ".commitment_count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".commitments", i);
            bytes32 digest = RecommendationGraph(target).commitmentDigest(_commitmentFrom(json, key));
            assertEq(digest, _bytes32(json, key, ".digest"), key);
            _assertSignatures(json, key, digest);
        }
    }

    function test_reward_roots_are_signed_as_in_the_vectors() public {
        string memory json = vm.readFile(string.concat(FOLDER, "commitment.json"));
        vm.chainId(vm.parseJsonUint(json, ".chain_id"));
        assertEq(fans.REWARD_ROOT_TYPEHASH(), vm.parseJsonBytes32(json, ".reward_root_type_hash"), "type");
        address target = vm.parseJsonAddress(json, ".fan_engagement");
        vm.etch(target, address(fans).code);
        uint256 count = vm.parseJsonUint(json, ".reward_root_count");
        assertTrue(count > 0, "count");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".reward_roots", i);
            bytes32 digest = FanEngagement(target)
                .rewardRootDigest(
                    IFanEngagement.RewardRoot({
                    epoch: uint64(_uint(json, key, ".epoch")),
                    root: _bytes32(json, key, ".root"),
                    previousRoot: _bytes32(json, key, ".previousRoot"),
                    totalCumulative: _uint(json, key, ".totalCumulative"),
                    snapshotDigest: _bytes32(json, key, ".snapshotDigest"),
                    keeperSetVersion: uint32(_uint(json, key, ".keeperSetVersion"))
                })
                );
            assertEq(digest, _bytes32(json, key, ".digest"), key);
            _assertSignatures(json, key, digest);
        }
    }

    function test_bad_form_is_told_from_good_form_as_in_the_vectors() public view {
        string memory json = vm.readFile(string.concat(FOLDER, "malformed.json"));
        uint256 dimension = vm.parseJsonUint(json, ".dimension");
        uint256 listLength = vm.parseJsonUint(json, ".list_length");
        uint256 count = vm.parseJsonUint(json, ".count");
        uint256 good = 0;
        for (uint256 i = 0; i < count; ++i) {
            string memory key = _at(".cases", i);
            bool expected =
                keccak256(bytes(vm.parseJsonString(json, string.concat(key, ".fault")))) == keccak256("none");
            uint256 tracks = _uint(json, key, ".tracks");
            bool found = _forms.isWellFormed(_openingFrom(json, key), tracks, dimension, listLength);
            assertTrue(found == expected, key);
            if (found) ++good;
        }
        assertTrue(good > 0 && good < count, "both kinds");
    }

    function test_the_epoch_of_the_vectors_is_committed_and_its_leaves_verify() public {
        string memory json = vm.readFile(string.concat(FOLDER, "epoch.json"));
        _deployAt(vm.parseJsonAddress(json, ".recommendation_graph"));
        IRecommendationGraph.Commitment memory commitment = _commitEpochOf(json);
        for (uint32 row = 0; row < commitment.tracks; ++row) {
            _assertTrack(json, commitment, row);
        }
        for (uint256 i = 0; i < commitment.listeners; ++i) {
            string memory key = _at(".openings", i);
            IRecommendationGraph.ListenerOpening memory opening = _openingFrom(json, key);
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, string.concat(key, ".proof"));
            address[] memory signers = _signers(2);
            assertTrue(graph.verifyListenerOpening(commitment, signers, opening, proof), key);
            bytes32 hash =
                _forms.openingHash(opening.salt, opening.vector, opening.excluded, opening.rows, opening.scores);
            assertTrue(graph.verifyListenerLeaf(commitment, signers, opening.row, opening.listener, hash, proof), key);
            opening.scores[0] ^= 0x01;
            assertFalse(graph.verifyListenerOpening(commitment, signers, opening, proof), key);
        }
    }

    function _assertTrack(string memory json, IRecommendationGraph.Commitment memory commitment, uint32 row)
        private
        view
    {
        bytes32 idHash = keccak256(bytes(vm.parseJsonString(json, _at(".track_ids", row))));
        bytes32 vectorHash = keccak256(_slice(vm.parseJsonBytes(json, ".track_vectors"), row, commitment.dimension));
        bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(".track_proofs", row));
        address[] memory signers = _signers(2);
        assertTrue(graph.verifyTrackLeaf(commitment, signers, row, idHash, vectorHash, proof), "track");
        assertFalse(graph.verifyTrackLeaf(commitment, signers, row + 1, idHash, vectorHash, proof), "row");
        assertFalse(graph.verifyTrackLeaf(commitment, signers, row, ~idHash, vectorHash, proof), "id");
        assertFalse(graph.verifyTrackLeaf(commitment, signers, row, idHash, ~vectorHash, proof), "vector");
    }

    function _commitEpochOf(string memory json) private returns (IRecommendationGraph.Commitment memory commitment) {
        vm.chainId(vm.parseJsonUint(json, ".chain_id"));
        uint64 epoch = uint64(vm.parseJsonUint(json, ".epoch"));
        while (graph.latestEpoch() + 1 < epoch) _commitFinal();
        commitment = _commitment();
        commitment.trackRoot = vm.parseJsonBytes32(json, ".track_root");
        commitment.listenerRoot = vm.parseJsonBytes32(json, ".listener_root");
        commitment.tracks = uint32(vm.parseJsonUint(json, ".tracks"));
        commitment.listeners = uint32(vm.parseJsonUint(json, ".listeners"));
        commitment.dimension = uint16(vm.parseJsonUint(json, ".dimension"));
        commitment.listLength = uint16(vm.parseJsonUint(json, ".list_length"));
        _commit(commitment);
    }

    /// @dev Runs the constructor key the address that the vectors' leaves name.
    function _deployAt(address target) private {
        staking = new StakingContract(token, target, UNSTAKING, UNBONDING);
        for (uint256 i = 0; i < 3; ++i) {
            _bond(_signers(3)[i], MIN_BOND);
        }
        bytes memory arguments = abi.encode(address(manager), staking, _epochParameters());
        vm.etch(target, bytes.concat(type(RecommendationGraph).creationCode, arguments));
        (bool success, bytes memory code) = target.call("");
        assertTrue(success, "constructor");
        vm.etch(target, code);
        graph = RecommendationGraph(target);
        graph.setKeepers(_signers(3), 2);
    }

    function _assertSignatures(string memory json, string memory key, bytes32 digest) private pure {
        bytes32[] memory keys = vm.parseJsonBytes32Array(json, string.concat(key, ".private_keys"));
        address[] memory signers = vm.parseJsonAddressArray(json, string.concat(key, ".signers"));
        bytes[] memory signatures = vm.parseJsonBytesArray(json, string.concat(key, ".signatures"));
        assertTrue(keys.length > 0, "keys");
        for (uint256 i = 0; i < keys.length; ++i) {
            assertEq(vm.addr(uint256(keys[i])), signers[i], key);
            assertEq(keccak256(_sign(uint256(keys[i]), digest)), keccak256(signatures[i]), key);
        }
    }

    function _commitmentFrom(string memory json, string memory key)
        private
        pure
        returns (IRecommendationGraph.Commitment memory commitment)
    {
        commitment.epoch = uint64(_uint(json, key, ".epoch"));
        commitment.trackRoot = _bytes32(json, key, ".trackRoot");
        commitment.listenerRoot = _bytes32(json, key, ".listenerRoot");
        commitment.tracks = uint32(_uint(json, key, ".tracks"));
        commitment.listeners = uint32(_uint(json, key, ".listeners"));
        commitment.dimension = uint16(_uint(json, key, ".dimension"));
        commitment.listLength = uint16(_uint(json, key, ".listLength"));
        commitment.snapshotDigest = _bytes32(json, key, ".snapshotDigest");
        commitment.modelDigest = _bytes32(json, key, ".modelDigest");
        commitment.referenceBlock = uint64(_uint(json, key, ".referenceBlock"));
        commitment.referenceHash = _bytes32(json, key, ".referenceHash");
        commitment.keeperSetVersion = uint32(_uint(json, key, ".keeperSetVersion"));
        commitment.validFrom = uint64(_uint(json, key, ".validFrom"));
        commitment.validUntil = uint64(_uint(json, key, ".validUntil"));
        commitment.bundleCid = vm.parseJsonString(json, string.concat(key, ".bundleCid"));
    }

    function _openingFrom(string memory json, string memory key)
        private
        pure
        returns (IRecommendationGraph.ListenerOpening memory)
    {
        return IRecommendationGraph.ListenerOpening({
            row: uint32(_uint(json, key, ".row")),
            listener: _address(json, key, ".address"),
            salt: _bytes32(json, key, ".salt"),
            vector: _bytes(json, key, ".vector"),
            excluded: _bytes(json, key, ".excluded"),
            rows: _bytes(json, key, ".rows"),
            scores: _bytes(json, key, ".scores")
        });
    }

    function _slice(bytes memory data, uint256 row, uint256 size) private pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            part[i] = data[row * size + i];
        }
    }

    function _at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function _uint(string memory json, string memory key, string memory field) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(key, field));
    }

    function _address(string memory json, string memory key, string memory field) private pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(key, field));
    }

    function _bytes32(string memory json, string memory key, string memory field) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(key, field));
    }

    function _bytes(string memory json, string memory key, string memory field) private pure returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(key, field));
    }
}
