// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Leaves} from "../src/Leaves.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {MerkleTree} from "../test/kit/MerkleTree.sol";
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

    function _post(uint64 epoch) private returns (bytes32[] memory nodes) {
        bytes32[] memory leaves = new bytes32[](LEAVES);
        uint256 total = 0;
        for (uint256 i = 0; i < LEAVES; ++i) {
            leaves[i] = Leaves.reward(address(fans), epoch, _fan(i), _earned(i, epoch));
            total += _earned(i, epoch);
        }
        nodes = _bigTree(leaves);
        fans.fund(epoch, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        _post(_reward(commitment, nodes[0], total), commitment);
        vm.warp(block.timestamp + DELAY);
    }

    function _claimOf(bytes32[] memory nodes, uint64 epoch, uint256 index)
        private
        view
        returns (IFanEngagement.Claim memory)
    {
        uint256 amount = _earned(index, epoch);
        bytes32 leaf = Leaves.reward(address(fans), epoch, _fan(index), amount);
        return IFanEngagement.Claim(_fan(index), amount, MerkleTree.proofOf(nodes, leaf));
    }

    function _batch(bytes32[] memory nodes, uint64 epoch) private view returns (IFanEngagement.Claim[] memory claims) {
        claims = new IFanEngagement.Claim[](BATCH);
        for (uint256 i = 0; i < BATCH; ++i) {
            claims[i] = _claimOf(nodes, epoch, 1_000 + i);
        }
    }

    function test_claims_and_pushes() public {
        bytes32[] memory nodes = _post(1);
        IFanEngagement.Claim memory first = _claimOf(nodes, 1, 7);
        // Somebody has claimed before, as in every life but one.
        IFanEngagement.Claim memory other = _claimOf(nodes, 1, 8);
        fans.claim(other.account, 1, nodes[0], other.cumulative, other.proof);
        fans.claim(first.account, 1, nodes[0], first.cumulative, first.proof);
        _record("claim_first");
        assertEq(token.balanceOf(first.account), first.cumulative, "paid");
        IFanEngagement.Claim[] memory claims = _batch(nodes, 1);
        for (uint256 i = 0; i < BATCH; ++i) {
            vm.prank(claims[i].account);
            fans.setBatchOptIn(true);
            if (i == 0) _record("opt_in");
        }
        fans.claimBatch(1, nodes[0], claims);
        _record("push_first_per_account", _lastTransaction() / BATCH);

        nodes = _post(2);
        IFanEngagement.Claim memory later = _claimOf(nodes, 2, 7);
        fans.claim(later.account, 2, nodes[0], later.cumulative, later.proof);
        _record("claim_later");
        claims = _batch(nodes, 2);
        claims[50].cumulative += 1;
        fans.claimBatch(2, nodes[0], claims);
        _record("push_per_account", _lastTransaction() / BATCH);
        assertEq(fans.claimed(claims[99].account), claims[99].cumulative, "pushed");
        assertEq(fans.claimed(claims[50].account), claims[50].cumulative / 2, "passed over");
    }
}
