// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {RecommendationGraph} from "../../src/RecommendationGraph.sol";
import {IChallenges} from "../../src/interfaces/IChallenges.sol";
import {IDemands} from "../../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {DemandedEpoch} from "../kit/DemandedEpoch.sol";

/// @dev Calls back whenever it is paid, and keeps the reasons why that failed.
contract Reenterer {
    RecommendationGraph private immutable graph;
    bytes[] private calls;
    bytes4[] public reasons;

    constructor(RecommendationGraph graph_) {
        graph = graph_;
    }

    function arm(bytes calldata data) external {
        calls.push(data);
    }

    function run(bytes calldata data, uint256 value) external {
        (bool done, bytes memory reason) = address(graph).call{value: value}(data);
        require(done, string(reason));
    }

    function count() external view returns (uint256) {
        return reasons.length;
    }

    receive() external payable {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done, bytes memory reason) = address(graph).call(calls[i]);
            reasons.push(done ? bytes4(0) : bytes4(reason));
        }
    }
}

/// @dev Takes no ether.
contract Refuser {
    function run(RecommendationGraph graph, bytes calldata data, uint256 value) external {
        (bool done,) = address(graph).call{value: value}(data);
        require(done, "run");
    }
}

/// @title Attempts to withhold, to flood, and to take ether that is another's
contract DemandAttacks is DemandedEpoch {
    function setUp() public override {
        super.setUp();
        _plant();
    }

    function test_a_track_that_is_withheld_costs_the_bonds() public {
        bytes32 id = _demandTrack(FAN, 4);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        _expire(id);
        _assertConvicted(WITHHOLDING_PENALTY_BPS, address(0));
    }

    function test_a_list_that_is_withheld_costs_the_bonds() public {
        bytes32 id = _demandListener(_listener(2));
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        _expire(id);
        _assertConvicted(WITHHOLDING_PENALTY_BPS, address(0));
    }

    /// @dev Who names itself a signer would earn the deposit, and who names others would have them slashed.
    function test_who_signed_is_what_was_committed_for_answers_and_for_expiry() public {
        bytes32 id = _demandTrack(FAN, 4);
        address[] memory named = new address[](2);
        (named[0], named[1]) = (OTHER, _signers(2)[1]);
        bytes32[] memory proof = _trackProof(4);
        bytes memory mismatch = abi.encodeWithSelector(IRecommendationGraph.CommitmentMismatch.selector, 1);
        vm.startPrank(OTHER);
        vm.expectRevert(mismatch);
        graph.answerTrack(epoch, named, tracks[4], proof);
        IRecommendationGraph.Commitment memory other = epoch;
        other.trackRoot = bytes32(uint256(1));
        vm.expectRevert(mismatch);
        graph.answerTrack(other, _signers(2), tracks[4], proof);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        vm.expectRevert(mismatch);
        graph.expireDemand(epoch, named, id);
        vm.stopPrank();
        _assertDemand(id, FAN, uint64(block.timestamp - 1), IDemands.DemandState.Open);
    }

    function test_with_the_whole_bundle_withheld_a_false_list_is_still_proven() public {
        vm.prank(guardian);
        graph.vetoEpoch(1);
        // The last listed is not the best that is left: who holds nothing can find out from answers alone.
        IRecommendationGraph.ListenerOpening storage o = listeners[0];
        uint32 best = uint32(bytes4(o.rows));
        o.excluded = bytes.concat(bytes4(best));
        _rank(0);
        o.excluded = "";
        _plant();
        vm.warp(block.timestamp + WINDOW - 1);
        _demandListener(_listener(0));
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerListener(0);
        vm.warp(block.timestamp + CHALLENGE_TIME - 1);
        _demandTrack(_listener(0), best);
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerTrack(best);
        vm.warp(block.timestamp + CHALLENGE_TIME - 1);
        bytes32[] memory proof = _listenerProof(0);
        bytes32[] memory trackProof = _trackProof(best);
        graph.challengeOmission(epoch, _signers(2), o, proof, tracks[best], trackProof);
        _assertConvicted(10_000, _listener(0));
    }

    function test_an_answer_in_the_last_second_leaves_the_whole_time_to_challenge_it() public {
        vm.prank(guardian);
        graph.vetoEpoch(1);
        listeners[3].scores = new bytes(listeners[3].scores.length);
        _plant();
        vm.warp(block.timestamp + WINDOW - 1);
        _demandListener(_listener(3));
        vm.warp(block.timestamp + ANSWER_TIME);
        _answerListener(3);
        vm.warp(block.timestamp + CHALLENGE_TIME - 1);
        uint32 row = uint32(bytes4(listeners[3].rows));
        bytes32[] memory proof = _listenerProof(3);
        bytes32[] memory trackProof = _trackProof(row);
        graph.challengeScore(epoch, _signers(2), listeners[3], proof, 0, tracks[row], trackProof);
        _assertConvicted(10_000, _listener(3));
    }

    function test_a_demand_left_open_does_not_let_the_epoch_become_final_by_waiting() public {
        bytes32 id = _demandTrack(FAN, 4);
        vm.warp(block.timestamp + 1_000 days);
        _assertPending();
        _expire(id);
        _assertConvicted(WITHHOLDING_PENALTY_BPS, address(0));
    }

    function test_a_flood_of_demands_pays_the_honest_keepers_more_than_their_answers_cost() public {
        vm.fee(30 gwei);
        graph.setMinDeposit(0);
        address keeper = _signers(1)[0];
        vm.warp(block.timestamp + WINDOW - 1);
        for (uint32 row = 0; row < TRACKS; ++row) {
            _demandTrack(FAN, row);
        }
        for (uint256 i = 0; i < LISTENERS; ++i) {
            _demandListener(_listener(i));
        }
        vm.warp(block.timestamp + ANSWER_TIME);
        // Even when the base fee has risen by half.
        vm.fee(45 gwei);
        for (uint256 row = 0; row < TRACKS; ++row) {
            bytes memory data =
                abi.encodeCall(IDemands.answerTrack, (epoch, _signers(2), tracks[row], _trackProof(row)));
            _assertWorthwhile(keeper, data);
        }
        for (uint256 i = 0; i < LISTENERS; ++i) {
            bytes memory data =
                abi.encodeCall(IDemands.answerListener, (epoch, _signers(2), listeners[i], _listenerProof(i)));
            _assertWorthwhile(keeper, data);
        }
        vm.warp(block.timestamp + CHALLENGE_TIME);
        assertTrue(graph.isFinal(1), "final");
        assertEq(staking.bondOf(keeper), MIN_BOND, "bond");
    }

    function _assertWorthwhile(address keeper, bytes memory data) private {
        uint256 before = graph.etherOf(keeper);
        uint256 gasBefore = gasleft();
        vm.prank(keeper);
        (bool done,) = address(graph).call(data);
        uint256 cost = (gasBefore - gasleft() + 21_000 + 16 * data.length) * block.basefee;
        assertTrue(done, "answered");
        assertTrue(graph.etherOf(keeper) - before > cost, "worthwhile");
    }

    function test_a_flood_cannot_repeat_itself() public {
        bytes32 id = _demandTrack(FAN, 0);
        vm.deal(FAN, 1 ether);
        vm.startPrank(FAN);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDemands.AlreadyDemanded.selector, id));
            graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 0);
        }
    }

    function test_nobody_demands_anothers_list() public {
        vm.deal(OTHER, 1 ether);
        vm.prank(OTHER);
        bytes32 id = graph.demandListener{value: MIN_DEPOSIT}(epoch, _signers(2));
        assertEq(id, graph.listenerDemandId(1, OTHER), "its own");
        bytes32[] memory proof = _listenerProof(0);
        vm.expectPartialRevert(IDemands.DemandNotOpen.selector);
        graph.answerListener(epoch, _signers(2), listeners[0], proof);
    }

    function test_the_right_to_later_tracks_is_no_others_and_of_no_other_epoch() public {
        _demandListener(_listener(0));
        _answerListener(0);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        _plant();
        vm.warp(block.timestamp + WINDOW - 1);
        _demandTrack(FAN, 0);
        vm.warp(block.timestamp + 1);
        vm.deal(_listener(0), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDemands.DemandsClosed.selector, 2));
        vm.prank(_listener(0));
        graph.demandTrack{value: MIN_DEPOSIT}(epoch, _signers(2), 1);
    }

    function test_a_copied_answer_of_a_stranger_burns_the_deposit_and_satisfies_the_demand() public {
        _demandTrack(FAN, 0);
        bytes32[] memory proof = _trackProof(0);
        vm.prank(OTHER);
        graph.answerTrack(epoch, _signers(2), tracks[0], proof);
        vm.expectPartialRevert(IDemands.DemandNotOpen.selector);
        vm.prank(_signers(1)[0]);
        graph.answerTrack(epoch, _signers(2), tracks[0], proof);
        assertEq(address(graph).balance, 0, "nothing is held");
    }

    function test_credited_ether_is_paid_once_whatever_the_receiver_calls() public {
        Reenterer reenterer = new Reenterer(graph);
        vm.deal(address(reenterer), 3 ether);
        vm.deal(address(graph), 5 ether);
        bytes memory demand = abi.encodeCall(IDemands.demandTrack, (epoch, _signers(2), 0));
        reenterer.run(demand, 1 ether);
        demand = abi.encodeCall(IDemands.demandTrack, (epoch, _signers(2), 1));
        reenterer.run(demand, MIN_DEPOSIT);
        bytes memory withdraw = abi.encodeCall(IDemands.withdrawEther, (payable(address(reenterer))));
        reenterer.arm(withdraw);
        reenterer.arm(abi.encodeCall(IDemands.answerTrack, (epoch, _signers(2), tracks[1], _trackProof(1))));
        reenterer.arm(abi.encodeCall(IDemands.answerListener, (epoch, _signers(2), listeners[1], _listenerProof(1))));
        reenterer.arm(abi.encodeCall(IDemands.reclaimDeposit, (graph.trackDemandId(1, 1))));
        reenterer.run(withdraw, 0);
        bytes4 refused = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(bytes32(reenterer.reasons(i)), bytes32(refused), "refused");
        }
        assertEq(bytes32(reenterer.reasons(3)), bytes32(IDemands.EpochNotInvalid.selector), "not returned");
        assertEq(address(reenterer).balance, 3 ether - 2 * MIN_DEPOSIT, "once");
    }

    function test_a_demander_that_takes_no_ether_stops_neither_expiry_nor_anothers_return() public {
        Refuser refuser = new Refuser();
        vm.deal(address(refuser), 1 ether);
        bytes memory demand = abi.encodeCall(IDemands.demandTrack, (epoch, _signers(2), 0));
        refuser.run(graph, demand, MIN_DEPOSIT);
        bytes32 other = _demandTrack(FAN, 1);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        _expire(graph.trackDemandId(1, 0));
        graph.reclaimDeposit(other);
        vm.prank(FAN);
        graph.withdrawEther(payable(FAN));
        assertEq(FAN.balance, MIN_DEPOSIT, "returned");
        refuser.run(graph, abi.encodeCall(IDemands.withdrawEther, (payable(OTHER))), 0);
        assertEq(OTHER.balance, MIN_DEPOSIT, "sent elsewhere");
    }

    function test_a_penalty_is_not_dodged_by_a_veto_of_somebody_else_or_by_a_second_expiry() public {
        bytes32 first = _demandTrack(FAN, 0);
        bytes32 second = _demandTrack(FAN, 1);
        vm.warp(block.timestamp + ANSWER_TIME + 1);
        vm.expectRevert();
        vm.prank(_signers(1)[0]);
        graph.vetoEpoch(1);
        _expire(first);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.expireDemand(epoch, _signers(2), second);
        _assertConvicted(WITHHOLDING_PENALTY_BPS, address(0));
    }

    function test_an_answer_given_too_little_gas_does_nothing_or_everything() public {
        _demandTrack(FAN, 0);
        bytes memory data = abi.encodeCall(IDemands.answerTrack, (epoch, _signers(2), tracks[0], _trackProof(0)));
        bool answered = false;
        for (uint256 gas_ = 20_000; !answered; gas_ += 3_000) {
            uint256 snapshot = vm.snapshotState();
            (answered,) = address(graph).call{gas: gas_}(data);
            assertEq(graph.openDemands(1), answered ? 0 : 1, "open");
            assertEq(address(graph).balance, answered ? 0 : MIN_DEPOSIT, "held");
            if (!answered) vm.revertToState(snapshot);
        }
    }

    function test_ether_sent_without_a_demand_is_refused() public {
        vm.deal(address(this), 1 ether);
        (bool done,) = address(graph).call{value: 1}("");
        assertFalse(done, "sent");
        bytes memory data =
            abi.encodeCall(IChallenges.challengeMalformedTrack, (epoch, _signers(2), tracks[0], _trackProof(0)));
        (done,) = address(graph).call{value: 1}(data);
        assertFalse(done, "sent with a challenge");
    }
}
