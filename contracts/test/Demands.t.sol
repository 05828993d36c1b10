// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IDemands} from "../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {DemandedEpoch} from "./kit/DemandedEpoch.sol";

/// @title What is withheld can be demanded, and what is not answered costs bonds
contract DemandsTest is DemandedEpoch {
    function setUp() public override {
        super.setUp();
        _plant();
    }

    // --- demanding

    function test_everyone_demands_a_track_and_pays_a_deposit() public {
        bytes32 id = graph.trackDemandId(1, 3);
        uint64 answerBy = uint64(block.timestamp) + ANSWER_TIME;
        vm.expectEmit(address(graph));
        emit IDemands.TrackDemanded(id, 1, 3, FAN, MIN_DEPOSIT, answerBy);
        assertEq(_demandTrack(FAN, 3), id, "id");
        _assertDemand(id, FAN, answerBy, IDemands.DemandState.Open);
        assertEq(graph.openDemands(1), 1, "open");
        assertEq(address(graph).balance, MIN_DEPOSIT, "held");
    }

    function test_an_address_demands_its_own_list() public {
        bytes32 id = graph.listenerDemandId(1, _listener(1));
        uint64 answerBy = uint64(block.timestamp) + ANSWER_TIME;
        vm.expectEmit(address(graph));
        emit IDemands.ListenerDemanded(id, 1, _listener(1), MIN_DEPOSIT, answerBy);
        assertEq(_demandListener(_listener(1)), id, "id");
        _assertDemand(id, _listener(1), answerBy, IDemands.DemandState.Open);
    }

    function test_ids_of_demands_never_collide_between_kinds_and_epochs() public view {
        assertTrue(graph.trackDemandId(1, 7) != graph.listenerDemandId(1, address(7)), "kinds");
        assertTrue(graph.trackDemandId(1, 7) != graph.trackDemandId(2, 7), "epochs");
        assertTrue(graph.trackDemandId(1, 7) != graph.trackDemandId(1, 8), "rows");
    }

    function test_what_is_sent_above_the_deposit_is_credited_back() public {
        vm.deal(FAN, 1 ether);
        vm.expectEmit(address(graph));
        emit IDemands.ExcessCredited(FAN, 1 ether - MIN_DEPOSIT);
        vm.prank(FAN);
        graph.demandTrack{value: 1 ether}(epoch, _signers(2), 0);
        assertEq(graph.etherOf(FAN), 1 ether - MIN_DEPOSIT, "credited");
        vm.expectEmit(address(graph));
        emit IDemands.EtherWithdrawn(FAN, OTHER, 1 ether - MIN_DEPOSIT);
        vm.prank(FAN);
        graph.withdrawEther(payable(OTHER));
        assertEq(OTHER.balance, 1 ether - MIN_DEPOSIT, "paid");
        assertEq(address(graph).balance, MIN_DEPOSIT, "held");
        vm.expectRevert(abi.encodeWithSelector(IDemands.NothingCredited.selector, FAN));
        vm.prank(FAN);
        graph.withdrawEther(payable(FAN));
    }

    function test_a_deposit_too_small_is_refused() public {
        vm.deal(FAN, 1 ether);
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DepositTooSmall.selector, MIN_DEPOSIT, MIN_DEPOSIT - 1));
        graph.demandTrack{value: MIN_DEPOSIT - 1}(epoch, _signers(2), 0);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DepositTooSmall.selector, MIN_DEPOSIT, 0));
        graph.demandListener(epoch, _signers(2));
    }

    function testFuzz_a_deposit_is_the_larger_of_the_least_one_and_a_multiple_of_the_answers_gas(
        uint64 baseFee,
        uint96 least
    ) public {
        graph.setMinDeposit(least);
        vm.fee(baseFee);
        uint256 forTrack = uint256(DEPOSIT_GAS_MULTIPLE) * baseFee * graph.TRACK_ANSWER_GAS();
        uint256 forList = uint256(DEPOSIT_GAS_MULTIPLE) * baseFee * graph.LISTENER_ANSWER_GAS();
        assertEq(graph.trackDeposit(), forTrack > least ? forTrack : least, "track");
        assertEq(graph.listenerDeposit(), forList > least ? forList : least, "list");
    }

    function test_governance_sets_the_least_deposit() public {
        vm.expectEmit(address(graph));
        emit IDemands.MinDepositSet(7);
        graph.setMinDeposit(7);
        assertEq(graph.trackDeposit(), 7, "deposit");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        vm.prank(guardian);
        graph.setMinDeposit(0);
    }

    function test_a_row_that_is_no_tracks_cannot_be_demanded() public {
        vm.expectRevert(abi.encodeWithSelector(IDemands.NoSuchTrack.selector, TRACKS, TRACKS));
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), uint32(TRACKS));
    }

    function test_one_thing_is_demanded_once_open_or_answered() public {
        bytes32 id = _demandTrack(FAN, 3);
        _expectAlreadyDemanded(id, OTHER);
        _answerTrack(3);
        _expectAlreadyDemanded(id, OTHER);
        id = _demandListener(_listener(0));
        vm.deal(_listener(0), MIN_DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(IDemands.AlreadyDemanded.selector, id));
        vm.prank(_listener(0));
        graph.demandListener{value: MIN_DEPOSIT}(epoch, _signers(2));
    }

    function _expectAlreadyDemanded(bytes32 id, address by) private {
        vm.deal(by, MIN_DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(IDemands.AlreadyDemanded.selector, id));
        vm.prank(by);
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 3);
    }

    function test_demands_are_accepted_to_the_last_second_of_the_window_and_not_later() public {
        assertEq(graph.demandsUntil(1), START + WINDOW, "until");
        vm.warp(START + WINDOW - 1);
        _demandTrack(FAN, 0);
        vm.warp(START + WINDOW);
        vm.deal(OTHER, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandsClosed.selector, 1));
        vm.prank(OTHER);
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 1);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandsClosed.selector, 1));
        vm.prank(OTHER);
        graph.demandListener{value: MIN_DEPOSIT}(epoch, _signers(2));
    }

    function test_a_demand_needs_the_commitment_of_a_pending_epoch() public {
        bytes memory refusal = abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1);
        vm.expectRevert(refusal);
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(3), 1);
        vm.expectRevert(refusal);
        graph.demandListener{value: MIN_DEPOSIT}(epoch, _signers(3));
        vm.warp(START + WINDOW);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 1);
    }

    // --- answering

    function test_a_signers_answer_publishes_the_track_and_earns_the_deposit() public {
        bytes32 id = _demandTrack(FAN, 3);
        bytes32[] memory proof = _trackProof(3);
        address keeper = _signers(1)[0];
        vm.expectEmit(address(graph));
        emit IDemands.TrackAnswered(id, 1, keeper, tracks[3], proof);
        vm.expectEmit(address(graph));
        emit IDemands.DepositEarned(id, keeper, MIN_DEPOSIT);
        vm.prank(keeper);
        graph.answerTrack(epoch, _signers(2), tracks[3], proof);
        assertEq(graph.etherOf(keeper), MIN_DEPOSIT, "earned");
        assertEq(graph.openDemands(1), 0, "open");
        _assertDemand(id, FAN, uint64(START) + ANSWER_TIME, IDemands.DemandState.Answered);
    }

    function test_a_signers_answer_publishes_the_list() public {
        bytes32 id = _demandListener(_listener(2));
        bytes32[] memory proof = _listenerProof(2);
        address keeper = _signers(2)[1];
        vm.expectEmit(address(graph));
        emit IDemands.ListenerAnswered(id, 1, keeper, listeners[2], proof);
        vm.prank(keeper);
        graph.answerListener(epoch, _signers(2), listeners[2], proof);
        assertEq(graph.etherOf(keeper), MIN_DEPOSIT, "earned");
    }

    function test_the_deposit_of_an_answer_by_no_signer_is_burned() public {
        address[2] memory others = [OTHER, _signers(3)[2]];
        for (uint32 i = 0; i < 2; ++i) {
            bytes32 id = _demandTrack(FAN, i);
            bytes32[] memory proof = _trackProof(i);
            uint256 burned = address(0).balance;
            vm.expectEmit(address(graph));
            emit IDemands.DepositBurned(id, MIN_DEPOSIT);
            vm.prank(others[i]);
            graph.answerTrack(epoch, _signers(2), tracks[i], proof);
            assertEq(address(0).balance - burned, MIN_DEPOSIT, "burned");
            assertEq(graph.etherOf(others[i]), 0, "not earned");
            assertEq(address(graph).balance, 0, "nothing is held");
        }
    }

    function test_an_answer_is_accepted_in_its_last_second_and_not_later() public {
        bytes32 id = _demandTrack(FAN, 0);
        _demandTrack(FAN, 1);
        vm.warp(START + ANSWER_TIME);
        _answerTrack(0);
        vm.warp(START + ANSWER_TIME + 1);
        id = graph.trackDemandId(1, 1);
        bytes32[] memory proof = _trackProof(1);
        vm.expectRevert(abi.encodeWithSelector(IDemands.AnswerTooLate.selector, id, START + ANSWER_TIME));
        graph.answerTrack(epoch, _signers(2), tracks[1], proof);
    }

    function test_nothing_is_answered_that_was_not_demanded_or_twice() public {
        bytes32[] memory proof = _trackProof(0);
        bytes32 id = graph.trackDemandId(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, id, IDemands.DemandState.None));
        graph.answerTrack(epoch, _signers(2), tracks[0], proof);
        _demandTrack(FAN, 0);
        _answerTrack(0);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, id, IDemands.DemandState.Answered));
        graph.answerTrack(epoch, _signers(2), tracks[0], proof);
    }

    function test_other_bytes_are_no_answer() public {
        _demandTrack(FAN, 0);
        _demandListener(_listener(1));
        bytes32[] memory proof = _trackProof(1);
        IRecommendationGraph.TrackOpening memory track = tracks[1];
        track.row = 0;
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerTrack(epoch, _signers(2), track, proof);
        proof = _listenerProof(2);
        IRecommendationGraph.ListenerOpening memory opening = listeners[2];
        opening.listener = _listener(1);
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerListener(epoch, _signers(2), opening, proof);
    }

    function test_an_opening_of_bad_form_is_no_answer() public {
        vm.prank(guardian);
        graph.vetoEpoch(1);
        tracks[0].vector[0] = 0x80;
        listeners[1].vector = new bytes(DIMENSION);
        _plant();
        _demandTrack(FAN, 0);
        _demandListener(_listener(1));
        bytes32[] memory proof = _trackProof(0);
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerTrack(epoch, _signers(2), tracks[0], proof);
        proof = _listenerProof(1);
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerListener(epoch, _signers(2), listeners[1], proof);
    }

    function test_a_leaf_beyond_the_count_is_no_answer() public {
        vm.prank(guardian);
        graph.vetoEpoch(1);
        listeners[4].row = uint32(LISTENERS);
        _plant();
        _demandListener(_listener(4));
        bytes32[] memory proof = _listenerProof(4);
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerListener(epoch, _signers(2), listeners[4], proof);
    }

    function test_verification_says_the_same_of_openings_to_other_contracts() public view {
        assertTrue(graph.verifyTrackOpening(epoch, _signers(2), tracks[3], _trackProof(3)), "track");
        assertFalse(graph.verifyTrackOpening(epoch, _signers(2), tracks[4], _trackProof(3)), "another");
        assertTrue(graph.verifyListenerOpening(epoch, _signers(2), listeners[3], _listenerProof(3)), "list");
        assertFalse(graph.verifyListenerOpening(epoch, _signers(2), listeners[4], _listenerProof(3)), "another");
        IRecommendationGraph.TrackLeaf memory t = _bareTrack(2);
        assertTrue(
            graph.verifyTrackLeaf(epoch, _signers(2), 2, t.trackIdHash, t.vectorHash, _trackProof(2)), "track leaf"
        );
        assertFalse(
            graph.verifyTrackLeaf(epoch, _signers(2), 3, t.trackIdHash, t.vectorHash, _trackProof(2)), "another row"
        );
        IRecommendationGraph.ListenerLeaf memory l = _bareListener(2);
        assertTrue(
            graph.verifyListenerLeaf(epoch, _signers(2), 2, l.listener, l.openingHash, _listenerProof(2)), "leaf"
        );
        assertFalse(graph.verifyListenerLeaf(epoch, _signers(2), 2, OTHER, l.openingHash, _listenerProof(2)), "other");
    }

    // --- absence

    function test_an_address_without_a_leaf_is_answered_by_its_neighbours() public {
        address between = address(uint160(_listener(2)) + 1);
        bytes32 id = _demandListener(between);
        (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _neighbours(2, 3);
        address keeper = _signers(1)[0];
        vm.expectEmit(address(graph));
        emit IDemands.AbsenceAnswered(id, 1, keeper, n, p);
        vm.prank(keeper);
        graph.answerAbsence(epoch, _signers(2), between, n, p);
        assertEq(graph.etherOf(keeper), MIN_DEPOSIT, "earned");
        (,,,,, uint64 tracksUntil) = graph.demandOf(id);
        assertEq(tracksUntil, 0, "no list, no later demands");
    }

    function test_absence_before_the_first_and_after_the_last_needs_one_leaf() public {
        address before = address(uint160(_listener(0)) - 1);
        address behind = address(uint160(_listener(LISTENERS - 1)) + 1);
        _demandListener(before);
        _demandListener(behind);
        (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _alone(0);
        _expectNoAbsence(behind, n, p);
        graph.answerAbsence(epoch, _signers(2), before, n, p);
        (n, p) = _alone(LISTENERS - 1);
        graph.answerAbsence(epoch, _signers(2), behind, n, p);
        assertEq(graph.openDemands(1), 0, "open");
    }

    function test_absence_is_said_exactly_of_who_has_no_leaf() public view {
        uint160 base = uint160(_listener(0));
        for (uint160 shift = 0; shift < 1 + 100 * (LISTENERS + 1); shift += 25) {
            address account = address(base - 50 + shift);
            bool present = shift >= 50 && (shift - 50) % 100 == 0 && (shift - 50) / 100 < LISTENERS;
            bool proven = false;
            for (uint256 i = 0; i < LISTENERS; ++i) {
                (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _alone(i);
                proven = proven || graph.verifyListenerAbsence(epoch, _signers(2), account, n, p);
                for (uint256 k = 0; k < LISTENERS; ++k) {
                    (n, p) = _neighbours(i, k);
                    proven = proven || graph.verifyListenerAbsence(epoch, _signers(2), account, n, p);
                }
            }
            assertTrue(proven == !present, "absent");
        }
    }

    function test_absence_needs_true_leaves_in_the_right_number() public view {
        address between = address(uint160(_listener(2)) + 1);
        (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _neighbours(2, 3);
        assertTrue(_isAbsent(between, n, p), "absent");
        assertFalse(_isAbsent(between, n, new bytes32[][](1)), "a proof too few");
        assertFalse(_isAbsent(between, new IRecommendationGraph.ListenerLeaf[](0), new bytes32[][](0)), "nothing");
        assertFalse(_isAbsent(between, new IRecommendationGraph.ListenerLeaf[](3), new bytes32[][](3)), "three");
        n[1].openingHash = 0;
        assertFalse(_isAbsent(between, n, p), "no leaf");
        (n, p) = _neighbours(2, 4);
        assertFalse(_isAbsent(address(uint160(_listener(3)) + 1), n, p), "not next to each other");
    }

    function test_the_only_listener_is_first_and_last() public {
        vm.prank(guardian);
        graph.vetoEpoch(1);
        while (listeners.length > 1) listeners.pop();
        epoch = _buildCommitment();
        epoch.listeners = 1;
        _commit(epoch);
        (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _alone(0);
        assertTrue(_isAbsent(address(uint160(_listener(0)) - 1), n, p), "before");
        assertTrue(_isAbsent(address(uint160(_listener(0)) + 1), n, p), "behind");
        assertFalse(_isAbsent(_listener(0), n, p), "present");
    }

    function _isAbsent(address account, IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p)
        private
        view
        returns (bool)
    {
        return graph.verifyListenerAbsence(epoch, _signers(2), account, n, p);
    }

    function _expectNoAbsence(address account, IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p)
        private
    {
        vm.expectRevert(IDemands.NotAnAnswer.selector);
        graph.answerAbsence(epoch, _signers(2), account, n, p);
    }

    function test_a_listener_with_a_leaf_is_not_answered_by_absence() public {
        _demandListener(_listener(2));
        (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _neighbours(1, 2);
        _expectNoAbsence(_listener(2), n, p);
        (n, p) = _neighbours(2, 3);
        _expectNoAbsence(_listener(2), n, p);
        (n, p) = _neighbours(1, 3);
        _expectNoAbsence(_listener(2), n, p);
    }

    // --- times

    function test_an_open_demand_keeps_an_epoch_from_being_final_until_it_is_answered_and_open_to_challenge() public {
        vm.warp(START + WINDOW - 1);
        _demandTrack(FAN, 0);
        vm.warp(START + WINDOW + 100);
        _assertPending();
        uint64 expected = uint64(block.timestamp) + CHALLENGE_TIME;
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.FinalAtMoved(1, expected);
        _answerTrack(0);
        assertEq(graph.finalAt(1), expected, "moved");
        vm.warp(expected - 1);
        _assertPending();
        vm.warp(expected);
        assertTrue(graph.isFinal(1), "final");
    }

    function test_an_early_answer_does_not_move_finality() public {
        _demandTrack(FAN, 0);
        _answerTrack(0);
        assertEq(graph.finalAt(1), START + WINDOW, "not moved");
        vm.warp(START + WINDOW);
        assertTrue(graph.isFinal(1), "final");
    }

    function test_who_got_a_list_by_a_demand_may_demand_tracks_until_challenge_time_after_it() public {
        vm.warp(START + WINDOW - 1);
        _demandListener(_listener(1));
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerListener(1);
        (,,,,, uint64 tracksUntil) = graph.demandOf(graph.listenerDemandId(1, _listener(1)));
        assertEq(tracksUntil, block.timestamp + CHALLENGE_TIME, "until");
        vm.deal(OTHER, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandsClosed.selector, 1));
        vm.prank(OTHER);
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 5);
        vm.warp(tracksUntil - 1);
        _demandTrack(_listener(1), 5);
        vm.warp(tracksUntil);
        _assertPending();
        vm.deal(_listener(1), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandsClosed.selector, 1));
        vm.prank(_listener(1));
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 6);
    }

    function test_the_longest_chain_of_demands_ends_before_the_bound_and_before_a_bond_can_leave() public {
        vm.prank(_signers(1)[0]);
        staking.startUnbonding(MIN_BOND);
        vm.warp(START + WINDOW - 1);
        _demandListener(_listener(1));
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerListener(1);
        vm.warp(block.timestamp + CHALLENGE_TIME - 1);
        _demandTrack(_listener(1), 5);
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerTrack(5);
        uint64 bound = uint64(START) + WINDOW + 2 * (ANSWER_TIME + CHALLENGE_TIME);
        assertEq(graph.finalAt(1), bound - 2, "the latest");
        (, uint64 readyAt) = staking.unbondingOf(_signers(1)[0]);
        assertTrue(readyAt > bound, "the bond is there");
    }

    // --- expiry

    function test_an_unanswered_demand_invalidates_the_epoch_and_burns_the_penalty() public {
        bytes32 id = _demandTrack(FAN, 3);
        vm.warp(START + ANSWER_TIME + 1);
        vm.expectEmit(address(graph));
        emit IDemands.DemandExpired(id, 1, OTHER);
        vm.expectEmit(address(graph));
        emit IDemands.DepositReturned(id, FAN, MIN_DEPOSIT);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.EpochInvalidated(1, IDemands.expireDemand.selector, OTHER);
        _expire(id);
        _assertConvicted(WITHHOLDING_PENALTY_BPS, address(0));
        assertEq(token.balanceOf(OTHER), 0, "no bounty");
        assertEq(graph.etherOf(FAN), MIN_DEPOSIT, "returned");
        assertEq(graph.openDemands(1), 0, "open");
        _assertDemand(id, FAN, uint64(START) + ANSWER_TIME, IDemands.DemandState.Returned);
    }

    function test_a_demand_does_not_expire_while_it_can_be_answered() public {
        bytes32 id = _demandTrack(FAN, 3);
        vm.warp(START + ANSWER_TIME);
        vm.expectRevert(abi.encodeWithSelector(IDemands.AnswerStillPossible.selector, id, START + ANSWER_TIME));
        graph.expireDemand(epoch, _signers(2), id);
    }

    function test_an_answered_or_unknown_demand_does_not_expire() public {
        bytes32 id = _demandTrack(FAN, 3);
        _answerTrack(3);
        vm.warp(START + ANSWER_TIME + 1);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, id, IDemands.DemandState.Answered));
        graph.expireDemand(epoch, _signers(2), id);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, bytes32(0), IDemands.DemandState.None));
        graph.expireDemand(epoch, _signers(2), 0);
    }

    function test_a_demand_of_another_epoch_does_not_expire_this_one() public {
        bytes32 old = _demandTrack(FAN, 3);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        _plant();
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, old, IDemands.DemandState.Open));
        graph.expireDemand(epoch, _signers(2), old);
    }

    function test_an_epoch_that_is_invalid_takes_no_answer_and_no_expiry() public {
        bytes32 id = _demandTrack(FAN, 3);
        bytes32[] memory proof = _trackProof(3);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.answerTrack(epoch, _signers(2), tracks[3], proof);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.expireDemand(epoch, _signers(2), id);
        assertEq(staking.bondOf(_signers(1)[0]), MIN_BOND, "nobody is slashed");
    }

    // --- deposits that return

    function test_open_deposits_return_when_an_epoch_becomes_invalid_by_any_road() public {
        for (uint256 road = 0; road < 3; ++road) {
            uint256 snapshot = vm.snapshotState();
            if (road == 1) {
                vm.prank(guardian);
                graph.vetoEpoch(1);
                listeners[0].vector = "";
                _plant();
            }
            uint64 number = epoch.epoch;
            bytes32 first = _demandTrack(FAN, 3);
            bytes32 second = _demandTrack(FAN, 4);
            _demandTrack(FAN, 5);
            _answerTrack(5);
            if (road == 0) {
                vm.prank(guardian);
                graph.vetoEpoch(number);
            } else if (road == 1) {
                bytes32[] memory proof = _listenerProof(0);
                graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
            } else {
                vm.warp(block.timestamp + ANSWER_TIME + 1);
                _expire(first);
                vm.expectPartialRevert(IDemands.DemandNotOpen.selector);
                graph.reclaimDeposit(first);
            }
            if (road < 2) graph.reclaimDeposit(first);
            vm.expectEmit(address(graph));
            emit IDemands.DepositReturned(second, FAN, MIN_DEPOSIT);
            vm.prank(OTHER);
            graph.reclaimDeposit(second);
            assertEq(graph.etherOf(FAN), 2 * MIN_DEPOSIT, "returned");
            assertEq(graph.openDemands(number), 0, "open");
            vm.expectRevert(
                abi.encodeWithSelector(IDemands.DemandNotOpen.selector, second, IDemands.DemandState.Returned)
            );
            graph.reclaimDeposit(second);
            vm.revertToState(snapshot);
        }
    }

    function test_a_deposit_stays_while_the_epoch_is_pending() public {
        bytes32 id = _demandTrack(FAN, 3);
        vm.expectRevert(
            abi.encodeWithSelector(IDemands.EpochNotInvalid.selector, 1, IRecommendationGraph.EpochState.Pending)
        );
        graph.reclaimDeposit(id);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandNotOpen.selector, bytes32(0), IDemands.DemandState.None));
        graph.reclaimDeposit(0);
    }

    function test_an_earner_that_takes_no_ether_keeps_its_credit_and_hurts_nobody() public {
        _demandTrack(FAN, 0);
        _answerTrack(0);
        address keeper = _signers(1)[0];
        vm.prank(keeper);
        vm.expectRevert();
        graph.withdrawEther(payable(address(graph)));
        assertEq(graph.etherOf(keeper), MIN_DEPOSIT, "credit");
        vm.prank(keeper);
        graph.withdrawEther(payable(keeper));
        assertEq(keeper.balance, MIN_DEPOSIT, "paid");
    }
}
