// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecommendationGraph} from "../../src/RecommendationGraph.sol";
import {Signatures} from "../../src/Signatures.sol";
import {IChallenges} from "../../src/interfaces/IChallenges.sol";
import {IFanEngagement} from "../../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {DemandedEpoch} from "../kit/DemandedEpoch.sol";

/// @title Attempts to post what a quorum did not sign, or to post it twice, late or elsewhere
/// @dev More of them, one for each field and length, are in test/RecommendationGraph.t.sol.
contract CommitmentAttacks is DemandedEpoch {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function _expectBadSignature(IRecommendationGraph.Commitment memory c, bytes[] memory signatures) private {
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(1)[0]));
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_signature_over_a_reward_root_commits_nothing_and_the_other_way_round() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        IFanEngagement.RewardRoot memory reward;
        (reward.epoch, reward.keeperSetVersion, reward.snapshotDigest) = (1, 1, c.snapshotDigest);
        reward.root = keccak256("root");
        _expectBadSignature(c, _signatures(fans.rewardRootDigest(reward), 2));
        _commit(c);
        vm.warp(graph.finalAt(1));
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(1)[0]));
        fans.postRoot(reward, _signers(2), signatures, c, _signers(2));
    }

    function test_signatures_for_the_other_side_of_a_fork_commit_nothing() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.chainId(block.chainid + 1);
        _expectBadSignature(c, signatures);
    }

    function test_evidence_from_the_other_side_of_a_fork_proves_nothing() public {
        listeners[0].vector = "";
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
        graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
    }

    function test_signatures_for_another_contract_commit_nothing() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        RecommendationGraph other = _newGraph(_epochParameters());
        _expectBadSignature(c, _signatures(other.commitmentDigest(c), 2));
    }

    function test_a_signature_with_the_other_s_or_in_short_form_is_refused() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keeperKeys[0], graph.commitmentDigest(c));
        signatures[0] = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? 28 : 27);
        _expectBadSignature(c, signatures);
        signatures[0] = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        _expectBadSignature(c, signatures);
    }

    function test_one_key_is_no_quorum_however_often_it_signs() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes memory signature = _sign(keeperKeys[0], graph.commitmentDigest(c));
        bytes[] memory signatures = new bytes[](2);
        (signatures[0], signatures[1]) = (signature, signature);
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (_signers(1)[0], _signers(1)[0]);
        vm.expectPartialRevert(IRecommendationGraph.NotAscending.selector);
        graph.commit(c, signers, signatures);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[1]));
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_set_that_governance_changed_between_signing_and_posting_refuses_the_old_signatures() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        graph.setKeepers(_signers(3), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongKeeperSet.selector, 2, 1));
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_set_that_lost_a_keeper_between_signing_and_posting_refuses_the_old_signatures() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        _equivocate(2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongKeeperSet.selector, 2, 1));
        graph.commit(c, _signers(2), signatures);
        // Who is left signs anew, later, and is above half of what the set was.
        vm.warp(c.validUntil + 1);
        _plant();
    }

    function test_a_removed_keeper_does_not_count_even_under_the_new_version() public {
        _equivocate(1);
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.NotKeeper.selector, _signers(2)[1]));
        graph.commit(c, _signers(2), signatures);
    }

    function _equivocate(uint256 keeper) private {
        IRecommendationGraph.Commitment memory a = _buildCommitment();
        IRecommendationGraph.Commitment memory b = _buildCommitment();
        b.modelDigest = keccak256("another");
        bytes memory signatureA = _sign(keeperKeys[keeper], graph.commitmentDigest(a));
        bytes memory signatureB = _sign(keeperKeys[keeper], graph.commitmentDigest(b));
        graph.challengeEquivocation(a, b, signatureA, signatureB);
    }

    function test_an_epoch_skipped_repeated_or_back_dated_is_refused() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        c.epoch = 2;
        _expectWrongEpoch(c, 1);
        _plant();
        vm.warp(graph.finalAt(1));
        c = _buildCommitment();
        c.epoch = 1;
        _expectWrongEpoch(c, 2);
        c.epoch = 0;
        _expectWrongEpoch(c, 2);
        c.epoch = 2;
        (c.validFrom, c.validUntil) = (uint64(START), uint64(START) + MAX_VALIDITY);
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectPartialRevert(IRecommendationGraph.OutsideValidity.selector);
        graph.commit(c, _signers(2), signatures);
    }

    function _expectWrongEpoch(IRecommendationGraph.Commitment memory c, uint64 expected) private {
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongEpoch.selector, expected, c.epoch));
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_reference_block_too_old_is_refused() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.roll(c.referenceBlock + 8_192);
        vm.expectPartialRevert(IRecommendationGraph.StaleReference.selector);
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_commitment_with_another_bundles_cid_is_refused() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        c.bundleCid = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        _expectBadSignature(c, signatures);
    }

    function test_a_copied_commit_posts_the_same_epoch_with_the_same_signers() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.prank(OTHER);
        graph.commit(c, _signers(2), signatures);
        graph.checkCommitment(c, _signers(2));
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongEpoch.selector, 2, 1));
        graph.commit(c, _signers(2), signatures);
    }

    function test_one_bond_never_backs_two_pending_epochs() public {
        _plant();
        vm.warp(START + WINDOW - 1);
        _demandTrack(FAN, 0);
        // Past the window, and still pending, because a demand is open.
        vm.warp(START + WINDOW + 1);
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.EpochPending.selector, 1, START + WINDOW));
        graph.commit(c, _signers(2), signatures);
    }

    function test_a_bond_slashed_for_one_epoch_backs_no_other() public {
        listeners[0].vector = "";
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
        graph.setKeepers(_signers(3), 2);
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.BondTooSmall.selector, _signers(1)[0], MIN_BOND, 0));
        graph.commit(c, _signers(2), signatures);
    }

    function test_validity_does_not_let_a_bond_leave_before_the_commit() public {
        IRecommendationGraph.Commitment memory c = _buildCommitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(c), 2);
        vm.prank(_signers(1)[0]);
        staking.startUnbonding(1);
        vm.warp(c.validUntil);
        vm.expectPartialRevert(IRecommendationGraph.BondTooSmall.selector);
        graph.commit(c, _signers(2), signatures);
    }
}
