// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {FanEngagement} from "../../src/FanEngagement.sol";
import {Signatures} from "../../src/Signatures.sol";
import {IFanEngagement} from "../../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {Rewards} from "../kit/Rewards.sol";

/// @title Attacks on the posting and veto of reward roots
contract RewardRootsAttackTest is Rewards {
    bytes32 private constant ROOT = keccak256("root");
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    IRecommendationGraph.Commitment private _epoch;

    function setUp() public override {
        super.setUp();
        fans.fund(1, FUNDS);
        _epoch = _commitFinal();
    }

    function test_a_vetoed_root_posted_again_is_refused_for_ever() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        _post(reward, _epoch);
        vm.prank(guardian);
        fans.vetoRoot(1, ROOT);
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.RootIsVetoed.selector, 1, ROOT);
        _expectRefusal(reward, _epoch, refusal);
        reward.totalCumulative = 2;
        _expectRefusal(reward, _epoch, refusal);
        graph.setKeepers(_signers(3), 2);
        reward.keeperSetVersion = graph.keeperSetVersion();
        vm.warp(block.timestamp + 10 * 365 days);
        _expectRefusal(reward, _epoch, refusal);
    }

    function test_a_root_that_lowers_the_total_is_refused() public {
        _post(_reward(_epoch, ROOT, 10), _epoch);
        vm.warp(block.timestamp + DELAY);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _expectRefusal(
            _reward(next, keccak256("next"), 9),
            next,
            abi.encodeWithSelector(IFanEngagement.TotalLowered.selector, 10, 9)
        );
    }

    function test_a_root_that_lowers_one_account_takes_nothing_back_and_pays_it_nothing() public {
        uint256[] memory earned = _pair(5, 5);
        _payRoot(_epoch, earned);
        fans.claim(_account(0), 1, _tree(1, earned)[0], 5, _proof(1, earned, 0));
        uint256[] memory lowered = _pair(1, 9);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _payRoot(next, lowered);
        assertEq(fans.claim(_account(0), 2, _tree(2, lowered)[0], 1, _proof(2, lowered, 0)), 0, "nothing");
        assertEq(fans.claimed(_account(0)), 5, "never falls");
    }

    function test_one_epochs_money_is_not_paid_by_anothers_root() public {
        fans.fund(2, 50);
        fans.fund(3, 70);
        _expectRefusal(
            _reward(_epoch, ROOT, FUNDS + 1),
            _epoch,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS, FUNDS + 1)
        );
        _post(_reward(_epoch, ROOT, FUNDS), _epoch);
        vm.warp(block.timestamp + DELAY);
        IRecommendationGraph.Commitment memory second = _commitFinal();
        _expectRefusal(
            _reward(second, ROOT, FUNDS + 51),
            second,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS + 50, FUNDS + 51)
        );
    }

    function test_a_leaf_of_one_epochs_root_is_not_paid_by_anothers() public {
        uint256[] memory earned = _pair(5, 5);
        _payRoot(_epoch, earned);
        bytes32[] memory proof = _proof(1, earned, 0);
        bytes32 root = _tree(1, earned)[0];
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _post(_reward(next, root, 10), next);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.BadProof.selector, _account(0)));
        fans.claim(_account(0), 2, root, 5, proof);
    }

    function test_a_pending_root_is_not_overwritten_by_a_quorum() public {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        uint64 inForceAt = uint64(block.timestamp) + DELAY;
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.RootPending.selector, 1, inForceAt);
        _expectRefusal(_reward(_epoch, keccak256("other"), 1), _epoch, refusal);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        vm.warp(inForceAt - 1);
        _expectRefusal(_reward(next, keccak256("other"), 1), next, refusal);
        (, bytes32 pending,,) = fans.pendingRoot();
        assertEq(pending, ROOT, "pending");
    }

    function test_a_keeper_set_rotated_between_signing_and_posting_posts_nothing() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        graph.setKeepers(_signers(3), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongKeeperSet.selector, 2, 1));
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_a_replay_on_another_contract_chain_or_fork_is_refused() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        FanEngagement other = new FanEngagement(address(manager), token, graph, governance, DELAY, 0, 0);
        vm.expectPartialRevert(Signatures.BadSignature.selector);
        other.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
        vm.chainId(1);
        vm.expectPartialRevert(Signatures.BadSignature.selector);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_signatures_over_a_commitment_post_no_root() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes[] memory signatures = _signatures(graph.commitmentDigest(_epoch), 2);
        vm.expectPartialRevert(Signatures.BadSignature.selector);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_a_root_replayed_after_it_took_force_is_refused() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.EpochNotLater.selector, 1, 1));
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_a_quorum_signed_by_one_key_twice_is_refused() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        signatures[1] = signatures[0];
        vm.expectPartialRevert(Signatures.BadSignature.selector);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
        address[] memory signers = _signers(2);
        signers[1] = signers[0];
        vm.expectPartialRevert(IRecommendationGraph.NotAscending.selector);
        fans.postRoot(reward, signers, signatures, _epoch, _signers(2));
    }

    function test_a_malleable_or_short_signature_is_refused() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes32 digest = fans.rewardRootDigest(reward);
        bytes[] memory signatures = _signatures(digest, 2);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keeperKeys[1], digest);
        bytes32 mirrored = bytes32(ORDER - uint256(s));
        bytes memory refusal = abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[1]);
        signatures[1] = abi.encodePacked(r, mirrored, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(refusal);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
        signatures[1] = abi.encodePacked(r, bytes32(uint256(s) | uint256(v - 27) << 255));
        vm.expectRevert(refusal);
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_a_guardian_past_its_term_vetoes_nothing_and_governance_does() public {
        vm.warp(GUARDIAN_UNTIL - DELAY + 1);
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        _post(reward, _epoch);
        vm.warp(GUARDIAN_UNTIL);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        fans.vetoRoot(1, ROOT);
        fans.vetoRoot(1, ROOT);
        assertTrue(fans.isVetoed(1, ROOT), "by the admin");
    }

    function _payRoot(IRecommendationGraph.Commitment memory commitment, uint256[] memory earned) private {
        _post(_reward(commitment, _tree(commitment.epoch, earned)[0], _sum(earned)), commitment);
        vm.warp(block.timestamp + DELAY);
    }
}
