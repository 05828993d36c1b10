// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IRecommendationGraph} from "./IRecommendationGraph.sol";

/// @title Proofs that a pending epoch is false
/// @notice Everyone may challenge. What is claimed is recomputed from openings that hash to leaves under the committed
/// roots; bytes of bad form that hash to a leaf are proof by themselves, in every challenge that reads them. Any but
/// {challengeEquivocation} makes the epoch invalid, takes the whole bond of every signer and removes them from the
/// keeper set: half is the bounty, the rest is burned. The bounty of a challenge that opens a listener's leaf goes to
/// that listener, whoever sends it; the others go to the sender.
/// @dev Each challenge reverts with {CommitmentMismatch} when commitment and signers are not the epoch's, with
/// {EpochNotPending} when it is too late, with {NotInTree} when a proof is wrong, and with {NothingProven} when the
/// evidence agrees with a true commitment.
interface IChallenges is IRecommendationGraph {
    /// @notice One keeper signed two commitments for one epoch. It lost its whole bond and its place in the set; the
    /// epoch is as it was.
    /// @param epoch The epoch of both commitments.
    /// @param keeper Who signed both.
    /// @param by Who showed it and got half of the bond.
    /// @param structHashA EIP-712 hash of the one commitment.
    /// @param structHashB EIP-712 hash of the other.
    /// @param amount What the keeper lost, in wei of TuneToken.
    event KeeperEquivocated(
        uint64 indexed epoch,
        address indexed keeper,
        address indexed by,
        bytes32 structHashA,
        bytes32 structHashB,
        uint256 amount
    );

    /// @notice No leaf of the committed tree with that row has these contents and this proof.
    error NotInTree(uint32 row);

    /// @notice The list has `count` places, counted from 0.
    error PositionOutOfRange(uint256 position, uint256 count);

    /// @notice Another track stands at that position of the list.
    error WrongTrack(uint32 expected, uint32 found);

    /// @notice The evidence agrees with a true commitment.
    error NothingProven();

    /// @notice The two commitments are for different epochs.
    error EpochsDiffer(uint64 a, uint64 b);

    /// @notice The two commitments are one.
    error SameCommitment(bytes32 structHash);

    /// @notice The two commitments are never valid at the same time, so one may follow the other.
    error ValidityApart();

    /// @notice The two commitments were signed by different keys.
    error SignersDiffer(address a, address b);

    /// @notice The keeper has no bond, not even one that is unbonding.
    error NothingToSlash(address keeper);

    /// @notice Proves that the score listed at `position` is not the product of the listener's vector with the track
    /// that stands there. Callable by everyone; the bounty goes to the listener.
    /// @param commitment What was committed.
    /// @param signers Who signed it.
    /// @param opening The listener's opening.
    /// @param proof Of the listener's leaf.
    /// @param position Place in the list, from 0.
    /// @param track The track listed there.
    /// @param trackProof Of the track's leaf.
    function challengeScore(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof,
        uint256 position,
        TrackOpening calldata track,
        bytes32[] calldata trackProof
    ) external;

    /// @notice Proves that a list is out of order at two positions, first < second, or has one row at both; or that the
    /// row at `first` is excluded or no track's; or that the list has the wrong length, whatever the positions.
    /// Callable by everyone; the bounty goes to the listener.
    /// @param commitment What was committed.
    /// @param signers Who signed it.
    /// @param opening The listener's opening.
    /// @param proof Of the listener's leaf.
    /// @param first Place in the list, from 0.
    /// @param second Place in the list; the same as `first` where one row is enough.
    function challengeOrder(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof,
        uint256 first,
        uint256 second
    ) external;

    /// @notice Proves that a track which is neither listed nor excluded ranks before the last one listed. Callable by
    /// everyone; the bounty goes to the listener.
    /// @param commitment What was committed.
    /// @param signers Who signed it.
    /// @param opening The listener's opening.
    /// @param proof Of the listener's leaf.
    /// @param track The track that was left out.
    /// @param trackProof Of the track's leaf.
    function challengeOmission(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof,
        TrackOpening calldata track,
        bytes32[] calldata trackProof
    ) external;

    /// @notice Proves that a track's vector has the wrong length or holds the byte 0x80. Callable by everyone; the
    /// bounty goes to the sender.
    function challengeMalformedTrack(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata track,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that a listener's opening has bad form: a vector of the wrong length, with the byte 0x80 or all
    /// zero; arrays of the wrong size; exclusions that do not strictly ascend below the number of tracks or are above
    /// 4,096. Callable by everyone; the bounty goes to the listener.
    function challengeMalformedListener(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that two track leaves do not ascend by id hash as their rows do, have one row and different
    /// contents, or that a row is not below the number of tracks (then the same leaf may be passed twice; it proves
    /// nothing else). Callable by everyone; the bounty goes to the sender.
    function challengeTrackRows(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackLeaf calldata a,
        bytes32[] calldata proofA,
        TrackLeaf calldata b,
        bytes32[] calldata proofB
    ) external;

    /// @notice Proves the same of two listener leaves, which ascend by address. Callable by everyone; the bounty goes to
    /// the sender, because leaves are public.
    function challengeListenerRows(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerLeaf calldata a,
        bytes32[] calldata proofA,
        ListenerLeaf calldata b,
        bytes32[] calldata proofB
    ) external;

    /// @notice Proves that one key signed two different commitments for one epoch whose validity overlaps, whether either
    /// was posted or not, under whatever keeper set, and whether it still is in the set: it needs a bond, that is all.
    /// Takes that bond, half to the sender and the rest burned, and the key's place in the set. Neither the epoch nor
    /// another signer is touched. Callable by everyone, at any time.
    /// @param a The one commitment.
    /// @param b The other.
    /// @param signatureA The keeper's over `a`.
    /// @param signatureB The keeper's over `b`.
    function challengeEquivocation(
        Commitment calldata a,
        Commitment calldata b,
        bytes calldata signatureA,
        bytes calldata signatureB
    ) external;
}
