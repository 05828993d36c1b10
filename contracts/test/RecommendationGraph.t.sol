// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {RecommendationGraph} from "../src/RecommendationGraph.sol";
import {Signatures} from "../src/Signatures.sol";
import {StakingContract} from "../src/StakingContract.sol";
import {IDemands} from "../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {IStakingContract} from "../src/interfaces/IStakingContract.sol";
import {System} from "./kit/System.sol";

contract RecommendationGraphTest is System {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev The code of the block hash history, from EIP-2935.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    function test_a_quorum_commits_an_epoch_and_the_event_says_everything() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        uint64 now_ = uint64(block.timestamp);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.Committed(1, commitment, _signers(2), now_, now_ + WINDOW);
        graph.commit(commitment, _signers(2), signatures);
        assertEq(graph.latestEpoch(), 1, "epoch");
        assertEq(graph.finalAt(1), now_ + WINDOW, "final at");
        _assertState(1, IRecommendationGraph.EpochState.Pending);
        graph.checkCommitment(commitment, _signers(2));
    }

    function test_an_epoch_is_final_without_a_transaction_once_its_window_is_over() public {
        _commit(_commitment());
        vm.warp(START + WINDOW - 1);
        assertFalse(graph.isFinal(1), "final early");
        assertEq(graph.latestFinal(), 0, "latest final early");
        vm.warp(START + WINDOW);
        assertTrue(graph.isFinal(1), "final");
        assertEq(graph.latestFinal(), 1, "latest final");
        _assertState(2, IRecommendationGraph.EpochState.None);
    }

    function test_the_last_final_epoch_stays_in_force_while_another_is_pending_or_invalid() public {
        _commitFinal();
        _commit(_commitment());
        assertEq(graph.latestFinal(), 1, "while pending");
        vm.prank(guardian);
        graph.vetoEpoch(2);
        assertEq(graph.latestFinal(), 1, "while invalid");
        vm.warp(block.timestamp + WINDOW);
        assertEq(graph.latestFinal(), 1, "an invalid epoch never becomes final");
        _commitFinal();
        assertEq(graph.latestFinal(), 3, "the next");
    }

    function test_epochs_are_consecutive_and_never_reused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.epoch = 2;
        _expectRefusal(commitment, abi.encodeWithSelector(IRecommendationGraph.WrongEpoch.selector, 1, 2));
        commitment = _commitFinal();
        commitment.validFrom = uint64(block.timestamp);
        commitment.validUntil = commitment.validFrom;
        _expectRefusal(commitment, abi.encodeWithSelector(IRecommendationGraph.WrongEpoch.selector, 2, 1));
    }

    function test_at_most_one_epoch_is_pending() public {
        _commit(_commitment());
        uint64 finalAt = graph.finalAt(1);
        _expectRefusal(_commitment(), abi.encodeWithSelector(IRecommendationGraph.EpochPending.selector, 1, finalAt));
    }

    function test_the_same_signatures_commit_only_once() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        graph.commit(commitment, _signers(2), signatures);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongEpoch.selector, 2, 1));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_signatures_for_another_chain_are_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[0]));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_signatures_for_another_contract_are_refused() public {
        RecommendationGraph other = _newGraph(_epochParameters());
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(other.commitmentDigest(commitment), 2);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[0]));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_a_commitment_changed_after_signing_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        commitment.bundleCid = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[0]));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_a_malleable_signature_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes32 digest = graph.commitmentDigest(commitment);
        bytes[] memory signatures = _signatures(digest, 2);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keeperKeys[1], digest);
        signatures[1] = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? 28 : 27);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[1]));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_a_signature_of_the_wrong_length_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        signatures[1] = bytes.concat(signatures[1], hex"00");
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, _signers(2)[1]));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_a_signature_too_few_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 1);
        vm.expectRevert(abi.encodeWithSelector(Signatures.SignatureCount.selector, 2, 1));
        graph.commit(commitment, _signers(2), signatures);
    }

    function test_a_keeper_cannot_sign_twice() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        address[] memory signers = _signers(2);
        signers[1] = signers[0];
        signatures[1] = signatures[0];
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.NotAscending.selector, signers[0], signers[0]));
        graph.commit(commitment, signers, signatures);
    }

    function test_signers_out_of_order_are_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        address[] memory signers = _signers(2);
        (signers[0], signers[1]) = (signers[1], signers[0]);
        vm.expectPartialRevert(IRecommendationGraph.NotAscending.selector);
        graph.commit(commitment, signers, signatures);
    }

    function test_one_keeper_is_no_quorum_of_three() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 1);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.QuorumNotMet.selector, 2, 1));
        graph.commit(commitment, _signers(1), signatures);
    }

    function test_an_empty_keeper_set_commits_nothing() public {
        graph = _newGraph(_epochParameters());
        IRecommendationGraph.Commitment memory commitment = _commitment();
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.QuorumNotMet.selector, 0, 0));
        graph.commit(commitment, new address[](0), new bytes[](0));
    }

    function test_before_the_first_set_nobody_is_a_keeper() public {
        graph = _newGraph(_epochParameters());
        assertFalse(graph.isKeeper(_signers(1)[0]), "keeper");
        assertFalse(graph.isKeeper(address(0)), "nobody");
        assertEq(graph.keepers().length, 0, "keepers");
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.QuorumNotMet.selector, 0, 1));
        graph.checkKeepers(0, _signers(1));
    }

    function test_a_smaller_set_forgets_the_members_of_a_larger_one() public {
        graph.setKeepers(_signers(1), 1);
        assertEq(graph.keepers().length, 1, "keepers");
        assertEq(graph.keepers()[0], _signers(1)[0], "who");
        assertFalse(graph.isKeeper(_signers(2)[1]), "forgotten");
        graph.setKeepers(_signers(3), 2);
        assertEq(abi.encode(graph.keepers()).length, abi.encode(_signers(3)).length, "again");
        assertTrue(graph.isKeeper(_signers(2)[1]), "again");
    }

    function test_all_three_keepers_may_sign() public {
        _commit(_commitment(), 3);
        graph.checkCommitment(_commitmentOf(1), _signers(3));
    }

    function test_someone_who_is_no_keeper_cannot_sign() public {
        _addKeepers(1);
        graph.setKeepers(_without(3), 2);
        address stranger = _signers(4)[3];
        _expectRefusalBy(_commitment(), 4, abi.encodeWithSelector(IRecommendationGraph.NotKeeper.selector, stranger));
    }

    function test_signatures_of_an_earlier_keeper_set_are_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        graph.setKeepers(_signers(3), 3);
        _expectRefusal(commitment, abi.encodeWithSelector(IRecommendationGraph.WrongKeeperSet.selector, 2, 1));
    }

    function test_an_unbonding_keeper_cannot_sign() public {
        address keeper = _signers(1)[0];
        vm.prank(keeper);
        staking.startUnbonding(1);
        _expectRefusal(
            _commitment(),
            abi.encodeWithSelector(IRecommendationGraph.BondTooSmall.selector, keeper, MIN_BOND, MIN_BOND - 1)
        );
    }

    function test_a_bond_cannot_leave_while_an_epoch_its_owner_signed_is_pending() public {
        _commit(_commitment());
        vm.startPrank(_signers(1)[0]);
        staking.startUnbonding(MIN_BOND);
        vm.warp(graph.finalAt(1) - 1);
        _assertState(1, IRecommendationGraph.EpochState.Pending);
        vm.expectPartialRevert(IStakingContract.NotReady.selector);
        staking.withdrawBond();
    }

    function test_a_stale_reference_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        vm.roll(HEIGHT + 10_000);
        _expectRefusal(
            commitment,
            abi.encodeWithSelector(
                IRecommendationGraph.StaleReference.selector, HEIGHT - 10, bytes32(0), REFERENCE_HASH
            )
        );
    }

    function test_a_reference_is_accepted_up_to_8191_blocks_back() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        vm.etch(Blockhash.HISTORY_STORAGE_ADDRESS, HISTORY_CODE);
        bytes32 slot = bytes32(uint256(commitment.referenceBlock) % 8_191);
        vm.store(Blockhash.HISTORY_STORAGE_ADDRESS, slot, REFERENCE_HASH);
        vm.roll(commitment.referenceBlock + 8_192);
        _expectPartialRefusal(commitment, IRecommendationGraph.StaleReference.selector);
        vm.roll(commitment.referenceBlock + 8_191);
        _commit(commitment);
    }

    function test_a_reference_that_is_not_on_this_chain_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.referenceHash = keccak256("elsewhere");
        _expectRefusal(
            commitment,
            abi.encodeWithSelector(
                IRecommendationGraph.StaleReference.selector, HEIGHT - 10, REFERENCE_HASH, commitment.referenceHash
            )
        );
    }

    function test_a_reference_in_the_future_is_refused_even_with_a_zero_hash() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.referenceBlock = uint64(HEIGHT);
        commitment.referenceHash = bytes32(0);
        _expectRefusal(
            commitment,
            abi.encodeWithSelector(IRecommendationGraph.StaleReference.selector, HEIGHT, bytes32(0), bytes32(0))
        );
    }

    function test_validity_includes_its_first_and_last_second() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.validFrom = uint64(START) + 10;
        commitment.validUntil = uint64(START) + 20;
        bytes memory refusal =
            abi.encodeWithSelector(IRecommendationGraph.OutsideValidity.selector, START + 10, START + 20, START + 9);
        vm.warp(START + 9);
        _expectRefusal(commitment, refusal);
        vm.warp(START + 21);
        _expectRefusal(
            commitment,
            abi.encodeWithSelector(IRecommendationGraph.OutsideValidity.selector, START + 10, START + 20, START + 21)
        );
        uint256 state = vm.snapshotState();
        vm.warp(START + 10);
        _commit(commitment);
        assertTrue(vm.revertToState(state), "revert");
        vm.warp(START + 20);
        _commit(commitment);
    }

    function test_validity_is_not_longer_than_allowed_and_not_negative() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.validUntil = commitment.validFrom + MAX_VALIDITY + 1;
        _expectPartialRefusal(commitment, IRecommendationGraph.BadValidity.selector);
        commitment.validUntil = commitment.validFrom - 1;
        _expectPartialRefusal(commitment, IRecommendationGraph.BadValidity.selector);
    }

    function testFuzz_only_a_multiple_of_32_up_to_1024_is_a_dimension(uint16 dimension) public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.dimension = dimension;
        if (dimension > 0 && dimension <= 1_024 && dimension % 32 == 0) {
            _commit(commitment);
        } else {
            _expectRefusal(commitment, abi.encodeWithSelector(IRecommendationGraph.BadDimension.selector, dimension));
        }
    }

    function testFuzz_only_1_to_256_is_a_list_length(uint16 listLength) public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.listLength = listLength;
        if (listLength > 0 && listLength <= 256) {
            _commit(commitment);
        } else {
            _expectRefusal(commitment, abi.encodeWithSelector(IRecommendationGraph.BadListLength.selector, listLength));
        }
    }

    function test_an_epoch_without_tracks_or_listeners_is_refused() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        commitment.tracks = 0;
        _expectPartialRefusal(commitment, IRecommendationGraph.EmptyEpoch.selector);
        commitment.tracks = 1;
        commitment.listeners = 0;
        _expectPartialRefusal(commitment, IRecommendationGraph.EmptyEpoch.selector);
    }

    function test_an_epoch_without_a_root_digest_or_cid_is_refused() public {
        for (uint256 i = 0; i < 5; ++i) {
            IRecommendationGraph.Commitment memory commitment = _commitment();
            if (i == 0) commitment.trackRoot = bytes32(0);
            if (i == 1) commitment.listenerRoot = bytes32(0);
            if (i == 2) commitment.snapshotDigest = bytes32(0);
            if (i == 3) commitment.modelDigest = bytes32(0);
            if (i == 4) commitment.bundleCid = "";
            _expectPartialRefusal(commitment, IRecommendationGraph.MissingDigest.selector);
        }
    }

    function test_the_guardian_vetoes_a_pending_epoch_and_nobody_is_slashed() public {
        _commit(_commitment());
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.EpochInvalidated(1, IRecommendationGraph.vetoEpoch.selector, guardian);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        _assertState(1, IRecommendationGraph.EpochState.Invalid);
        assertEq(staking.bondOf(_signers(1)[0]), MIN_BOND, "bond");
        assertTrue(graph.isKeeper(_signers(1)[0]), "keeper");
    }

    function test_a_final_or_unknown_epoch_cannot_be_vetoed() public {
        _commitFinal();
        vm.startPrank(guardian);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.vetoEpoch(1);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.vetoEpoch(2);
        vm.stopPrank();
        assertTrue(graph.isFinal(1), "still final");
    }

    function test_a_pause_stops_commits_and_ends_by_itself() public {
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.CommitsPaused(uint64(START) + 100, guardian);
        vm.prank(guardian);
        graph.pauseCommits(uint64(START) + 100);
        _expectRefusal(
            _commitment(), abi.encodeWithSelector(IRecommendationGraph.CommitsArePaused.selector, START + 100)
        );
        vm.warp(START + 100);
        _commit(_commitment());
    }

    function test_a_pause_stops_neither_finality_nor_a_veto() public {
        _commit(_commitment());
        vm.startPrank(guardian);
        graph.pauseCommits(uint64(START) + 14 days);
        uint256 state = vm.snapshotState();
        graph.vetoEpoch(1);
        assertTrue(vm.revertToState(state), "revert");
        vm.warp(START + WINDOW);
        assertTrue(graph.isFinal(1), "final");
    }

    function test_a_pause_can_be_ended_and_cannot_be_longer_than_its_cap() public {
        vm.startPrank(guardian);
        vm.expectPartialRevert(IRecommendationGraph.PauseTooLong.selector);
        graph.pauseCommits(uint64(START) + 14 days + 1);
        graph.pauseCommits(uint64(START) + 14 days);
        graph.pauseCommits(0);
        vm.stopPrank();
        _commit(_commitment());
    }

    function test_governance_sets_the_bond_that_signers_need() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.MinBondSet(MIN_BOND + 1);
        graph.setMinBond(MIN_BOND + 1);
        assertEq(graph.minBond(), MIN_BOND + 1, "bond");
        _expectPartialRefusal(commitment, IRecommendationGraph.BondTooSmall.selector);
        graph.setMinBond(0);
        _commit(commitment);
    }

    function test_a_pause_is_readable() public {
        vm.prank(guardian);
        graph.pauseCommits(uint64(START) + 7);
        assertEq(graph.pausedUntil(), START + 7, "until");
    }

    function test_keepers_of_the_present_version_are_a_quorum_for_other_contracts_too() public {
        graph.checkKeepers(1, _signers(2));
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongKeeperSet.selector, 1, 2));
        graph.checkKeepers(2, _signers(2));
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.QuorumNotMet.selector, 2, 1));
        graph.checkKeepers(1, _signers(1));
    }

    function test_strangers_neither_veto_nor_pause_nor_govern() public {
        _commit(_commitment());
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad));
        vm.startPrank(address(0xbad));
        vm.expectRevert(refusal);
        graph.vetoEpoch(1);
        vm.expectRevert(refusal);
        graph.pauseCommits(0);
        vm.expectRevert(refusal);
        graph.setKeepers(new address[](1), 1);
        vm.expectRevert(refusal);
        graph.setMinBond(0);
    }

    function test_the_guardian_does_not_govern() public {
        vm.startPrank(guardian);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        graph.setKeepers(new address[](1), 1);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        graph.setMinBond(0);
    }

    function test_replacing_the_keeper_set_removes_the_old_one_and_counts_its_version() public {
        address[] memory members = new address[](1);
        members[0] = address(0xbeef);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.KeeperSetChanged(2, members, 1);
        graph.setKeepers(members, 1);
        assertEq(graph.keepers().length, 1, "members");
        assertFalse(graph.isKeeper(_signers(1)[0]), "old keeper");
        assertEq(graph.keeperSetVersion(), 2, "version");
    }

    function testFuzz_a_quorum_is_more_than_half_of_at_most_64_keepers(uint8 count, uint8 threshold) public {
        count = uint8(bound(count, 0, 70));
        address[] memory members = _ascending(count);
        if (count == 0 || count > 64) {
            vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.BadKeeperCount.selector, count));
        } else if (threshold > count || uint256(threshold) * 2 <= count) {
            vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.BadQuorum.selector, threshold, count));
        }
        graph.setKeepers(members, threshold);
    }

    function test_half_of_the_keepers_are_no_quorum_and_one_more_are() public {
        address[] memory members = _ascending(4);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.BadQuorum.selector, 2, 4));
        graph.setKeepers(members, 2);
        graph.setKeepers(members, 3);
        assertEq(graph.quorum(), 3, "quorum");
    }

    function test_a_set_has_64_keepers_and_not_one_more() public {
        graph.setKeepers(_ascending(64), 64);
        assertEq(graph.quorum(), 64, "quorum");
        address[] memory tooMany = _ascending(65);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.BadKeeperCount.selector, 65));
        graph.setKeepers(tooMany, 64);
    }

    function test_a_keeper_set_ascends_without_repeats_and_without_zero() public {
        address[] memory members = _signers(2);
        members[1] = members[0];
        vm.expectPartialRevert(IRecommendationGraph.NotAscending.selector);
        graph.setKeepers(members, 2);
        members[0] = address(0);
        vm.expectPartialRevert(IRecommendationGraph.NotAscending.selector);
        graph.setKeepers(members, 2);
    }

    function test_an_unbonding_not_longer_than_an_epoch_can_be_pending_is_refused_at_deployment() public {
        IRecommendationGraph.Parameters memory p = _epochParameters();
        p.window = UNBONDING - 2 * (ANSWER_TIME + CHALLENGE_TIME) - 1;
        _newGraph(p);
        p.window += 1;
        _expectNoGraph(p, abi.encodeWithSelector(IRecommendationGraph.UnbondingTooShort.selector, UNBONDING, UNBONDING));
    }

    function test_a_graph_that_could_not_slash_is_refused_at_deployment() public {
        address other = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.WrongSlasher.selector, other, address(graph)));
        new RecommendationGraph(address(manager), staking, _epochParameters());
    }

    function test_times_and_multiples_of_zero_are_refused_at_deployment() public {
        for (uint256 i = 0; i < 4; ++i) {
            IRecommendationGraph.Parameters memory p = _epochParameters();
            if (i == 0) p.window = 0;
            if (i == 1) p.answerTime = 0;
            if (i == 2) p.challengeTime = 0;
            if (i == 3) p.depositGasMultiple = 0;
            _expectNoGraph(p, abi.encodeWithSelector(IRecommendationGraph.ZeroParameter.selector));
        }
    }

    function test_a_withholding_penalty_is_from_half_the_bond_to_all_of_it() public {
        IRecommendationGraph.Parameters memory p = _epochParameters();
        p.withholdingPenaltyBps = 5_000;
        _newGraph(p);
        p.withholdingPenaltyBps = 10_000;
        _newGraph(p);
        p.withholdingPenaltyBps = 4_999;
        _expectNoGraph(p, abi.encodeWithSelector(IRecommendationGraph.BadPenalty.selector, 4_999));
        p.withholdingPenaltyBps = 10_001;
        _expectNoGraph(p, abi.encodeWithSelector(IRecommendationGraph.BadPenalty.selector, 10_001));
    }

    function test_what_is_set_at_deployment_is_readable_and_in_events() public {
        IRecommendationGraph.Parameters memory p = _epochParameters();
        address slasher = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        StakingContract bonds = new StakingContract(token, slasher, UNSTAKING, UNBONDING);
        vm.expectEmit(slasher);
        emit IRecommendationGraph.MinBondSet(MIN_BOND);
        vm.expectEmit(slasher);
        emit IDemands.MinDepositSet(MIN_DEPOSIT);
        vm.expectEmit(slasher);
        emit IRecommendationGraph.ParametersSet(
            WINDOW, ANSWER_TIME, CHALLENGE_TIME, MAX_VALIDITY, DEPOSIT_GAS_MULTIPLE, WITHHOLDING_PENALTY_BPS
        );
        RecommendationGraph other = new RecommendationGraph(address(manager), bonds, p);
        assertEq(other.window(), WINDOW, "window");
        assertEq(other.answerTime(), ANSWER_TIME, "answer time");
        assertEq(other.challengeTime(), CHALLENGE_TIME, "challenge time");
        assertEq(other.maxValidity(), MAX_VALIDITY, "validity");
        assertEq(other.minBond(), MIN_BOND, "bond");
        assertEq(other.minDeposit(), MIN_DEPOSIT, "deposit");
        assertEq(other.depositGasMultiple(), DEPOSIT_GAS_MULTIPLE, "multiple");
        assertEq(other.withholdingPenaltyBps(), WITHHOLDING_PENALTY_BPS, "penalty");
    }

    function test_another_commitment_or_other_signers_do_not_match_what_was_committed() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1));
        graph.checkCommitment(commitment, _signers(3));
        commitment.tracks += 1;
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1));
        graph.checkCommitment(commitment, _signers(2));
    }

    function _expectNoGraph(IRecommendationGraph.Parameters memory p, bytes memory refusal) private {
        address slasher = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        StakingContract bonds = new StakingContract(token, slasher, UNSTAKING, UNBONDING);
        vm.expectRevert(refusal);
        new RecommendationGraph(address(manager), bonds, p);
    }

    function _commitmentOf(uint64 epoch) private view returns (IRecommendationGraph.Commitment memory commitment) {
        commitment = _commitment();
        commitment.epoch = epoch;
        commitment.snapshotDigest = keccak256(abi.encode("snapshot", epoch));
    }

    /// @dev All keepers but the one at `left`.
    function _without(uint256 left) private view returns (address[] memory members) {
        members = new address[](keeperKeys.length - 1);
        for (uint256 i = 0; i < members.length; ++i) {
            members[i] = vm.addr(keeperKeys[i < left ? i : i + 1]);
        }
    }

    function _expectRefusal(IRecommendationGraph.Commitment memory commitment, bytes memory refusal) private {
        _expectRefusalBy(commitment, 2, refusal);
    }

    function _expectRefusalBy(IRecommendationGraph.Commitment memory commitment, uint256 count, bytes memory refusal)
        private
    {
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), count);
        vm.expectRevert(refusal);
        graph.commit(commitment, _signers(count), signatures);
    }

    function _expectPartialRefusal(IRecommendationGraph.Commitment memory commitment, bytes4 selector) private {
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), 2);
        vm.expectPartialRevert(selector);
        graph.commit(commitment, _signers(2), signatures);
    }

    function _assertState(uint64 epoch, IRecommendationGraph.EpochState expected) private view {
        assertEq(uint256(graph.stateOf(epoch)), uint256(expected), "state");
    }

    function _ascending(uint256 count) private pure returns (address[] memory members) {
        members = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            members[i] = address(uint160(1_000 + i));
        }
    }
}
