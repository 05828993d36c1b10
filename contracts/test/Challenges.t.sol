// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Judge} from "../src/Judge.sol";
import {IChallenges} from "../src/interfaces/IChallenges.sol";
import {IDemands} from "../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Ranking} from "./kit/Ranking.sol";
import {TrueEpoch} from "./kit/TrueEpoch.sol";

/// @title Each falsehood loses the bonds by its challenge
contract ChallengesTest is TrueEpoch {
    bytes private constant NOTHING = abi.encodeWithSelector(IChallenges.NothingProven.selector);

    function _challengeScore(uint256 listener, uint256 position, uint256 track) private {
        bytes32[] memory proof = _listenerProof(listener);
        bytes32[] memory trackProof = _trackProof(track);
        vm.prank(CHALLENGER);
        graph.challengeScore(epoch, _signers(2), listeners[listener], proof, position, tracks[track], trackProof);
    }

    function _challengeOrder(uint256 listener, uint256 first, uint256 second) private {
        bytes32[] memory proof = _listenerProof(listener);
        vm.prank(CHALLENGER);
        graph.challengeOrder(epoch, _signers(2), listeners[listener], proof, first, second);
    }

    function _challengeOmission(uint256 listener, uint256 track) private {
        bytes32[] memory proof = _listenerProof(listener);
        bytes32[] memory trackProof = _trackProof(track);
        vm.prank(CHALLENGER);
        graph.challengeOmission(epoch, _signers(2), listeners[listener], proof, tracks[track], trackProof);
    }

    function _challengeMalformedListener(uint256 listener) private {
        bytes32[] memory proof = _listenerProof(listener);
        vm.prank(CHALLENGER);
        graph.challengeMalformedListener(epoch, _signers(2), listeners[listener], proof);
    }

    function _challengeMalformedTrack(uint256 track) private {
        bytes32[] memory proof = _trackProof(track);
        vm.prank(CHALLENGER);
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[track], proof);
    }

    function _challengeTrackRows(uint256 a, uint256 b) private {
        bytes32[] memory proofA = _trackProof(a);
        bytes32[] memory proofB = _trackProof(b);
        IRecommendationGraph.TrackLeaf memory leafA = _bareTrack(a);
        IRecommendationGraph.TrackLeaf memory leafB = _bareTrack(b);
        vm.prank(CHALLENGER);
        graph.challengeTrackRows(epoch, _signers(2), leafA, proofA, leafB, proofB);
    }

    function _challengeListenerRows(uint256 a, uint256 b) private {
        bytes32[] memory proofA = _listenerProof(a);
        bytes32[] memory proofB = _listenerProof(b);
        IRecommendationGraph.ListenerLeaf memory leafA = _bareListener(a);
        IRecommendationGraph.ListenerLeaf memory leafB = _bareListener(b);
        vm.prank(CHALLENGER);
        graph.challengeListenerRows(epoch, _signers(2), leafA, proofA, leafB, proofB);
    }

    function _expectNothingProven() private {
        vm.expectRevert(NOTHING);
    }

    function _rowAt(uint256 listener, uint256 position) private view returns (uint32) {
        return Ranking.numberAt(listeners[listener].rows, position);
    }

    // --- scores

    function test_what_stands_beyond_the_count_is_neither_track_nor_listener() public {
        epoch = _buildCommitment();
        (epoch.tracks, epoch.listeners) = (uint32(TRACKS - 1), uint32(LISTENERS - 1));
        _commit(epoch);
        (uint256 track, uint256 listener) = (TRACKS - 1, LISTENERS - 1);
        assertTrue(graph.verifyTrackOpening(epoch, _signers(2), tracks[track - 1], _trackProof(track - 1)), "last");
        assertFalse(graph.verifyTrackOpening(epoch, _signers(2), tracks[track], _trackProof(track)), "track");
        assertFalse(
            graph.verifyListenerOpening(epoch, _signers(2), listeners[listener], _listenerProof(listener)), "listener"
        );
    }

    function test_a_false_score_loses_the_bonds_to_the_listener() public {
        uint32 score = Ranking.numberAt(listeners[1].scores, 2);
        listeners[1].scores = Ranking.withNumberAt(listeners[1].scores, 2, score + 1);
        _plant();
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.EpochInvalidated(1, IChallenges.challengeScore.selector, CHALLENGER);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.KeeperRemoved(2, _signers(2)[0]);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.KeeperRemoved(2, _signers(2)[1]);
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.SignersSlashed(1, IChallenges.challengeScore.selector, _listener(1), 2 * MIN_BOND);
        _challengeScore(1, 2, _rowAt(1, 2));
        _assertConvicted(10_000, _listener(1));
        assertEq(token.balanceOf(CHALLENGER), 0, "the sender has nothing of it");
    }

    function test_true_scores_stand() public {
        _plant();
        for (uint256 i = 0; i < LISTENERS; ++i) {
            for (uint256 position = 0; position < listeners[i].rows.length / 4; ++position) {
                bytes32[] memory proof = _listenerProof(i);
                uint32 row = _rowAt(i, position);
                bytes32[] memory trackProof = _trackProof(row);
                _expectNothingProven();
                graph.challengeScore(epoch, _signers(2), listeners[i], proof, position, tracks[row], trackProof);
            }
        }
        _assertPending();
    }

    function test_a_score_is_compared_with_the_track_listed_there_only() public {
        _plant();
        uint32 row = _rowAt(0, 1);
        uint32 other = _rowAt(0, 2);
        bytes32[] memory proof = _listenerProof(0);
        bytes32[] memory trackProof = _trackProof(other);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.WrongTrack.selector, row, other));
        graph.challengeScore(epoch, _signers(2), listeners[0], proof, 1, tracks[other], trackProof);
    }

    function test_a_position_out_of_range_reverts() public {
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        bytes32[] memory trackProof = _trackProof(0);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.PositionOutOfRange.selector, LIST_LENGTH, LIST_LENGTH));
        graph.challengeScore(epoch, _signers(2), listeners[0], proof, LIST_LENGTH, tracks[0], trackProof);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.PositionOutOfRange.selector, LIST_LENGTH, LIST_LENGTH));
        graph.challengeOrder(epoch, _signers(2), listeners[0], proof, LIST_LENGTH, 0);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.PositionOutOfRange.selector, type(uint256).max, LIST_LENGTH));
        graph.challengeOrder(epoch, _signers(2), listeners[0], proof, 0, type(uint256).max);
    }

    function test_a_score_of_a_track_whose_vector_cannot_be_multiplied_is_false() public {
        uint32 row = _rowAt(0, 0);
        tracks[row].vector = bytes.concat(tracks[row].vector, hex"00");
        _plant();
        _challengeScore(0, 0, row);
        _assertConvicted(10_000, _listener(0));
    }

    // --- order

    function _swap(uint256 listener, uint256 a, uint256 b) private {
        IRecommendationGraph.ListenerOpening storage o = listeners[listener];
        (uint32 rowA, uint32 rowB) = (Ranking.numberAt(o.rows, a), Ranking.numberAt(o.rows, b));
        o.rows = Ranking.withNumberAt(Ranking.withNumberAt(o.rows, a, rowB), b, rowA);
        (uint32 scoreA, uint32 scoreB) = (Ranking.numberAt(o.scores, a), Ranking.numberAt(o.scores, b));
        o.scores = Ranking.withNumberAt(Ranking.withNumberAt(o.scores, a, scoreB), b, scoreA);
    }

    function test_a_list_out_of_order_loses_the_bonds_to_the_listener() public {
        _swap(2, 1, 3);
        _plant();
        _challengeOrder(2, 1, 3);
        _assertConvicted(10_000, _listener(2));
    }

    function test_equal_scores_in_the_wrong_order_of_rows_lose() public {
        // The first and the last track are alike; a listener who hears nothing else gets both, the lower row first.
        listeners[0].excluded = "";
        for (uint32 row = 1; row < TRACKS - 1; ++row) {
            listeners[0].excluded = bytes.concat(listeners[0].excluded, bytes4(row));
        }
        _rank(0);
        uint256 snapshot = vm.snapshotState();
        _plant();
        _expectOrderStands(0, 0, 1);
        vm.revertToState(snapshot);
        _swap(0, 0, 1);
        _plant();
        _challengeOrder(0, 0, 1);
        _assertConvicted(10_000, _listener(0));
    }

    function test_a_repeated_row_loses_whatever_its_scores() public {
        IRecommendationGraph.ListenerOpening storage o = listeners[1];
        o.rows = Ranking.withNumberAt(o.rows, 3, Ranking.numberAt(o.rows, 0));
        _plant();
        _challengeOrder(1, 0, 3);
        _assertConvicted(10_000, _listener(1));
    }

    function test_an_excluded_row_in_the_list_loses() public {
        uint32 excluded = Ranking.numberAt(listeners[3].excluded, 4);
        listeners[3].rows = Ranking.withNumberAt(listeners[3].rows, 0, excluded);
        _plant();
        _challengeOrder(3, 0, 0);
        _assertConvicted(10_000, _listener(3));
    }

    function test_a_row_that_is_no_tracks_loses() public {
        listeners[0].rows = Ranking.withNumberAt(listeners[0].rows, 3, uint32(TRACKS));
        _plant();
        _challengeOrder(0, 3, 3);
        _assertConvicted(10_000, _listener(0));
    }

    function test_a_list_too_short_loses_whatever_the_positions() public {
        listeners[0].rows = _cut(listeners[0].rows, 4);
        listeners[0].scores = _cut(listeners[0].scores, 4);
        _plant();
        _challengeOrder(0, 99, 99);
        _assertConvicted(10_000, _listener(0));
    }

    function test_a_list_too_long_loses() public {
        IRecommendationGraph.ListenerOpening storage o = listeners[LISTENERS - 1];
        o.rows = bytes.concat(o.rows, bytes4(Ranking.numberAt(o.excluded, 0)));
        o.scores = bytes.concat(o.scores, bytes4(0));
        _plant();
        _challengeOrder(LISTENERS - 1, 0, 0);
        _assertConvicted(10_000, _listener(LISTENERS - 1));
    }

    function _expectOrderStands(uint256 listener, uint256 first, uint256 second) private {
        bytes32[] memory proof = _listenerProof(listener);
        _expectNothingProven();
        graph.challengeOrder(epoch, _signers(2), listeners[listener], proof, first, second);
    }

    function test_true_lists_are_in_order_at_every_pair_of_positions() public {
        _plant();
        for (uint256 i = 0; i < LISTENERS; ++i) {
            uint256 count = listeners[i].rows.length / 4;
            for (uint256 first = 0; first < count; ++first) {
                for (uint256 second = 0; second < count; ++second) {
                    _expectOrderStands(i, first, second);
                }
            }
        }
        _assertPending();
    }

    // --- omission

    function test_a_better_track_left_out_loses_the_bonds_to_the_listener() public {
        uint32 best = _rowAt(0, 0);
        listeners[0].excluded = bytes.concat(bytes4(best));
        _rank(0);
        listeners[0].excluded = "";
        _plant();
        _challengeOmission(0, best);
        _assertConvicted(10_000, _listener(0));
    }

    function test_a_track_of_the_same_score_and_a_lower_row_is_better() public {
        // Three tracks are the listener's own taste, two are nothing to it; row 0 is listed before the last row.
        (tracks[0].vector, tracks[TRACKS - 1].vector) = (new bytes(DIMENSION), new bytes(DIMENSION));
        IRecommendationGraph.ListenerOpening storage o = listeners[0];
        for (uint32 row = 1; row < TRACKS - 1; ++row) {
            if (row < 8) o.excluded = bytes.concat(o.excluded, bytes4(row));
            else tracks[row].vector = o.vector;
        }
        _rank(0);
        assertEq(Ranking.numberAt(o.rows, 3), 0, "the lower row");
        o.rows = Ranking.withNumberAt(o.rows, 3, uint32(TRACKS - 1));
        _plant();
        _challengeOmission(0, 0);
        _assertConvicted(10_000, _listener(0));
    }

    function test_no_unlisted_track_is_better_than_the_last_of_a_true_list() public {
        _plant();
        for (uint256 i = 0; i < LISTENERS; ++i) {
            bytes32[] memory proof = _listenerProof(i);
            for (uint256 row = 0; row < TRACKS; ++row) {
                bytes32[] memory trackProof = _trackProof(row);
                _expectNothingProven();
                graph.challengeOmission(epoch, _signers(2), listeners[i], proof, tracks[row], trackProof);
            }
        }
        _assertPending();
    }

    function test_with_everything_excluded_nothing_is_left_out() public {
        IRecommendationGraph.ListenerOpening storage o = listeners[0];
        o.excluded = "";
        for (uint32 row = 0; row < TRACKS; ++row) {
            o.excluded = bytes.concat(o.excluded, bytes4(row));
        }
        _rank(0);
        assertEq(o.rows.length, 0, "empty");
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        for (uint256 row = 0; row < TRACKS; ++row) {
            bytes32[] memory trackProof = _trackProof(row);
            _expectNothingProven();
            graph.challengeOmission(epoch, _signers(2), o, proof, tracks[row], trackProof);
        }
        _expectNothingProven();
        graph.challengeMalformedListener(epoch, _signers(2), o, proof);
    }

    function test_an_omitted_track_whose_vector_cannot_be_multiplied_loses() public {
        tracks[3].vector = "";
        _plant();
        _challengeOmission(0, 3);
        _assertConvicted(10_000, _listener(0));
    }

    // --- bad form

    function test_each_bad_form_of_a_listeners_opening_loses_the_bonds_to_the_listener() public {
        for (uint256 i = 0; i < 10; ++i) {
            uint256 snapshot = vm.snapshotState();
            _malform(listeners[3], i);
            _plant();
            _challengeMalformedListener(3);
            _assertConvicted(10_000, _listener(3));
            vm.revertToState(snapshot);
        }
    }

    function test_an_opening_that_cannot_be_read_is_proof_in_every_challenge_that_reads_it() public {
        for (uint256 i = 0; i < 6; ++i) {
            uint256 snapshot = vm.snapshotState();
            _malform(listeners[3], i);
            _plant();
            uint256 planted = vm.snapshotState();
            _challengeScore(3, 0, 0);
            _assertConvicted(10_000, _listener(3));
            vm.revertToState(planted);
            _challengeOrder(3, 0, 0);
            _assertConvicted(10_000, _listener(3));
            vm.revertToState(planted);
            _challengeOmission(3, 0);
            _assertConvicted(10_000, _listener(3));
            vm.revertToState(snapshot);
        }
    }

    /// @dev The first six change sizes.
    function _malform(IRecommendationGraph.ListenerOpening storage o, uint256 kind) private {
        if (kind == 0) o.vector = _cut(o.vector, 1);
        if (kind == 1) o.excluded = _cut(o.excluded, 1);
        if (kind == 2) o.rows = _cut(o.rows, 1);
        if (kind == 3) o.scores = bytes.concat(o.scores, hex"00");
        if (kind == 4) o.excluded = new bytes(4 * (TRACKS + 1));
        if (kind == 5) o.vector = "";
        if (kind == 6) o.vector[7] = 0x80;
        if (kind == 7) o.vector = new bytes(DIMENSION);
        if (kind == 8) o.excluded = Ranking.withNumberAt(o.excluded, 1, Ranking.numberAt(o.excluded, 0));
        if (kind == 9) o.excluded = Ranking.withNumberAt(o.excluded, 5, uint32(TRACKS));
    }

    function test_a_tracks_vector_of_bad_form_loses_the_bonds_to_the_sender() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (i == 0) tracks[2].vector = _cut(tracks[2].vector, 1);
            if (i == 1) tracks[2].vector = "";
            if (i == 2) tracks[2].vector[DIMENSION - 1] = 0x80;
            _plant();
            _challengeMalformedTrack(2);
            _assertConvicted(10_000, CHALLENGER);
            vm.revertToState(snapshot);
        }
    }

    function test_good_form_stands() public {
        tracks[1].vector = new bytes(DIMENSION);
        for (uint256 i = 0; i < LISTENERS; ++i) {
            _rank(i);
        }
        _plant();
        for (uint256 i = 0; i < TRACKS; ++i) {
            bytes32[] memory proof = _trackProof(i);
            _expectNothingProven();
            graph.challengeMalformedTrack(epoch, _signers(2), tracks[i], proof);
        }
        for (uint256 i = 0; i < LISTENERS; ++i) {
            bytes32[] memory proof = _listenerProof(i);
            _expectNothingProven();
            graph.challengeMalformedListener(epoch, _signers(2), listeners[i], proof);
        }
        _assertPending();
    }

    // --- rows

    function test_track_rows_that_do_not_ascend_by_id_hash_lose_the_bonds_to_the_sender() public {
        string memory id = tracks[4].trackId;
        tracks[4].trackId = tracks[9].trackId;
        tracks[9].trackId = id;
        _plant();
        uint256 planted = vm.snapshotState();
        _challengeTrackRows(4, 9);
        _assertConvicted(10_000, CHALLENGER);
        vm.revertToState(planted);
        _challengeTrackRows(9, 4);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_one_track_at_two_rows_loses() public {
        tracks[5].trackId = tracks[4].trackId;
        _plant();
        _challengeTrackRows(4, 5);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_two_tracks_at_one_row_lose() public {
        tracks[5].row = 4;
        _plant();
        _challengeTrackRows(4, 5);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_one_track_with_two_vectors_at_one_row_loses() public {
        (tracks[5].row, tracks[5].trackId) = (4, tracks[4].trackId);
        _plant();
        _challengeTrackRows(4, 5);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_a_track_row_beyond_the_count_loses_by_its_leaf_alone() public {
        tracks[TRACKS - 1].row = uint32(TRACKS);
        _plant();
        uint256 planted = vm.snapshotState();
        _challengeTrackRows(TRACKS - 1, TRACKS - 1);
        _assertConvicted(10_000, CHALLENGER);
        vm.revertToState(planted);
        _challengeTrackRows(0, TRACKS - 1);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_listener_rows_that_do_not_ascend_by_address_lose_the_bonds_to_the_sender() public {
        (listeners[1].listener, listeners[2].listener) = (listeners[2].listener, listeners[1].listener);
        _plant();
        _challengeListenerRows(1, 2);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_one_listener_at_two_rows_loses() public {
        listeners[3].listener = listeners[1].listener;
        _plant();
        _challengeListenerRows(1, 3);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_two_listeners_or_openings_at_one_row_lose() public {
        listeners[3].row = 1;
        uint256 snapshot = vm.snapshotState();
        _plant();
        _challengeListenerRows(1, 3);
        _assertConvicted(10_000, CHALLENGER);
        vm.revertToState(snapshot);
        listeners[3].listener = listeners[1].listener;
        _plant();
        _challengeListenerRows(3, 1);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_a_listener_row_beyond_the_count_loses_by_its_leaf_alone() public {
        listeners[LISTENERS - 1].row = uint32(LISTENERS);
        _plant();
        _challengeListenerRows(LISTENERS - 1, LISTENERS - 1);
        _assertConvicted(10_000, CHALLENGER);
    }

    function test_true_rows_ascend_at_every_pair_and_the_same_leaf_twice_proves_nothing() public {
        _plant();
        for (uint256 a = 0; a < TRACKS; ++a) {
            for (uint256 b = 0; b < TRACKS; ++b) {
                bytes32[] memory proofA = _trackProof(a);
                bytes32[] memory proofB = _trackProof(b);
                IRecommendationGraph.TrackLeaf memory leafA = _bareTrack(a);
                IRecommendationGraph.TrackLeaf memory leafB = _bareTrack(b);
                _expectNothingProven();
                graph.challengeTrackRows(epoch, _signers(2), leafA, proofA, leafB, proofB);
            }
        }
        for (uint256 a = 0; a < LISTENERS; ++a) {
            for (uint256 b = 0; b < LISTENERS; ++b) {
                bytes32[] memory proofA = _listenerProof(a);
                bytes32[] memory proofB = _listenerProof(b);
                IRecommendationGraph.ListenerLeaf memory leafA = _bareListener(a);
                IRecommendationGraph.ListenerLeaf memory leafB = _bareListener(b);
                _expectNothingProven();
                graph.challengeListenerRows(epoch, _signers(2), leafA, proofA, leafB, proofB);
            }
        }
        _assertPending();
    }

    // --- evidence that is none

    function test_evidence_that_is_not_in_the_tree_reverts() public {
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        bytes32[] memory trackProof = _trackProof(0);
        IRecommendationGraph.ListenerOpening memory o = listeners[0];
        o.scores = Ranking.withNumberAt(o.scores, 0, 1);
        bytes memory refusal = abi.encodeWithSelector(IChallenges.NotInTree.selector, 0);
        vm.expectRevert(refusal);
        graph.challengeScore(epoch, _signers(2), o, proof, 0, tracks[0], trackProof);
        vm.expectRevert(refusal);
        graph.challengeOrder(epoch, _signers(2), o, proof, 0, 1);
        vm.expectRevert(refusal);
        graph.challengeOmission(epoch, _signers(2), o, proof, tracks[0], trackProof);
        vm.expectRevert(refusal);
        graph.challengeMalformedListener(epoch, _signers(2), o, proof);
        IRecommendationGraph.TrackOpening memory track = tracks[0];
        track.vector[0] ^= 0x01;
        vm.expectRevert(refusal);
        graph.challengeMalformedTrack(epoch, _signers(2), track, trackProof);
        vm.expectRevert(refusal);
        graph.challengeOmission(epoch, _signers(2), listeners[0], proof, track, trackProof);
        IRecommendationGraph.TrackLeaf memory leaf = _bareTrack(0);
        IRecommendationGraph.TrackLeaf memory false_ = _bareTrack(0);
        false_.vectorHash = 0;
        vm.expectRevert(refusal);
        graph.challengeTrackRows(epoch, _signers(2), false_, trackProof, leaf, trackProof);
        vm.expectRevert(refusal);
        graph.challengeTrackRows(epoch, _signers(2), leaf, trackProof, false_, trackProof);
        IRecommendationGraph.ListenerLeaf memory other = _bareListener(0);
        other.listener = CHALLENGER;
        IRecommendationGraph.ListenerLeaf memory bare = _bareListener(0);
        vm.expectRevert(refusal);
        graph.challengeListenerRows(epoch, _signers(2), other, proof, bare, proof);
        vm.expectRevert(refusal);
        graph.challengeListenerRows(epoch, _signers(2), bare, proof, other, proof);
    }

    function test_a_challenge_needs_the_commitment_and_signers_of_the_epoch() public {
        listeners[0].vector = "";
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        bytes memory refusal = abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1);
        vm.expectRevert(refusal);
        graph.challengeMalformedListener(epoch, _signers(3), listeners[0], proof);
        IRecommendationGraph.Commitment memory other = epoch;
        other.dimension = 32;
        vm.expectRevert(refusal);
        graph.challengeMalformedListener(other, _signers(2), listeners[0], proof);
    }

    function test_a_final_or_vetoed_epoch_cannot_be_challenged() public {
        listeners[0].vector = "";
        _plant();
        bytes32[] memory proof = _listenerProof(0);
        uint256 snapshot = vm.snapshotState();
        vm.warp(graph.finalAt(1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRecommendationGraph.EpochNotPending.selector, 1, IRecommendationGraph.EpochState.Final
            )
        );
        graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
        vm.revertToState(snapshot);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRecommendationGraph.EpochNotPending.selector, 1, IRecommendationGraph.EpochState.Invalid
            )
        );
        graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
        assertEq(staking.bondOf(_signers(1)[0]), MIN_BOND, "nobody is slashed");
    }

    function test_challenges_are_accepted_until_the_last_second_and_while_commits_are_paused() public {
        listeners[0].vector = "";
        _plant();
        vm.prank(guardian);
        graph.pauseCommits(uint64(block.timestamp) + 14 days);
        vm.warp(graph.finalAt(1) - 1);
        _challengeMalformedListener(0);
        _assertConvicted(10_000, _listener(0));
    }

    function test_a_bounty_for_nobody_is_burned() public {
        (listeners[0].listener, listeners[0].vector) = (address(0), "");
        _plant();
        _challengeMalformedListener(0);
        _assertConvicted(10_000, address(0));
    }

    function test_after_a_lost_challenge_governance_refills_the_set_and_what_was_final_stays() public {
        _plant();
        vm.warp(graph.finalAt(1));
        listeners[0].vector = "";
        _plant();
        _challengeMalformedListener(0);
        assertEq(graph.latestFinal(), 1, "in force");
        assertTrue(graph.isFinal(1), "final");
        IRecommendationGraph.Commitment memory next = _commitment();
        bytes[] memory signatures = _signatures(graph.commitmentDigest(next), 3);
        vm.expectRevert(abi.encodeWithSelector(IRecommendationGraph.NotKeeper.selector, _signers(1)[0]));
        graph.commit(next, _signers(3), signatures);
        assertEq(graph.keepers()[0], _signers(3)[2], "who is left");

        delete keeperKeys;
        for (uint256 i = 0; i < 3; ++i) {
            keeperKeys.push(uint256(keccak256(abi.encode("refill", i))));
        }
        _sortAndBond();
        graph.setKeepers(_signers(3), 2);
        assertEq(graph.keeperSetVersion(), 3, "version");
        _commitFinal();
        assertEq(graph.latestFinal(), 3, "the next");
    }

    function test_keepers_who_left_the_set_since_are_slashed_and_the_set_stays_as_it_is() public {
        listeners[0].vector = "";
        _plant();
        address[] memory others = new address[](1);
        others[0] = address(0xbeef);
        graph.setKeepers(others, 1);
        _challengeMalformedListener(0);
        assertEq(staking.bondOf(_signers(1)[0]), 0, "slashed");
        assertEq(graph.keeperSetVersion(), 2, "version");
        assertTrue(graph.isKeeper(others[0]), "keeper");
    }

    function _sortAndBond() private {
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = i; k > 0 && vm.addr(keeperKeys[k - 1]) > vm.addr(keeperKeys[k]); --k) {
                (keeperKeys[k - 1], keeperKeys[k]) = (keeperKeys[k], keeperKeys[k - 1]);
            }
        }
        for (uint256 i = 0; i < 3; ++i) {
            _bond(vm.addr(keeperKeys[i]), MIN_BOND);
        }
    }

    function test_every_question_to_the_judge_has_the_name_and_arguments_of_one_to_the_graph() public pure {
        assertEq(Judge.challengeScore.selector, IChallenges.challengeScore.selector, "score");
        assertEq(Judge.challengeOrder.selector, IChallenges.challengeOrder.selector, "order");
        assertEq(Judge.challengeOmission.selector, IChallenges.challengeOmission.selector, "omission");
        assertEq(Judge.challengeMalformedTrack.selector, IChallenges.challengeMalformedTrack.selector, "track");
        assertEq(Judge.challengeMalformedListener.selector, IChallenges.challengeMalformedListener.selector, "form");
        assertEq(Judge.challengeTrackRows.selector, IChallenges.challengeTrackRows.selector, "track rows");
        assertEq(Judge.challengeListenerRows.selector, IChallenges.challengeListenerRows.selector, "listener rows");
        assertEq(Judge.answerTrack.selector, IDemands.answerTrack.selector, "answer track");
        assertEq(Judge.answerListener.selector, IDemands.answerListener.selector, "answer listener");
        assertEq(Judge.answerAbsence.selector, IDemands.answerAbsence.selector, "answer absence");
        assertEq(Judge.verifyTrackLeaf.selector, IRecommendationGraph.verifyTrackLeaf.selector, "leaf");
        assertEq(Judge.verifyListenerLeaf.selector, IRecommendationGraph.verifyListenerLeaf.selector, "leaf");
        assertEq(Judge.verifyTrackOpening.selector, IRecommendationGraph.verifyTrackOpening.selector, "opening");
        assertEq(Judge.verifyListenerOpening.selector, IRecommendationGraph.verifyListenerOpening.selector, "opening");
        assertEq(Judge.verifyListenerAbsence.selector, IRecommendationGraph.verifyListenerAbsence.selector, "absence");
    }

    function _cut(bytes memory data, uint256 count) private pure returns (bytes memory cut) {
        cut = new bytes(data.length - count);
        for (uint256 i = 0; i < cut.length; ++i) {
            cut[i] = data[i];
        }
    }
}
