// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {Leaves} from "./Leaves.sol";
import {Openings} from "./Openings.sol";
import {Signatures} from "./Signatures.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";
import {IStakingContract} from "./interfaces/IStakingContract.sol";

/// @title Committed recommendations
/// @notice What it promises is said in IRecommendationGraph.
contract RecommendationGraph is IRecommendationGraph, AccessManaged, EIP712 {
    using EnumerableSet for EnumerableSet.AddressSet;
    using SafeCast for uint256;

    /// @dev Final from `finalAt` on unless invalid.
    struct EpochRecord {
        uint64 finalAt;
        bool invalid;
    }

    /// @dev One slot, because a commit reads all of it. `earlierFinal` is the newest final epoch before `latestEpoch`.
    struct Head {
        uint64 latestEpoch;
        uint64 earlierFinal;
        uint64 pausedUntil;
        uint32 keeperSetVersion;
        uint8 quorum;
    }

    /// @notice The EIP-712 type that keepers sign.
    bytes32 public constant COMMITMENT_TYPEHASH = keccak256(
        "Commitment(uint64 epoch,bytes32 trackRoot,bytes32 listenerRoot,uint32 tracks,uint32 listeners,uint16 dimension,uint16 listLength,bytes32 snapshotDigest,bytes32 modelDigest,uint64 referenceBlock,bytes32 referenceHash,uint32 keeperSetVersion,uint64 validFrom,uint64 validUntil,string bundleCid)"
    );

    /// @notice The most keepers that a set can have.
    uint256 public constant MAX_KEEPERS = 64;

    /// @notice The longest that commits can be paused at once, in seconds.
    uint64 public constant MAX_PAUSE = 14 days;

    uint256 private constant DIMENSION_STEP = 32;
    uint256 private constant MAX_DIMENSION = 1_024;
    uint256 private constant MAX_LIST_LENGTH = 256;

    /// @notice Where the keepers' bonds are.
    IStakingContract public immutable staking;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable window;

    /// @inheritdoc IRecommendationGraph
    uint64 public immutable maxValidity;

    Head private _head;

    /// @inheritdoc IRecommendationGraph
    uint256 public minBond;

    EnumerableSet.AddressSet private _keepers;

    /// @inheritdoc IRecommendationGraph
    mapping(uint64 epoch => bytes32) public commitmentHash;

    mapping(uint64 epoch => EpochRecord) private _records;

    /// @param authority The AccessManager.
    /// @param staking_ Where the keepers' bonds are; its unbonding must take longer than `window_`.
    /// @param window_ Seconds that an epoch is pending.
    /// @param maxValidity_ Most seconds between validFrom and validUntil.
    /// @param minBondWei The bond that each signer needs, in wei of TuneToken.
    constructor(address authority, IStakingContract staking_, uint64 window_, uint64 maxValidity_, uint256 minBondWei)
        AccessManaged(authority)
        EIP712("TuneFi RecommendationGraph", "1")
    {
        uint64 unbondingDelay = staking_.unbondingDelay();
        if (unbondingDelay <= window_) revert UnbondingTooShort(unbondingDelay, window_);
        staking = staking_;
        window = window_;
        maxValidity = maxValidity_;
        emit ParametersSet(window_, maxValidity_);
        _setMinBond(minBondWei);
    }

    /// @inheritdoc IRecommendationGraph
    function commit(Commitment calldata commitment, address[] calldata signers, bytes[] calldata signatures) external {
        Head memory head = _head;
        _checkTurn(head, commitment.epoch);
        _checkTime(commitment);
        _checkContent(commitment);
        _checkQuorum(head, commitment.keeperSetVersion, signers);
        _checkBonds(signers);
        bytes32 structHash = _structHash(commitment);
        Signatures.check(_hashTypedDataV4(structHash), signers, signatures);

        if (_stateOf(head.latestEpoch) == EpochState.Final) head.earlierFinal = head.latestEpoch;
        head.latestEpoch = commitment.epoch;
        _head = head;
        uint64 end = (block.timestamp + window).toUint64();
        _records[commitment.epoch] = EpochRecord({finalAt: end, invalid: false});
        commitmentHash[commitment.epoch] = keccak256(abi.encode(structHash, signers));
        emit Committed(commitment.epoch, commitment, signers, block.timestamp.toUint64(), end);
    }

    /// @inheritdoc IRecommendationGraph
    function vetoEpoch(uint64 epoch) external restricted {
        EpochState state = _stateOf(epoch);
        if (state != EpochState.Pending) revert EpochNotPending(epoch, state);
        _records[epoch].invalid = true;
        emit EpochInvalidated(epoch, msg.sig, msg.sender);
    }

    /// @inheritdoc IRecommendationGraph
    function pauseCommits(uint64 until) external restricted {
        if (until > block.timestamp + MAX_PAUSE) revert PauseTooLong(until, MAX_PAUSE);
        _head.pausedUntil = until;
        emit CommitsPaused(until, msg.sender);
    }

    /// @inheritdoc IRecommendationGraph
    function setKeepers(address[] calldata members, uint8 threshold) external restricted {
        if (members.length == 0 || members.length > MAX_KEEPERS) revert BadKeeperCount(members.length);
        if (2 * uint256(threshold) <= members.length || threshold > members.length) {
            revert BadQuorum(threshold, members.length);
        }
        _keepers.clear();
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] <= previous) revert NotAscending(previous, members[i]);
            previous = members[i];
            _keepers.add(previous);
        }
        uint32 version = ++_head.keeperSetVersion;
        _head.quorum = threshold;
        emit KeeperSetChanged(version, members, threshold);
    }

    /// @inheritdoc IRecommendationGraph
    function setMinBond(uint256 minBondWei) external restricted {
        _setMinBond(minBondWei);
    }

    /// @inheritdoc IRecommendationGraph
    function checkKeepers(uint32 version, address[] calldata signers) external view {
        _checkQuorum(_head, version, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function checkCommitment(Commitment calldata commitment, address[] calldata signers) external view {
        _checkCommitment(commitment, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyTrackLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32 row,
        bytes32 trackIdHash,
        bytes32 vectorHash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        _checkCommitment(commitment, signers);
        bytes32 leaf = Leaves.track(address(this), commitment.epoch, row, trackIdHash, vectorHash);
        return row < commitment.tracks && MerkleProof.verifyCalldata(proof, commitment.trackRoot, leaf);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyListenerLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32 row,
        address listener,
        bytes32 openingHash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        _checkCommitment(commitment, signers);
        return _isListenerLeaf(commitment, row, listener, openingHash, proof);
    }

    /// @inheritdoc IRecommendationGraph
    function verifyListenerOpening(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external view returns (bool) {
        _checkCommitment(commitment, signers);
        bytes32 openingHash =
            Leaves.openingHash(opening.salt, opening.vector, opening.excluded, opening.rows, opening.scores);
        return _isListenerLeaf(commitment, opening.row, opening.listener, openingHash, proof)
            && Openings.isWellFormed(opening, commitment.tracks, commitment.dimension, commitment.listLength);
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
    function keepers() external view returns (address[] memory) {
        return _keepers.values();
    }

    /// @inheritdoc IRecommendationGraph
    function isKeeper(address account) external view returns (bool) {
        return _keepers.contains(account);
    }

    /// @inheritdoc IRecommendationGraph
    function quorum() external view returns (uint8) {
        return _head.quorum;
    }

    /// @inheritdoc IRecommendationGraph
    function keeperSetVersion() external view returns (uint32) {
        return _head.keeperSetVersion;
    }

    /// @inheritdoc IRecommendationGraph
    function pausedUntil() external view returns (uint64) {
        return _head.pausedUntil;
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
            revert OutsideValidity(from, until, block.timestamp.toUint64());
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

    function _checkQuorum(Head memory head, uint32 version, address[] calldata signers) private view {
        if (version != head.keeperSetVersion) revert WrongKeeperSet(head.keeperSetVersion, version);
        if (signers.length < head.quorum || head.quorum == 0) revert QuorumNotMet(head.quorum, signers.length);
        address previous = address(0);
        for (uint256 i = 0; i < signers.length; ++i) {
            if (signers[i] <= previous) revert NotAscending(previous, signers[i]);
            previous = signers[i];
            if (!_keepers.contains(previous)) revert NotKeeper(previous);
        }
    }

    function _checkBonds(address[] calldata signers) private view {
        uint256 needed = minBond;
        for (uint256 i = 0; i < signers.length; ++i) {
            uint256 bonded = staking.bondOf(signers[i]);
            if (bonded < needed) revert BondTooSmall(signers[i], needed, bonded);
        }
    }

    function _checkCommitment(Commitment calldata commitment, address[] calldata signers) private view {
        bytes32 found = keccak256(abi.encode(_structHash(commitment), signers));
        if (commitmentHash[commitment.epoch] != found) revert CommitmentMismatch(commitment.epoch);
    }

    function _isListenerLeaf(
        Commitment calldata commitment,
        uint32 row,
        address listener,
        bytes32 openingHash,
        bytes32[] calldata proof
    ) private view returns (bool) {
        bytes32 leaf = Leaves.listener(address(this), commitment.epoch, row, listener, openingHash);
        return row < commitment.listeners && MerkleProof.verifyCalldata(proof, commitment.listenerRoot, leaf);
    }

    function _stateOf(uint64 epoch) private view returns (EpochState) {
        EpochRecord memory record = _records[epoch];
        if (record.finalAt == 0) return EpochState.None;
        if (record.invalid) return EpochState.Invalid;
        return block.timestamp < record.finalAt ? EpochState.Pending : EpochState.Final;
    }

    /// @dev In two halves, because one abi.encode of sixteen words is too deep for the stack.
    function _structHash(Commitment calldata commitment) private pure returns (bytes32) {
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
}
