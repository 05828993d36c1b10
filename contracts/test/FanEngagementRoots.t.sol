// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Signatures} from "../src/Signatures.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Rewards} from "./kit/Rewards.sol";

contract FanEngagementRootsTest is Rewards {
    IRecommendationGraph.Commitment private _epoch;
    bytes32 private constant ROOT = keccak256("root");

    function setUp() public override {
        super.setUp();
        fans.fund(1, FUNDS);
        _epoch = _commitFinal();
    }

    function test_follows_are_events_of_the_follower() public {
        vm.expectEmit(address(fans));
        emit IFanEngagement.Followed(address(this), address(1));
        fans.follow(address(1));
        vm.expectEmit(address(fans));
        emit IFanEngagement.Unfollowed(address(this), address(1));
        fans.unfollow(address(1));
        vm.expectEmit(address(fans));
        emit IFanEngagement.ArtistFollowed(address(this), keccak256("hetrec:artist:1"), "hetrec:artist:1");
        fans.followArtist("hetrec:artist:1");
        vm.expectEmit(address(fans));
        emit IFanEngagement.ArtistUnfollowed(address(this), keccak256("hetrec:artist:1"), "hetrec:artist:1");
        fans.unfollowArtist("hetrec:artist:1");
    }

    function test_nobody_follows_itself_or_nothing() public {
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.SelfFollow.selector, address(this)));
        fans.follow(address(this));
        vm.expectRevert(IFanEngagement.EmptyId.selector);
        fans.followArtist("");
        vm.expectRevert(IFanEngagement.EmptyId.selector);
        fans.unfollowArtist("");
    }

    function test_funding_adds_up_for_its_epoch() public {
        fans.fund(2, 5);
        vm.expectEmit(address(fans));
        emit IFanEngagement.Funded(2, address(this), 7, 12);
        fans.fund(2, 7);
        assertEq(fans.fundedFor(2), 12, "funded");
        assertEq(token.balanceOf(address(fans)), FUNDS + 12, "balance");
    }

    function test_an_epoch_that_is_committed_or_too_far_ahead_cannot_be_funded() public {
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.EpochNotOpen.selector, 1, 2, 1_001));
        fans.fund(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.EpochNotOpen.selector, 1_002, 2, 1_001));
        fans.fund(1_002, 1);
        fans.fund(1_001, 1);
        vm.expectRevert(IFanEngagement.ZeroAmount.selector);
        fans.fund(2, 0);
    }

    function test_a_root_takes_force_after_its_delay() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 10);
        uint64 inForceAt = uint64(block.timestamp) + DELAY;
        bytes[] memory signatures = _signatures(fans.rewardRootDigest(reward), 2);
        vm.expectEmit(address(fans));
        emit IFanEngagement.RootPosted(
            1, ROOT, bytes32(0), 10, reward.snapshotDigest, reward.keeperSetVersion, _signers(2), inForceAt
        );
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
        (uint64 epoch, bytes32 root, uint256 total, uint64 inForceFrom) = fans.pendingRoot();
        assertTrue(epoch == 1 && root == ROOT && total == 10 && inForceFrom == inForceAt, "pending");
        vm.warp(inForceAt - 1);
        assertFalse(fans.isInForce(1, ROOT), "in force early");
        vm.warp(inForceAt);
        assertTrue(fans.isInForce(1, ROOT), "in force");
        (epoch, root, total) = fans.newestInForce();
        assertTrue(epoch == 1 && root == ROOT && total == 10, "newest");
        (epoch,,,) = fans.pendingRoot();
        assertEq(epoch, 0, "nothing pending");
    }

    function test_a_root_of_an_epoch_that_is_pending_or_invalid_is_refused() public {
        IRecommendationGraph.Commitment memory next = _commitment();
        _commit(next);
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.EpochNotFinal.selector, 2);
        _expectRefusal(_reward(next, ROOT, 1), next, refusal);
        vm.prank(guardian);
        graph.vetoEpoch(2);
        vm.warp(block.timestamp + WINDOW);
        _expectRefusal(_reward(next, ROOT, 1), next, refusal);
    }

    function test_a_root_of_another_snapshot_is_refused() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        reward.snapshotDigest = keccak256("another");
        _expectRefusal(
            reward,
            _epoch,
            abi.encodeWithSelector(IFanEngagement.WrongSnapshot.selector, _epoch.snapshotDigest, reward.snapshotDigest)
        );
    }

    function test_a_made_up_commitment_is_refused() public {
        IRecommendationGraph.Commitment memory made = _epoch;
        made.snapshotDigest = keccak256("another");
        _expectRefusal(
            _reward(made, ROOT, 1), made, abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1)
        );
    }

    function test_the_commitment_of_another_epoch_is_refused() public {
        IRecommendationGraph.Commitment memory next = _commitFinal();
        IFanEngagement.RewardRoot memory reward = _reward(next, ROOT, 1);
        _expectRefusal(reward, _epoch, abi.encodeWithSelector(IFanEngagement.WrongCommitment.selector, 2, 1));
    }

    function test_a_root_follows_on_the_newest_one_in_force() public {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        vm.warp(block.timestamp + DELAY);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        IFanEngagement.RewardRoot memory reward = _reward(next, keccak256("next"), 1);
        reward.previousRoot = bytes32(0);
        _expectRefusal(
            reward, next, abi.encodeWithSelector(IFanEngagement.WrongPreviousRoot.selector, ROOT, bytes32(0))
        );
        reward = _reward(_epoch, keccak256("next"), 1);
        _expectRefusal(reward, _epoch, abi.encodeWithSelector(IFanEngagement.EpochNotLater.selector, 1, 1));
    }

    function test_a_pending_root_cannot_be_overwritten() public {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        uint64 inForceAt = uint64(block.timestamp) + DELAY;
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.RootPending.selector, 1, inForceAt);
        _expectRefusal(_reward(_epoch, keccak256("other"), 1), _epoch, refusal);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _expectRefusal(_reward(next, keccak256("other"), 1), next, refusal);
    }

    function test_a_vetoed_root_is_never_accepted_again_and_another_is() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        _post(reward, _epoch);
        vm.expectEmit(address(fans));
        emit IFanEngagement.RootVetoed(1, ROOT, guardian);
        vm.prank(guardian);
        fans.vetoRoot(1, ROOT);
        assertTrue(fans.isVetoed(1, ROOT), "vetoed");
        _expectRefusal(reward, _epoch, abi.encodeWithSelector(IFanEngagement.RootIsVetoed.selector, 1, ROOT));
        _post(_reward(_epoch, keccak256("better"), 1), _epoch);
        vm.warp(block.timestamp + DELAY);
        assertFalse(fans.isInForce(1, ROOT), "vetoed in force");
        assertTrue(fans.isInForce(1, keccak256("better")), "better in force");
        _expectRefusal(reward, _epoch, abi.encodeWithSelector(IFanEngagement.RootIsVetoed.selector, 1, ROOT));
    }

    function test_a_veto_brings_back_the_root_before() public {
        _post(_reward(_epoch, ROOT, 3), _epoch);
        vm.warp(block.timestamp + DELAY);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _post(_reward(next, keccak256("next"), 5), next);
        vm.prank(guardian);
        fans.vetoRoot(2, keccak256("next"));
        (uint64 epoch, bytes32 root, uint256 total) = fans.newestInForce();
        assertTrue(epoch == 1 && root == ROOT && total == 3, "newest");
        _post(_reward(next, keccak256("better"), 4), next);
    }

    function test_a_root_in_force_cannot_be_vetoed() public {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        vm.startPrank(guardian);
        vm.expectPartialRevert(IFanEngagement.RootNotPending.selector);
        fans.vetoRoot(1, keccak256("other"));
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.RootNotPending.selector, 1, ROOT));
        fans.vetoRoot(1, ROOT);
    }

    function test_only_the_guardian_vetoes() public {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad)));
        fans.vetoRoot(1, ROOT);
    }

    function test_a_total_above_what_was_funded_is_refused() public {
        _expectRefusal(
            _reward(_epoch, ROOT, FUNDS + 1),
            _epoch,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS, FUNDS + 1)
        );
        _post(_reward(_epoch, ROOT, FUNDS), _epoch);
    }

    function test_money_of_a_later_epoch_pays_no_earlier_root() public {
        fans.fund(2, 50);
        fans.fund(3, 50);
        _expectRefusal(
            _reward(_epoch, ROOT, FUNDS + 1),
            _epoch,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS, FUNDS + 1)
        );
        _post(_reward(_epoch, ROOT, FUNDS), _epoch);
        vm.warp(block.timestamp + DELAY);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _expectRefusal(
            _reward(next, ROOT, FUNDS + 51),
            next,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS + 50, FUNDS + 51)
        );
        _post(_reward(next, ROOT, FUNDS + 50), next);
    }

    function test_a_veto_does_not_let_later_money_pay_an_earlier_root() public {
        fans.fund(2, 50);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _post(_reward(next, ROOT, FUNDS + 50), next);
        vm.prank(guardian);
        fans.vetoRoot(2, ROOT);
        _expectRefusal(
            _reward(_epoch, ROOT, FUNDS + 50),
            _epoch,
            abi.encodeWithSelector(IFanEngagement.TotalAboveFunded.selector, FUNDS, FUNDS + 50)
        );
    }

    function test_a_zero_root_is_refused() public {
        _expectRefusal(
            _reward(_epoch, bytes32(0), 0), _epoch, abi.encodeWithSelector(IFanEngagement.EmptyRoot.selector)
        );
    }

    function test_one_keeper_or_a_stranger_posts_no_root() public {
        IFanEngagement.RewardRoot memory reward = _reward(_epoch, ROOT, 1);
        bytes32 digest = fans.rewardRootDigest(reward);
        bytes[] memory signatures = _signatures(digest, 1);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.QuorumNotMet.selector, 2, 1));
        fans.postRoot(reward, _signers(1), signatures, _epoch, _signers(2));
        signatures = _signatures(digest, 2);
        signatures[1] = _sign(uint256(keccak256("stranger")), digest);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[1]));
        fans.postRoot(reward, _signers(2), signatures, _epoch, _signers(2));
    }

    function test_governance_alone_sets_what_fees_count_as_seeds() public {
        vm.expectEmit(address(fans));
        emit IFanEngagement.SeedFactorsSet(3, 4);
        fans.setSeedFactors(3, 4);
        (uint256 etherFactor, uint256 tokenFactor) = fans.seedFactors();
        assertTrue(etherFactor == 3 && tokenFactor == 4, "factors");
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        fans.setSeedFactors(0, 0);
    }

    function test_without_a_guardian_a_root_waits_for_what_governance_needs_on_top() public {
        manager.setGuardian(address(0), 0);
        _postAndExpectForceAfter(DELAY + governance.decisionTime());
    }

    function test_a_guardian_whose_term_ends_a_second_early_does_not_count() public {
        vm.warp(GUARDIAN_UNTIL - DELAY + 1);
        _postAndExpectForceAfter(DELAY + governance.decisionTime());
    }

    function test_a_guardian_whose_term_lasts_just_as_long_counts() public {
        vm.warp(GUARDIAN_UNTIL - DELAY);
        _postAndExpectForceAfter(DELAY);
        vm.warp(block.timestamp + DELAY - 1);
        vm.prank(guardian);
        fans.vetoRoot(1, ROOT);
    }

    function _postAndExpectForceAfter(uint256 time) private {
        _post(_reward(_epoch, ROOT, 1), _epoch);
        (,,, uint64 inForceAt) = fans.pendingRoot();
        assertEq(inForceAt, block.timestamp + time, "in force at");
    }
}
