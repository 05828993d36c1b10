// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDemands} from "../../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {DemandedEpoch} from "../kit/DemandedEpoch.sol";

/// @title Epochs, true and false, that keepers, listeners, strangers and time move about, with sums of what must have
/// happened
/// @dev The test is its own handler. Every move is one that must succeed: a revert fails the run. In a false epoch the
/// opening of listener 0 has bad form.
contract RecommendationGraphInvariants is DemandedEpoch {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    bytes private _taste;
    bool private _isFalse;
    uint256 private _keysMade;
    uint256[] private _signerKeys;

    bytes32[] private _ids;
    mapping(bytes32 id => uint256) private _subject;
    mapping(bytes32 id => bool) private _isList;

    mapping(uint64 number => uint64) private _committedAt;
    mapping(uint64 number => bool) private _wasFinal;
    mapping(address keeper => bool) private _slashed;
    uint256 private _paidIn;
    uint256 private _paidOut;
    uint256 private _burned;

    function setUp() public override {
        super.setUp();
        _taste = listeners[0].vector;
        _keysMade = 3;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(this);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        // What moves epochs on comes more often than what ends them.
        bytes4[14] memory kinds = [
            this.wait.selector,
            this.answerSome.selector,
            this.commitNext.selector,
            this.demandSomeTrack.selector,
            this.demandSomeList.selector,
            this.expireSome.selector,
            this.challengeFalse.selector,
            this.veto.selector,
            this.reclaimSome.selector,
            this.withdrawSome.selector,
            this.refill.selector,
            this.equivocate.selector,
            this.unbond.selector,
            this.attackFinal.selector
        ];
        uint8[14] memory weights = [5, 5, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        bytes4[] memory moves = new bytes4[](26);
        uint256 count = 0;
        for (uint256 i = 0; i < kinds.length; ++i) {
            for (uint256 k = 0; k < weights[i]; ++k) {
                moves[count++] = kinds[i];
            }
        }
        targets[0] = FuzzSelector(address(this), moves);
    }

    // --- moves

    function commitNext(uint8 falsehood) external {
        _noteFinal();
        if (_isPending() || graph.keepers().length < 2) return;
        _isFalse = falsehood % 4 == 0;
        listeners[0].vector = _isFalse ? bytes("") : _taste;
        for (uint256 i = 0; i < 2; ++i) {
            address keeper = vm.addr(keeperKeys[i]);
            if (staking.bondOf(keeper) < MIN_BOND) _bond(keeper, MIN_BOND);
        }
        _plant();
        _committedAt[epoch.epoch] = uint64(block.timestamp);
        _signerKeys = keeperKeys;
    }

    function demandSomeTrack(uint8 who, uint8 row) external {
        address by = _account(who);
        (,,,,, uint64 late) = graph.demandOf(graph.listenerDemandId(epoch.epoch, by));
        if (!_isPending() || (block.timestamp >= graph.demandsUntil(epoch.epoch) && block.timestamp >= late)) return;
        uint32 subject = row % uint32(TRACKS);
        if (_wasDemanded(graph.trackDemandId(epoch.epoch, subject))) return;
        bytes32 id = _demandTrackOf(by, subject);
        _note(id, subject, false);
    }

    function demandSomeList(uint8 who) external {
        address by = _account(who);
        if (!_isPending() || block.timestamp >= graph.demandsUntil(epoch.epoch)) return;
        if (_wasDemanded(graph.listenerDemandId(epoch.epoch, by))) return;
        bytes32 id = _demandListOf(by);
        _note(id, who % 8, true);
    }

    function answerSome(uint256 seed, bool bySigner) external {
        (bytes32 id, bool found) = _openOfThisEpoch(seed);
        if (!found || !_isPending()) return;
        (, uint64 answerBy,, uint128 deposit,,) = graph.demandOf(id);
        if (block.timestamp > answerBy || (_isList[id] && _subject[id] == 0 && _isFalse)) return;
        address by = bySigner ? vm.addr(_signerKeys[0]) : OTHER;
        _answer(id, by);
        if (!bySigner) _burned += deposit;
    }

    function expireSome(uint256 seed) external {
        (bytes32 id, bool found) = _openOfThisEpoch(seed);
        if (!found || !_isPending()) return;
        (, uint64 answerBy,,,,) = graph.demandOf(id);
        if (block.timestamp <= answerBy) return;
        graph.expireDemand(epoch, _epochSigners(), id);
        _noteConviction();
    }

    function challengeFalse(uint8 by) external {
        if (!_isPending() || !_isFalse) return;
        bytes32[] memory proof = _listenerProof(0);
        vm.prank(_account(by));
        graph.challengeMalformedListener(epoch, _epochSigners(), listeners[0], proof);
        _noteConviction();
    }

    function veto(uint8 seldom) external {
        if (!_isPending() || seldom % 8 != 0) return;
        vm.prank(guardian);
        graph.vetoEpoch(epoch.epoch);
    }

    function reclaimSome(uint256 seed) external {
        if (_ids.length == 0) return;
        bytes32 id = _ids[seed % _ids.length];
        (,, IDemands.DemandState state,, uint64 number,) = graph.demandOf(id);
        if (state != IDemands.DemandState.Open) return;
        if (graph.stateOf(number) != IRecommendationGraph.EpochState.Invalid) return;
        graph.reclaimDeposit(id);
    }

    function withdrawSome(uint8 who) external {
        address account = who % 16 == 15 && _signerKeys.length > 0 ? vm.addr(_signerKeys[0]) : _account(who);
        uint256 amount = graph.etherOf(account);
        if (amount == 0) return;
        vm.prank(account);
        graph.withdrawEther(payable(account));
        _paidOut += amount;
    }

    /// @dev To a moment that matters, if it is still to come, or some hours on.
    function wait(uint256 time, uint8 moment) external {
        uint256 end = graph.finalAt(epoch.epoch);
        if (moment % 6 == 1) end -= end > 0 ? 1 : 0;
        if (moment % 6 == 2) end = graph.demandsUntil(epoch.epoch) - (end > 0 ? 1 : 0);
        if (moment % 6 == 3 && _ids.length > 0) (, end,,,,) = _demand(_ids[_ids.length - 1]);
        if (moment % 6 == 4 && _ids.length > 0) {
            (, end,,,,) = _demand(_ids[_ids.length - 1]);
            end += 1;
        }
        if (moment % 6 == 5 || end <= block.timestamp) end = block.timestamp + bound(time, 1, 6 hours);
        vm.warp(end);
        _noteFinal();
    }

    function refill() external {
        if (graph.keepers().length == 3) return;
        delete keeperKeys;
        for (uint256 i = 0; i < 3; ++i) {
            keeperKeys.push(uint256(keccak256(abi.encode("refill", ++_keysMade))));
            for (uint256 k = i; k > 0 && vm.addr(keeperKeys[k - 1]) > vm.addr(keeperKeys[k]); --k) {
                (keeperKeys[k - 1], keeperKeys[k]) = (keeperKeys[k], keeperKeys[k - 1]);
            }
        }
        graph.setKeepers(_signers(3), 2);
    }

    /// @dev By the third keeper, so that the other two can still commit.
    function equivocate(uint8 seldom) external {
        address keeper = vm.addr(keeperKeys[2]);
        if (seldom % 4 != 0 || graph.keepers().length < 3) return;
        if (staking.bondOf(keeper) == 0) _bond(keeper, MIN_BOND);
        IRecommendationGraph.Commitment memory a = _commitment();
        IRecommendationGraph.Commitment memory b = _commitment();
        b.modelDigest = keccak256("another model");
        IRecommendationGraph.EpochState before = graph.stateOf(a.epoch - 1);
        bytes memory signatureA = _sign(keeperKeys[2], graph.commitmentDigest(a));
        bytes memory signatureB = _sign(keeperKeys[2], graph.commitmentDigest(b));
        graph.challengeEquivocation(a, b, signatureA, signatureB);
        assertTrue(before == graph.stateOf(a.epoch - 1), "the epoch is as it was");
        _slashed[keeper] = true;
    }

    function unbond(uint8 who) external {
        if (_signerKeys.length == 0) return;
        address keeper = vm.addr(_signerKeys[who % 2]);
        (uint256 unbonding, uint64 readyAt) = staking.unbondingOf(keeper);
        vm.startPrank(keeper);
        if (unbonding > 0 && block.timestamp >= readyAt && !_isPending()) staking.withdrawBond();
        if (unbonding == 0 && staking.bondOf(keeper) > 0) staking.startUnbonding(staking.bondOf(keeper));
        vm.stopPrank();
    }

    /// @dev Nothing undoes a final epoch or slashes for it.
    function attackFinal(uint8 row) external {
        if (epoch.epoch == 0 || !graph.isFinal(epoch.epoch)) return;
        _wasFinal[epoch.epoch] = true;
        bytes32[] memory proof = _listenerProof(0);
        address[] memory signers = _epochSigners();
        uint256 deposit = graph.trackDeposit();
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.challengeMalformedListener(epoch, signers, listeners[0], proof);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.demandTrack{value: deposit}(epoch, signers, row % uint32(TRACKS));
        bytes32 id = graph.trackDemandId(epoch.epoch, row % uint32(TRACKS));
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        graph.expireDemand(epoch, signers, id);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        vm.prank(guardian);
        graph.vetoEpoch(epoch.epoch);
    }

    // --- what must hold

    function invariant_epochs_keep_their_order_and_ether_is_conserved() public view {
        _checkEpochs();
        _checkEther();
        _checkBonds();
    }

    /// @dev What was final is final; only the newest is pending; `finalAt` is within its bound.
    function _checkEpochs() private view {
        uint64 latest = graph.latestEpoch();
        uint64 latestFinal = 0;
        for (uint64 number = 1; number <= latest; ++number) {
            IRecommendationGraph.EpochState state = graph.stateOf(number);
            if (_wasFinal[number]) assertTrue(graph.isFinal(number), "what was final is final");
            if (number < latest) {
                assertTrue(state != IRecommendationGraph.EpochState.Pending, "at most one is pending");
            }
            uint64 longest = _committedAt[number] + WINDOW + 2 * (ANSWER_TIME + CHALLENGE_TIME);
            assertTrue(graph.finalAt(number) <= longest, "final within the bound");
            assertTrue(graph.finalAt(number) >= graph.demandsUntil(number), "not before demands end");
            if (state == IRecommendationGraph.EpochState.Final) {
                latestFinal = number;
                assertEq(graph.openDemands(number), 0, "no demand is open");
            }
        }
        assertEq(graph.latestFinal(), latestFinal, "latest final");
    }

    /// @dev Ether held is open deposits and credits, and what came in less what went out.
    function _checkEther() private view {
        uint256 held = 0;
        for (uint256 i = 0; i < _ids.length; ++i) {
            (,, IDemands.DemandState state, uint128 deposit,,) = graph.demandOf(_ids[i]);
            if (state == IDemands.DemandState.Open) held += deposit;
        }
        for (uint8 who = 0; who < 8; ++who) {
            held += graph.etherOf(_account(who));
        }
        for (uint256 i = 0; i <= _keysMade; ++i) {
            held += graph.etherOf(vm.addr(uint256(keccak256(abi.encode(i < 3 ? "keeper" : "refill", i)))));
        }
        held += graph.etherOf(vm.addr(uint256(keccak256(abi.encode("keeper", 3)))));
        assertEq(address(graph).balance, held, "held");
        assertEq(address(graph).balance, _paidIn - _paidOut - _burned, "in less out");
    }

    /// @dev While an epoch is pending, what backs it is there.
    function _checkBonds() private view {
        if (!_isPending() || block.timestamp > _committedAt[epoch.epoch] + UNBONDING) return;
        for (uint256 i = 0; i < 2; ++i) {
            address keeper = vm.addr(_signerKeys[i]);
            (uint256 unbonding,) = staking.unbondingOf(keeper);
            assertTrue(staking.bondOf(keeper) + unbonding >= MIN_BOND || _slashed[keeper], "bond");
        }
    }

    // --- details

    /// @dev Five listeners and three who have no leaf.
    function _account(uint8 who) private pure returns (address) {
        uint160 place = who % 8;
        return place < LISTENERS ? _listener(place) : address(0x10000 + 100 * (place - uint160(LISTENERS)) + 50);
    }

    function _demand(bytes32 id)
        private
        view
        returns (address, uint256, IDemands.DemandState, uint128, uint64, uint64)
    {
        return graph.demandOf(id);
    }

    function _isPending() private view returns (bool) {
        return graph.stateOf(epoch.epoch) == IRecommendationGraph.EpochState.Pending;
    }

    function _wasDemanded(bytes32 id) private view returns (bool) {
        (,, IDemands.DemandState state,,,) = graph.demandOf(id);
        return state != IDemands.DemandState.None;
    }

    function _epochSigners() private view returns (address[] memory signers) {
        signers = new address[](2);
        (signers[0], signers[1]) = (vm.addr(_signerKeys[0]), vm.addr(_signerKeys[1]));
    }

    function _demandTrackOf(address by, uint32 row) private returns (bytes32) {
        uint256 sent = _fundFor(by, graph.trackDeposit());
        address[] memory signers = _epochSigners();
        vm.prank(by);
        return graph.demandTrack{value: sent}(epoch, signers, row);
    }

    function _demandListOf(address by) private returns (bytes32) {
        uint256 sent = _fundFor(by, graph.listenerDeposit());
        address[] memory signers = _epochSigners();
        vm.prank(by);
        return graph.demandListener{value: sent}(epoch, signers);
    }

    /// @dev Sometimes more than the deposit.
    function _fundFor(address by, uint256 deposit) private returns (uint256 sent) {
        sent = deposit + (block.timestamp % 3) * 1 gwei;
        vm.deal(by, by.balance + sent);
        _paidIn += sent;
    }

    function _note(bytes32 id, uint256 subject, bool list) private {
        _ids.push(id);
        (_subject[id], _isList[id]) = (subject, list);
    }

    function _noteFinal() private {
        if (epoch.epoch > 0 && graph.isFinal(epoch.epoch)) _wasFinal[epoch.epoch] = true;
    }

    function _noteConviction() private {
        for (uint256 i = 0; i < 2; ++i) {
            _slashed[vm.addr(_signerKeys[i])] = true;
        }
        assertTrue(graph.stateOf(epoch.epoch) == IRecommendationGraph.EpochState.Invalid, "invalid");
    }

    function _openOfThisEpoch(uint256 seed) private view returns (bytes32 id, bool found) {
        for (uint256 i = 0; i < _ids.length; ++i) {
            id = _ids[(seed % _ids.length + i) % _ids.length];
            (,, IDemands.DemandState state,, uint64 number,) = graph.demandOf(id);
            if (state == IDemands.DemandState.Open && number == epoch.epoch) return (id, true);
        }
    }

    function _answer(bytes32 id, address by) private {
        uint256 subject = _subject[id];
        address[] memory signers = _epochSigners();
        if (!_isList[id]) {
            bytes32[] memory proof = _trackProof(subject);
            vm.prank(by);
            graph.answerTrack(epoch, signers, tracks[subject], proof);
        } else if (subject < LISTENERS) {
            bytes32[] memory proof = _listenerProof(subject);
            vm.prank(by);
            graph.answerListener(epoch, signers, listeners[subject], proof);
        } else {
            uint256 first = subject - LISTENERS;
            (IRecommendationGraph.ListenerLeaf[] memory n, bytes32[][] memory p) = _neighbours(first, first + 1);
            vm.prank(by);
            graph.answerAbsence(epoch, signers, _account(uint8(subject)), n, p);
        }
    }
}
