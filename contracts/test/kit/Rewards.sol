// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Leaves} from "../../src/Leaves.sol";
import {IFanEngagement} from "../../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {System} from "./System.sol";

/// @title Reward trees, roots and their posting
/// @dev Accounts are numbered; account i of an epoch has earned `cumulative[i]` in all.
abstract contract Rewards is System {
    uint256 internal constant FUNDS = 10_000 ether;

    function setUp() public virtual override {
        super.setUp();
        token.approve(address(fans), type(uint256).max);
    }

    function _account(uint256 index) internal pure returns (address) {
        return address(uint160(0xacc000 + index));
    }

    function _tree(uint64 epoch, uint256[] memory cumulative) internal view returns (bytes32[] memory) {
        bytes32[] memory leaves = new bytes32[](cumulative.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = Leaves.reward(address(fans), epoch, _account(i), cumulative[i]);
        }
        return MerkleTree.build(leaves);
    }

    function _proof(uint64 epoch, uint256[] memory cumulative, uint256 index) internal view returns (bytes32[] memory) {
        bytes32 leaf = Leaves.reward(address(fans), epoch, _account(index), cumulative[index]);
        return MerkleTree.proofOf(_tree(epoch, cumulative), leaf);
    }

    function _sum(uint256[] memory values) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < values.length; ++i) {
            sum += values[i];
        }
    }

    function _pair(uint256 first, uint256 second) internal pure returns (uint256[] memory values) {
        values = new uint256[](2);
        (values[0], values[1]) = (first, second);
    }

    function _reward(IRecommendationGraph.Commitment memory commitment, bytes32 root, uint256 total)
        internal
        view
        returns (IFanEngagement.RewardRoot memory)
    {
        (, bytes32 previousRoot,) = fans.newestInForce();
        return IFanEngagement.RewardRoot({
            epoch: commitment.epoch,
            root: root,
            previousRoot: previousRoot,
            totalCumulative: total,
            snapshotDigest: commitment.snapshotDigest,
            keeperSetVersion: graph.keeperSetVersion()
        });
    }

    function _post(IFanEngagement.RewardRoot memory reward, IRecommendationGraph.Commitment memory commitment)
        internal
    {
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        fans.postRoot(reward, _signers(2), signatures, commitment, _signers(2));
    }

    function _expectRefusal(
        IFanEngagement.RewardRoot memory reward,
        IRecommendationGraph.Commitment memory commitment,
        bytes memory refusal
    ) internal {
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        vm.expectRevert(refusal);
        fans.postRoot(reward, _signers(2), signatures, commitment, _signers(2));
    }

    /// @dev Funds and finalises the next epoch, posts its root and waits until it is in force.
    function _pay(uint256[] memory cumulative, uint256 funds) internal returns (uint64 epoch, bytes32 root) {
        epoch = graph.latestEpoch() + 1;
        if (funds > 0) fans.fund(epoch, funds);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        root = _tree(epoch, cumulative)[0];
        _post(_reward(commitment, root, _sum(cumulative)), commitment);
        vm.warp(block.timestamp + DELAY);
    }

    function _claims(uint64 epoch, uint256[] memory earned)
        internal
        view
        returns (IFanEngagement.Claim[] memory claims)
    {
        claims = new IFanEngagement.Claim[](earned.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            claims[i] = IFanEngagement.Claim(_account(i), earned[i], _proof(epoch, earned, i));
        }
    }

    function _optIn(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(_account(i));
            fans.setBatchOptIn(true);
        }
    }
}
