// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Leaves} from "../src/Leaves.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {Rewards} from "../test/kit/Rewards.sol";

/// @title What it costs to be paid, out of trees of 100,000 accounts
contract ClaimsGasTest is Rewards, GasMeter {
    uint256 private constant BATCH = 100;

    /// @dev Amounts as they are: not round, and below the funds of two epochs.
    function _earned(uint256 index, uint256 epoch) private pure returns (uint256) {
        return epoch * (1e14 + uint256(keccak256(abi.encode("amount", index))) % 9e14);
    }

    function _fan(uint256 index) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("fan", index)))));
    }

    function _leaf(uint64 epoch, uint256 index) private view returns (bytes32) {
        return Leaves.reward(address(fans), epoch, _fan(index), _earned(index, epoch));
    }

    /// @dev The tree of the next epoch, funded, posted and in force.
    function _postTree(uint64 epoch) private returns (bytes32[] memory nodes) {
        bytes32[] memory leaves = new bytes32[](LEAVES);
        uint256 total = 0;
        for (uint256 i = 0; i < LEAVES; ++i) {
            leaves[i] = _leaf(epoch, i);
            total += _earned(i, epoch);
        }
        nodes = _bigTree(leaves);
        _force(epoch, nodes[0], total);
    }

    /// @dev Funds the epoch and brings its root into force.
    function _force(uint64 epoch, bytes32 root, uint256 total) private {
        fans.fund(epoch, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        _post(_reward(commitment, root, total), commitment);
        vm.warp(block.timestamp + DELAY);
    }

    /// @dev The first accounts whose proofs are long in both epochs.
    function _accounts(uint256 count) private view returns (uint256[] memory indices) {
        indices = new uint256[](count);
        uint256 found = 0;
        for (uint256 i = 0; found < count; ++i) {
            if (_isDeep(_leaf(1, i)) && _isDeep(_leaf(2, i))) indices[found++] = i;
        }
    }

    function _claimOf(bytes32[] memory nodes, uint64 epoch, uint256 index)
        private
        view
        returns (IFanEngagement.Claim memory)
    {
        return IFanEngagement.Claim(_fan(index), _earned(index, epoch), _longProof(nodes, _leaf(epoch, index)));
    }

    /// @dev Claims of all these accounts but the first two, who claim themselves.
    function _batch(bytes32[] memory nodes, uint64 epoch, uint256[] memory indices)
        private
        view
        returns (IFanEngagement.Claim[] memory claims)
    {
        claims = new IFanEngagement.Claim[](BATCH);
        for (uint256 i = 0; i < BATCH; ++i) {
            claims[i] = _claimOf(nodes, epoch, indices[i + 2]);
        }
    }

    function _claim(bytes32[] memory nodes, uint64 epoch, uint256 index) private {
        IFanEngagement.Claim memory own = _claimOf(nodes, epoch, index);
        fans.claim(own.account, epoch, nodes[0], own.cumulative, own.proof);
    }

    function test_claims_and_pushes() public {
        uint256[] memory indices = _accounts(BATCH + 2);
        bytes32[] memory nodes = _postTree(1);
        // Somebody has claimed before, as in every life but one.
        _claim(nodes, 1, indices[1]);
        _claim(nodes, 1, indices[0]);
        _record("claim_first");
        assertEq(token.balanceOf(_fan(indices[0])), _earned(indices[0], 1), "paid");
        IFanEngagement.Claim[] memory claims = _batch(nodes, 1, indices);
        for (uint256 i = 0; i < BATCH; ++i) {
            vm.prank(claims[i].account);
            fans.setBatchOptIn(true);
            if (i == 0) _record("FanEngagement.setBatchOptIn");
        }
        fans.claimBatch(1, nodes[0], claims);
        _record("push_first_per_account", _lastTransaction() / BATCH);

        nodes = _postTree(2);
        _claim(nodes, 2, indices[0]);
        _record("claim_later");
        claims = _batch(nodes, 2, indices);
        claims[50].cumulative += 1;
        fans.claimBatch(2, nodes[0], claims);
        // Those who are paid bear the one that fails.
        _record("push_per_account", _lastTransaction() / (BATCH - 1));
        assertEq(fans.claimed(claims[99].account), claims[99].cumulative, "pushed");
        assertEq(fans.claimed(claims[50].account), claims[50].cumulative / 2, "passed over");
    }

    /// @dev The proof of an account in a tree so deep; but for its neighbour, the siblings are made up.
    function _path(uint64 epoch, uint256 index, uint256 depth) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](depth);
        proof[0] = _leaf(epoch, index ^ 1);
        for (uint256 i = 1; i < depth; ++i) {
            proof[i] = keccak256(abi.encode("sibling", i));
        }
    }

    function _claimByPath(uint64 epoch, uint256 index, uint256 depth) private {
        bytes32[] memory proof = _path(epoch, index, depth);
        bytes32 root = MerkleProof.processProof(proof, _leaf(epoch, index));
        fans.claim(_fan(index), epoch, root, _earned(index, epoch), proof);
    }

    function _claimFromTreeOf(uint256 depth, string memory suffix) private {
        for (uint64 epoch = 1; epoch <= 2; ++epoch) {
            bytes32 root = MerkleProof.processProof(_path(epoch, 6, depth), _leaf(epoch, 6));
            _force(epoch, root, _earned(6, epoch) + _earned(7, epoch));
            if (epoch == 1) _claimByPath(epoch, 7, depth);
            _claimByPath(epoch, 6, depth);
            _record(string.concat(epoch == 1 ? "claim_first" : "claim_later", suffix));
        }
    }

    function test_claims_out_of_a_tree_of_a_million() public {
        _claimFromTreeOf(20, "_1m");
    }

    function test_claims_out_of_a_tree_of_a_hundred_million() public {
        _claimFromTreeOf(27, "_100m");
    }

    function test_follows() public {
        fans.follow(_fan(1));
        _record("FanEngagement.follow");
        fans.unfollow(_fan(1));
        _record("FanEngagement.unfollow");
        fans.followArtist("hetrec:artist:1");
        _record("FanEngagement.followArtist");
        fans.unfollowArtist("hetrec:artist:1");
        _record("FanEngagement.unfollowArtist");
    }

    function test_a_root_is_funded_posted_and_vetoed() public {
        _force(1, keccak256("first"), 1 ether);
        fans.fund(2, FUNDS);
        _record("FanEngagement.fund");
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        _post(_reward(commitment, keccak256("second"), FUNDS), commitment);
        _record("FanEngagement.postRoot");
        vm.prank(guardian);
        fans.vetoRoot(2, keccak256("second"));
        _record("FanEngagement.vetoRoot");
    }
}
