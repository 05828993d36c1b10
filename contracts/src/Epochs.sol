// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Judge} from "./Judge.sol";
import {KeeperSet} from "./KeeperSet.sol";
import {Signatures} from "./Signatures.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";
import {IStakingContract} from "./interfaces/IStakingContract.sol";

/// @title Commitments and their states
/// @notice Owns what is kept of an epoch and who may move it. Knows neither challenges nor demands: they call
/// {_convict}, and count open demands and move `finalAt` in the record.
abstract contract Epochs is KeeperSet, EIP712 {
    using SafeCast for uint256;

    /// @dev Final from `finalAt` on, unless invalid or a demand is open.
    struct EpochRecord {
        uint64 finalAt;
        uint64 demandsUntil;
        uint32 openDemands;
        bool invalid;
    }

    /// @dev One slot. `earlierFinal` is the newest final epoch before `latestEpoch`.
    struct Head {
        uint64 latestEpoch;
        uint64 earlierFinal;
        uint64 pausedUntil;
    }

    /// @notice The EIP-712 type that keepers sign.
    bytes32 public constant COMMITMENT_TYPEHASH = keccak256(
        "Commitment(uint64 epoch,bytes32 trackRoot,bytes32 listenerRoot,uint32 tracks,uint32 listeners,uint16 dimension,uint16 listLength,bytes32 snapshotDigest,bytes32 modelDigest,uint64 referenceBlock,bytes32 referenceHash,uint32 keeperSetVersion,uint64 validFrom,uint64 validUntil,string bundleCid)"
    );

    /// @notice The longest that commits can be paused at once, in seconds.
    uint64 public constant MAX_PAUSE = 14 days;

    /// @dev Of what is slashed by proof, half is the bounty.
    uint16 internal constant BOUNTY_BPS = 5_000;
    uint16 internal constant WHOLE_BPS = 10_000;

    uint256 private constant DIMENSION_STEP = 32;
    uint256 private constant MAX_DIMENSION = 1_024;
    uint256 private constant MAX_LIST_LENGTH = 256;

    /// @notice Recomputes what evidence claims; created with this contract.
    Judge public immutable judge;

    /// @notice Where the keepers' bonds are.
    IStakingContract public immutable staking;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable window;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable answerTime;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable challengeTime;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable maxValidity;

    Head private _head;

    /// @inheritdoc IRecommendationGraph
    uint256 public minBond;

    /// @inheritdoc IRecommendationGraph
    mapping(uint64 epoch => bytes32) public commitmentHash;

    mapping(uint64 epoch => EpochRecord) internal _records;

    constructor(IStakingContract staking_, Parameters memory p) {
        if (p.window == 0 || p.answerTime == 0 || p.challengeTime == 0) revert ZeroParameter();
        if (staking_.slasher() != address(this)) revert WrongSlasher(address(this), staking_.slasher());
        uint64 pendingTime = p.window + 2 * (p.answerTime + p.challengeTime);
        uint64 unbondingDelay = staking_.unbondingDelay();
        if (unbondingDelay <= pendingTime) revert UnbondingTooShort(unbondingDelay, pendingTime);
        judge = new Judge();
        staking = staking_;
        window = p.window;
        answerTime = p.answerTime;
        challengeTime = p.challengeTime;
        maxValidity = p.maxValidity;
        _setMinBond(p.minBond);
    }

    /// @inheritdoc IRecommendationGraph
    function commit(Commitment calldata commitment, address[] calldata signers, bytes[] calldata signatures) external {
        Head memory head = _head;
        _checkTurn(head, commitment.epoch);
        _checkTime(commitment);
        _checkContent(commitment);
        _checkQuorum(commitment.keeperSetVersion, signers);
        _checkBonds(signers);
        bytes32 structHash = _structHash(commitment);
        Signatures.check(_hashTypedDataV4(structHash), signers, signatures);

        if (_stateOf(head.latestEpoch) == EpochState.Final) head.earlierFinal = head.latestEpoch;
        head.latestEpoch = commitment.epoch;
        _head = head;
        uint64 end = _after(window);
        _records[commitment.epoch] = EpochRecord({finalAt: end, demandsUntil: end, openDemands: 0, invalid: false});
        commitmentHash[commitment.epoch] = keccak256(abi.encode(structHash, signers));
        emit Committed(commitment.epoch, commitment, signers, _after(0), end);
    }

    /// @inheritdoc IRecommendationGraph
    function vetoEpoch(uint64 epoch) external restricted {
        _checkPending(epoch);
        _invalidate(epoch);
    }

    /// @inheritdoc IRecommendationGraph
    function pauseCommits(uint64 until) external restricted {
        if (until > block.timestamp + MAX_PAUSE) revert PauseTooLong(until, MAX_PAUSE);
        _head.pausedUntil = until;
        emit CommitsPaused(until, msg.sender);
    }

    /// @inheritdoc IRecommendationGraph
    function setMinBond(uint256 minBondWei) external restricted {
        _setMinBond(minBondWei);
    }

    /// @inheritdoc IRecommendationGraph
    function checkCommitment(Commitment calldata commitment, address[] calldata signers) external view {
        _checkCommitment(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyTrackOpening(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata,
        bytes32[] calldata
    ) external view returns (bool) {
        return _verify(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyTrackLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32,
        bytes32,
        bytes32,
        bytes32[] calldata
    ) external view returns (bool) {
        return _verify(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyListenerLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32,
        address,
        bytes32,
        bytes32[] calldata
    ) external view returns (bool) {
        return _verify(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyListenerOpening(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata,
        bytes32[] calldata
    ) external view returns (bool) {
        return _verify(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyListenerAbsence(
        Commitment calldata commitment,
        address[] calldata signers,
        address,
        ListenerLeaf[] calldata,
        bytes32[][] calldata
    ) external view returns (bool) {
        return _verify(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function commitmentDigest(Commitment calldata commitment) external view returns (bytes32) {
        return _hashTypedDataV4(_structHash(commitment));
    }

    /// @inheritdoc IRecommendationGraph
    function isFinal(uint64 epoch) external view returns (bool) {
        return _stateOf(epoch) == EpochState.Final;
    }

    /// @inheritdoc IRecommendationGraph
    function stateOf(uint64 epoch) external view returns (EpochState) {
        return _stateOf(epoch);
    }

    /// @inheritdoc IRecommendationGraph
    function finalAt(uint64 epoch) external view returns (uint64) {
        return _records[epoch].finalAt;
    }

    /// @inheritdoc IRecommendationGraph
    function latestFinal() external view returns (uint64) {
        Head storage head = _head;
        return _stateOf(head.latestEpoch) == EpochState.Final ? head.latestEpoch : head.earlierFinal;
    }

    /// @inheritdoc IRecommendationGraph
    function latestEpoch() external view returns (uint64) {
        return _head.latestEpoch;
    }

    /// @inheritdoc IRecommendationGraph
    function pausedUntil() external view returns (uint64) {
        return _head.pausedUntil;
    }

    /// @dev Makes a pending epoch invalid, takes `bps` of each signer's bond, and removes the signers from the set. State
    /// first; the one call goes to StakingContract, which calls nobody but TuneToken.
    function _convict(uint64 epoch, address[] calldata signers, uint16 bps, address bountyTo) internal {
        _invalidate(epoch);
        emit SignersSlashed(epoch, msg.sig, bountyTo, _punish(signers, bps, bountyTo));
    }

    /// @dev Removes accounts from the set and takes `bps` of their bonds.
    function _punish(address[] memory accounts, uint16 bps, address bountyTo) internal returns (uint256 amount) {
        _removeKeepers(accounts);
        return staking.slash(accounts, bps, bountyTo, BOUNTY_BPS);
    }

    function _verify(Commitment calldata commitment, address[] calldata signers) private view returns (bool) {
        _checkCommitment(commitment, signers);
        return abi.decode(_askJudge(), (bool));
    }

    /// @dev The second that is `delay` from now.
    function _after(uint64 delay) internal view returns (uint64) {
        return block.timestamp.toUint64() + delay;
    }

    /// @dev Hands this call on to the judge as it came; its refusal is ours.
    function _askJudge() internal view returns (bytes memory) {
        return Address.functionStaticCall(address(judge), msg.data);
    }

    function _checkPending(uint64 epoch) internal view {
        EpochState state = _stateOf(epoch);
        if (state != EpochState.Pending) revert EpochNotPending(epoch, state);
    }

    function _checkCommitment(Commitment calldata commitment, address[] calldata signers) internal view {
        bytes32 found = keccak256(abi.encode(_structHash(commitment), signers));
        if (commitmentHash[commitment.epoch] != found) revert CommitmentMismatch(commitment.epoch);
    }

    function _stateOf(uint64 epoch) internal view returns (EpochState) {
        EpochRecord memory record = _records[epoch];
        // slither-disable-next-line incorrect-equality (zero: it was never committed)
        if (record.finalAt == 0) return EpochState.None;
        if (record.invalid) return EpochState.Invalid;
        if (block.timestamp < record.finalAt || record.openDemands > 0) return EpochState.Pending;
        return EpochState.Final;
    }

    /// @dev In two halves, because one abi.encode of sixteen words is too deep for the stack.
    function _structHash(Commitment calldata commitment) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(
                    COMMITMENT_TYPEHASH,
                    commitment.epoch,
                    commitment.trackRoot,
                    commitment.listenerRoot,
                    commitment.tracks,
                    commitment.listeners,
                    commitment.dimension,
                    commitment.listLength
                ),
                abi.encode(
                    commitment.snapshotDigest,
                    commitment.modelDigest,
                    commitment.referenceBlock,
                    commitment.referenceHash,
                    commitment.keeperSetVersion,
                    commitment.validFrom,
                    commitment.validUntil,
                    keccak256(bytes(commitment.bundleCid))
                )
            )
        );
    }

    function _invalidate(uint64 epoch) private {
        _records[epoch].invalid = true;
        emit EpochInvalidated(epoch, msg.sig, msg.sender);
    }

    function _setMinBond(uint256 minBondWei) private {
        minBond = minBondWei;
        emit MinBondSet(minBondWei);
    }

    function _checkTurn(Head memory head, uint64 epoch) private view {
        if (block.timestamp < head.pausedUntil) revert CommitsArePaused(head.pausedUntil);
        if (epoch != head.latestEpoch + 1) revert WrongEpoch(head.latestEpoch + 1, epoch);
        if (_stateOf(head.latestEpoch) == EpochState.Pending) {
            revert EpochPending(head.latestEpoch, _records[head.latestEpoch].finalAt);
        }
    }

    function _checkTime(Commitment calldata commitment) private view {
        uint64 from = commitment.validFrom;
        uint64 until = commitment.validUntil;
        if (until < from || until - from > maxValidity) revert BadValidity(from, until, maxValidity);
        if (block.timestamp < from || block.timestamp > until) {
            revert OutsideValidity(from, until, _after(0));
        }
        bytes32 expected = Blockhash.blockHash(commitment.referenceBlock);
        if (expected == bytes32(0) || expected != commitment.referenceHash) {
            revert StaleReference(commitment.referenceBlock, expected, commitment.referenceHash);
        }
    }

    function _checkContent(Commitment calldata commitment) private pure {
        uint16 dimension = commitment.dimension;
        if (dimension == 0 || dimension > MAX_DIMENSION || dimension % DIMENSION_STEP != 0) {
            revert BadDimension(dimension);
        }
        if (commitment.listLength == 0 || commitment.listLength > MAX_LIST_LENGTH) {
            revert BadListLength(commitment.listLength);
        }
        if (commitment.tracks == 0 || commitment.listeners == 0) {
            revert EmptyEpoch(commitment.tracks, commitment.listeners);
        }
        if (
            commitment.trackRoot == bytes32(0) || commitment.listenerRoot == bytes32(0)
                || commitment.snapshotDigest == bytes32(0) || commitment.modelDigest == bytes32(0)
                || bytes(commitment.bundleCid).length == 0
        ) revert MissingDigest();
    }

    function _checkBonds(address[] calldata signers) private view {
        uint256 needed = minBond;
        for (uint256 i = 0; i < signers.length; ++i) {
            // slither-disable-next-line calls-loop (our own contract; at most 64 signers)
            uint256 bonded = staking.bondOf(signers[i]);
            if (bonded < needed) revert BondTooSmall(signers[i], needed, bonded);
        }
    }
}
