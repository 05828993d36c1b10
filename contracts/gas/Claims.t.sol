// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
        fans.fund(epoch, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        _post(_reward(commitment, nodes[0], total), commitment);
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
            if (i == 0) _record("opt_in");
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
}
