// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Epochs} from "./Epochs.sol";
import {IDemands} from "./interfaces/IDemands.sol";

/// @title Demands, their deposits, and what becomes of both
/// @notice Owns the ether that the contract holds. Ether leaves in two places: {withdrawEther}, and the burning of a
/// deposit that no signer earned.
abstract contract Demands is IDemands, Epochs, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @notice Gas of the largest answer to a demand for a track, rounded up: dimension 1,024, an id of 256 bytes, proofs of
    /// 32 hashes, 64 signers.
    uint256 public constant TRACK_ANSWER_GAS = 230_000;

    /// @notice Gas of the largest answer to a listener's demand, rounded up: dimension 1,024, 256 listed, 4,096 excluded,
    /// proofs of 32 hashes, 64 signers.
    uint256 public constant LISTENER_ANSWER_GAS = 950_000;

    /// @dev Where burned ether goes: nobody has this address.
    address payable private constant NOWHERE = payable(address(0));

    /// @inheritdoc IDemands
    uint32 public immutable depositGasMultiple;

    /// @inheritdoc IDemands
    uint16 public immutable withholdingPenaltyBps;

    /// @inheritdoc IDemands
    uint128 public minDeposit;

    /// @inheritdoc IDemands
    mapping(bytes32 demandId => Demand) public demandOf;

    /// @inheritdoc IDemands
    mapping(address account => uint256) public etherOf;

    constructor(Parameters memory p) {
        if (p.depositGasMultiple == 0) revert ZeroParameter();
        if (p.withholdingPenaltyBps < BOUNTY_BPS || p.withholdingPenaltyBps > WHOLE_BPS) {
            revert BadPenalty(p.withholdingPenaltyBps);
        }
        depositGasMultiple = p.depositGasMultiple;
        withholdingPenaltyBps = p.withholdingPenaltyBps;
        _setMinDeposit(p.minDeposit);
    }

    /// @inheritdoc IDemands
    function demandTrack(Commitment calldata commitment, address[] calldata signers, uint32 row)
        external
        payable
        returns (bytes32 demandId)
    {
        _checkCommitment(commitment, signers);
        uint64 epoch = commitment.epoch;
        if (row >= commitment.tracks) revert NoSuchTrack(row, commitment.tracks);
        uint64 late = demandOf[listenerDemandId(epoch, msg.sender)].tracksUntil;
        demandId = trackDemandId(epoch, row);
        (uint128 deposit, uint64 answerBy) = _open(demandId, epoch, late, trackDeposit(), msg.value);
        emit TrackDemanded(demandId, epoch, row, msg.sender, deposit, answerBy);
    }

    /// @inheritdoc IDemands
    function demandListener(Commitment calldata commitment, address[] calldata signers)
        external
        payable
        returns (bytes32 demandId)
    {
        _checkCommitment(commitment, signers);
        uint64 epoch = commitment.epoch;
        demandId = listenerDemandId(epoch, msg.sender);
        (uint128 deposit, uint64 answerBy) = _open(demandId, epoch, 0, listenerDeposit(), msg.value);
        emit ListenerDemanded(demandId, epoch, msg.sender, deposit, answerBy);
    }

    /// @inheritdoc IDemands
    function answerTrack(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata opening,
        bytes32[] calldata proof
    ) external nonReentrant {
        bytes32 demandId = trackDemandId(commitment.epoch, opening.row);
        _checkAnswer(commitment, signers, demandId);
        emit TrackAnswered(demandId, commitment.epoch, msg.sender, opening, proof);
        _close(demandId, commitment.epoch, signers, 0);
    }

    /// @inheritdoc IDemands
    function answerListener(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external nonReentrant {
        bytes32 demandId = listenerDemandId(commitment.epoch, opening.listener);
        _checkAnswer(commitment, signers, demandId);
        emit ListenerAnswered(demandId, commitment.epoch, msg.sender, opening, proof);
        _close(demandId, commitment.epoch, signers, _after(challengeTime));
    }

    /// @inheritdoc IDemands
    function answerAbsence(
        Commitment calldata commitment,
        address[] calldata signers,
        address listener,
        ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) external nonReentrant {
        bytes32 demandId = listenerDemandId(commitment.epoch, listener);
        _checkAnswer(commitment, signers, demandId);
        emit AbsenceAnswered(demandId, commitment.epoch, msg.sender, neighbours, proofs);
        _close(demandId, commitment.epoch, signers, 0);
    }

    /// @inheritdoc IDemands
    function expireDemand(Commitment calldata commitment, address[] calldata signers, bytes32 demandId) external {
        uint64 epoch = commitment.epoch;
        Demand storage demand = _checkOpen(commitment, signers, demandId);
        uint64 answerBy = demand.answerBy;
        if (block.timestamp <= answerBy) revert AnswerStillPossible(demandId, answerBy);
        _records[epoch].openDemands -= 1;
        emit DemandExpired(demandId, epoch, msg.sender);
        _return(demandId, demand);
        _convict(epoch, signers, withholdingPenaltyBps, address(0));
    }

    /// @inheritdoc IDemands
    function reclaimDeposit(bytes32 demandId) external {
        Demand storage demand = demandOf[demandId];
        if (demand.state != DemandState.Open) revert DemandNotOpen(demandId, demand.state);
        uint64 epoch = demand.epoch;
        EpochState state = _stateOf(epoch);
        if (state != EpochState.Invalid) revert EpochNotInvalid(epoch, state);
        _records[epoch].openDemands -= 1;
        _return(demandId, demand);
    }

    /// @inheritdoc IDemands
    function withdrawEther(address payable to) external nonReentrant {
        uint256 amount = etherOf[msg.sender];
        if (amount == 0) revert NothingCredited(msg.sender);
        etherOf[msg.sender] = 0;
        emit EtherWithdrawn(msg.sender, to, amount);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc IDemands
    function setMinDeposit(uint128 minDepositWei) external restricted {
        _setMinDeposit(minDepositWei);
    }

    /// @inheritdoc IDemands
    function openDemands(uint64 epoch) external view returns (uint32) {
        return _records[epoch].openDemands;
    }

    /// @inheritdoc IDemands
    function demandsUntil(uint64 epoch) external view returns (uint64) {
        return _records[epoch].demandsUntil;
    }

    /// @inheritdoc IDemands
    function trackDeposit() public view returns (uint256) {
        return _depositFor(TRACK_ANSWER_GAS);
    }

    /// @inheritdoc IDemands
    function listenerDeposit() public view returns (uint256) {
        return _depositFor(LISTENER_ANSWER_GAS);
    }

    /// @inheritdoc IDemands
    function trackDemandId(uint64 epoch, uint32 row) public pure returns (bytes32) {
        return _demandId("track", epoch, row);
    }

    /// @inheritdoc IDemands
    function listenerDemandId(uint64 epoch, address listener) public pure returns (bytes32) {
        return _demandId("listener", epoch, uint160(listener));
    }

    /// @dev Opens a demand while demands are accepted, or before `late`; both are never later than `finalAt`, so that a
    /// final epoch stays final.
    function _open(bytes32 demandId, uint64 epoch, uint64 late, uint256 needed, uint256 sent)
        private
        returns (uint128 deposit, uint64 answerBy)
    {
        _checkPending(epoch);
        EpochRecord storage record = _records[epoch];
        if (block.timestamp >= record.demandsUntil && block.timestamp >= late) revert DemandsClosed(epoch);
        if (demandOf[demandId].state != DemandState.None) revert AlreadyDemanded(demandId);
        if (sent < needed) revert DepositTooSmall(needed, sent);
        (deposit, answerBy) = (needed.toUint128(), _after(answerTime));
        record.openDemands += 1;
        demandOf[demandId] = Demand({
            demander: msg.sender,
            answerBy: answerBy,
            state: DemandState.Open,
            deposit: deposit,
            epoch: epoch,
            tracksUntil: 0
        });
        if (sent > needed) {
            etherOf[msg.sender] += sent - needed;
            emit ExcessCredited(msg.sender, sent - needed);
        }
    }

    /// @dev Closes an answered demand: leaves time for challenges, and pays the deposit to a signer or burns it.
    function _close(bytes32 demandId, uint64 epoch, address[] calldata signers, uint64 tracksUntil) private {
        Demand storage demand = demandOf[demandId];
        demand.state = DemandState.Answered;
        demand.tracksUntil = tracksUntil;
        EpochRecord storage record = _records[epoch];
        record.openDemands -= 1;
        uint64 challengesUntil = _after(challengeTime);
        if (challengesUntil > record.finalAt) {
            record.finalAt = challengesUntil;
            emit FinalAtMoved(epoch, challengesUntil);
        }
        uint256 deposit = demand.deposit;
        if (_isSigner(msg.sender, signers)) {
            etherOf[msg.sender] += deposit;
            emit DepositEarned(demandId, msg.sender, deposit);
        } else {
            emit DepositBurned(demandId, deposit);
            Address.sendValue(NOWHERE, deposit);
        }
    }

    function _return(bytes32 demandId, Demand storage demand) private {
        (address demander, uint256 deposit) = (demand.demander, demand.deposit);
        demand.state = DemandState.Returned;
        etherOf[demander] += deposit;
        emit DepositReturned(demandId, demander, deposit);
    }

    function _setMinDeposit(uint128 minDepositWei) private {
        minDeposit = minDepositWei;
        emit MinDepositSet(minDepositWei);
    }

    function _checkAnswer(Commitment calldata commitment, address[] calldata signers, bytes32 demandId) private view {
        uint64 answerBy = _checkOpen(commitment, signers, demandId).answerBy;
        if (block.timestamp > answerBy) revert AnswerTooLate(demandId, answerBy);
        _askJudge();
    }

    /// @dev The demand, which is open, of a pending epoch; the id of a demand names its epoch too.
    function _checkOpen(Commitment calldata commitment, address[] calldata signers, bytes32 demandId)
        private
        view
        returns (Demand storage demand)
    {
        _checkCommitment(commitment, signers);
        _checkPending(commitment.epoch);
        demand = demandOf[demandId];
        if (demand.state != DemandState.Open || demand.epoch != commitment.epoch) {
            revert DemandNotOpen(demandId, demand.state);
        }
    }

    function _depositFor(uint256 gas) private view returns (uint256) {
        return Math.max(minDeposit, depositGasMultiple * block.basefee * gas);
    }

    function _demandId(bytes32 kind, uint64 epoch, uint256 key) private pure returns (bytes32) {
        return keccak256(abi.encode(kind, epoch, key));
    }

    function _isSigner(address account, address[] calldata signers) private pure returns (bool) {
        for (uint256 i = 0; i < signers.length; ++i) {
            if (signers[i] == account) return true;
        }
        return false;
    }
}
