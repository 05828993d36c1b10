// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title What is committed, who commits it, and what becomes of it
/// @notice A quorum of bonded keepers commits, epoch by epoch, the roots of all track vectors and of all listeners'
/// lists. An epoch is pending until `finalAt` and while a demand is open, and then final without a transaction.
/// Everyone can prove that what is pending is false ({IChallenges}), and what keepers withhold can be demanded
/// ({IDemands}); RecommendationGraph is all three.
/// @dev The contract keeps one hash over the commitment and its signers; callers pass both again, from the event
/// {Committed}.
interface IRecommendationGraph {
    /// @notice What is fixed or set at deployment.
    /// @param window Seconds for which demands are accepted; the least that an epoch is pending.
    /// @param answerTime Seconds within which a demand is answered.
    /// @param challengeTime Seconds for challenges after an answer.
    /// @param maxValidity Most seconds between validFrom and validUntil.
    /// @param minBond Bond that each signer needs, in wei of TuneToken; governance can change it.
    /// @param minDeposit Least deposit of a demand, in wei of ether; governance can change it.
    /// @param depositGasMultiple A deposit is at least this many times the base fee of the largest answer.
    /// @param withholdingPenaltyBps What signers lose when a demand is not answered: 5,000 to 10,000 ten-thousandths of
    /// their bonds.
    struct Parameters {
        uint64 window;
        uint64 answerTime;
        uint64 challengeTime;
        uint64 maxValidity;
        uint256 minBond;
        uint128 minDeposit;
        uint32 depositGasMultiple;
        uint16 withholdingPenaltyBps;
    }

    /// @notice What the keepers sign (EIP-712). The epoch is the nonce.
    /// @param epoch Number of the epoch; consecutive, from 1, never reused.
    /// @param trackRoot Root of the tree of track leaves.
    /// @param listenerRoot Root of the tree of listener leaves.
    /// @param tracks Number of track leaves.
    /// @param listeners Number of listener leaves.
    /// @param dimension Components of a vector; a multiple of 32, at most 1,024.
    /// @param listLength Tracks in a list, 1 to 256, where that many are not excluded.
    /// @param snapshotDigest Digest of the graph's snapshot.
    /// @param modelDigest Digest of the model and its gates.
    /// @param referenceBlock A block at most 8,191 back.
    /// @param referenceHash Its hash.
    /// @param keeperSetVersion The set whose quorum signs.
    /// @param validFrom First second at which it may be committed.
    /// @param validUntil Last second at which it may be committed.
    /// @param bundleCid CIDv1 of the public bundle.
    struct Commitment {
        uint64 epoch;
        bytes32 trackRoot;
        bytes32 listenerRoot;
        uint32 tracks;
        uint32 listeners;
        uint16 dimension;
        uint16 listLength;
        bytes32 snapshotDigest;
        bytes32 modelDigest;
        uint64 referenceBlock;
        bytes32 referenceHash;
        uint32 keeperSetVersion;
        uint64 validFrom;
        uint64 validUntil;
        string bundleCid;
    }

    /// @notice What a listener was recommended and from what, byte for byte.
    /// @param row Row of the listener's leaf.
    /// @param listener The listener.
    /// @param salt Keeps the opening hash from being guessed.
    /// @param vector int8 components, one byte each.
    /// @param excluded Rows never to be listed: packed big-endian uint32, strictly ascending.
    /// @param rows Rows of the list, best first: packed big-endian uint32.
    /// @param scores Their scores: packed big-endian int32.
    struct ListenerOpening {
        uint32 row;
        address listener;
        bytes32 salt;
        bytes vector;
        bytes excluded;
        bytes rows;
        bytes scores;
    }

    /// @notice A track, byte for byte.
    /// @param row Row of the track's leaf.
    /// @param trackId Its id in UTF-8.
    /// @param vector int8 components, one byte each.
    struct TrackOpening {
        uint32 row;
        string trackId;
        bytes vector;
    }

    /// @notice What a track's leaf is made of, without the bytes.
    struct TrackLeaf {
        uint32 row;
        bytes32 trackIdHash;
        bytes32 vectorHash;
    }

    /// @notice What a listener's leaf is made of, without the bytes; public in the bundle.
    struct ListenerLeaf {
        uint32 row;
        address listener;
        bytes32 openingHash;
    }

    /// @notice Where an epoch stands.
    enum EpochState {
        None,
        Pending,
        Final,
        Invalid
    }

    /// @notice An epoch was committed.
    /// @param epoch Its number.
    /// @param commitment What was signed, to be passed again.
    /// @param signers Who signed, ascending, to be passed again.
    /// @param committedAt When, in seconds UTC.
    /// @param finalAt First second at which it is final, unless it becomes invalid before.
    event Committed(uint64 indexed epoch, Commitment commitment, address[] signers, uint64 committedAt, uint64 finalAt);

    /// @notice A pending epoch became invalid and can never be final.
    /// @param epoch Its number.
    /// @param cause Selector of the function that did it.
    /// @param by Who called it.
    event EpochInvalidated(uint64 indexed epoch, bytes4 indexed cause, address indexed by);

    /// @notice An answer left more time for challenges.
    /// @param epoch Its number.
    /// @param finalAt First second at which it is now final, unless a demand is open then or it becomes invalid.
    event FinalAtMoved(uint64 indexed epoch, uint64 finalAt);

    /// @notice The signers of an epoch lost bonds, by a challenge or an unanswered demand.
    /// @param epoch The epoch that became invalid.
    /// @param cause Selector of the function that did it.
    /// @param bountyTo Who got half of it; zero when all was burned.
    /// @param amount What all signers lost together, in wei of TuneToken.
    event SignersSlashed(uint64 indexed epoch, bytes4 indexed cause, address indexed bountyTo, uint256 amount);

    /// @notice A keeper that lost its bond left the set, which counts as a new version without it.
    /// @param version The new version; the quorum stays.
    /// @param keeper Who left.
    event KeeperRemoved(uint32 indexed version, address indexed keeper);

    /// @notice The keeper set was replaced.
    /// @param version Counts the sets, from 1.
    /// @param keepers All keepers, ascending.
    /// @param quorum How many signatures it takes.
    event KeeperSetChanged(uint32 indexed version, address[] keepers, uint8 quorum);

    /// @notice The bond that each signer needs changed, in wei of TuneToken.
    event MinBondSet(uint256 minBondWei);

    /// @notice New commits are refused before `until`; a time in the past ends the pause.
    event CommitsPaused(uint64 until, address indexed by);

    /// @notice Emitted once, with what can never change; see {Parameters}.
    event ParametersSet(
        uint64 window,
        uint64 answerTime,
        uint64 challengeTime,
        uint64 maxValidity,
        uint32 depositGasMultiple,
        uint16 withholdingPenaltyBps
    );

    /// @notice Bonds could be withdrawn while an epoch is pending: unbonding must take longer than `pendingTime`.
    error UnbondingTooShort(uint64 unbondingDelay, uint64 pendingTime);

    /// @notice The StakingContract lets another contract slash.
    error WrongSlasher(address expected, address found);

    /// @notice Window, answer time, challenge time and the deposit's multiple must not be zero.
    error ZeroParameter();

    /// @notice The penalty is below half of the bond or above the bond.
    error BadPenalty(uint16 withholdingPenaltyBps);

    /// @notice The keeper set is empty or has more than 64 members.
    error BadKeeperCount(uint256 count);

    /// @notice The quorum is not above half of the set or is above the set.
    error BadQuorum(uint256 quorum, uint256 keepers);

    /// @notice The addresses do not strictly ascend; sort them and leave out repeats.
    error NotAscending(address previous, address next);

    /// @notice A pause can last at most `longest` seconds.
    error PauseTooLong(uint64 until, uint64 longest);

    /// @notice Commits are paused before `until`.
    error CommitsArePaused(uint64 until);

    /// @notice It is another epoch's turn.
    error WrongEpoch(uint64 expected, uint64 found);

    /// @notice An epoch is pending; wait until it is final or invalid.
    error EpochPending(uint64 epoch, uint64 finalAt);

    /// @notice The epoch is not pending.
    error EpochNotPending(uint64 epoch, EpochState state);

    /// @notice It is too early or too late; sign anew.
    error OutsideValidity(uint64 validFrom, uint64 validUntil, uint64 found);

    /// @notice Validity is longer than allowed or ends before it begins.
    error BadValidity(uint64 validFrom, uint64 validUntil, uint64 longest);

    /// @notice The reference block is too old or not on this chain. `expected` is the chain's hash, zero if unknown.
    error StaleReference(uint64 referenceBlock, bytes32 expected, bytes32 found);

    /// @notice The dimension is not a multiple of 32 between 32 and 1,024.
    error BadDimension(uint16 dimension);

    /// @notice The list length is not between 1 and 256.
    error BadListLength(uint16 listLength);

    /// @notice An epoch without tracks or listeners cannot be committed.
    error EmptyEpoch(uint32 tracks, uint32 listeners);

    /// @notice A root, a digest or the bundle's CID is missing.
    error MissingDigest();

    /// @notice Signed by another keeper set than the present one.
    error WrongKeeperSet(uint32 expected, uint32 found);

    /// @notice Fewer signers than the quorum.
    error QuorumNotMet(uint256 quorum, uint256 found);

    /// @notice The address is not in the keeper set.
    error NotKeeper(address account);

    /// @notice The signer's bond is too small, or a part of it that is needed is unbonding.
    error BondTooSmall(address keeper, uint256 minBondWei, uint256 found);

    /// @notice The commitment and signers are not those that were committed for this epoch.
    error CommitmentMismatch(uint64 epoch);

    /// @notice Commits an epoch. Callable by everyone who holds the signatures.
    /// @param commitment What was signed.
    /// @param signers Who signed, strictly ascending, at least the quorum; all of them answer with their bonds.
    /// @param signatures 65 bytes each, in the order of the signers.
    function commit(Commitment calldata commitment, address[] calldata signers, bytes[] calldata signatures) external;

    /// @notice Makes a pending epoch invalid; nobody is slashed. Callable by the guardian.
    function vetoEpoch(uint64 epoch) external;

    /// @notice Refuses new commits before `until`, at most 14 days ahead; a time not later than now ends the pause.
    /// Callable by the guardian.
    function pauseCommits(uint64 until) external;

    /// @notice Replaces the keeper set. Callable by governance.
    /// @param members At most 64 addresses, strictly ascending.
    /// @param threshold The quorum: more than half of them.
    function setKeepers(address[] calldata members, uint8 threshold) external;

    /// @notice Sets the bond that each signer needs. Callable by governance.
    function setMinBond(uint256 minBondWei) external;

    /// @notice Reverts unless `signers` strictly ascend, are in the set of that version, and are a quorum of it.
    function checkKeepers(uint32 version, address[] calldata signers) external view;

    /// @notice Reverts unless exactly this was committed for its epoch.
    function checkCommitment(Commitment calldata commitment, address[] calldata signers) external view;

    /// @notice Whether the epoch is final. Whoever reads a root asks this.
    function isFinal(uint64 epoch) external view returns (bool);

    /// @notice Where the epoch stands.
    function stateOf(uint64 epoch) external view returns (EpochState);

    /// @notice First second at which the epoch is final unless a demand is open then or it becomes invalid; 0 when there
    /// is no such epoch. At most window + 2 (answerTime + challengeTime) after the commit.
    function finalAt(uint64 epoch) external view returns (uint64);

    /// @notice The newest epoch that is final, or 0.
    function latestFinal() external view returns (uint64);

    /// @notice The newest epoch that was committed, or 0.
    function latestEpoch() external view returns (uint64);

    /// @notice What the contract keeps of an epoch: keccak256(abi.encode(structHash, signers)), or zero.
    function commitmentHash(uint64 epoch) external view returns (bytes32);

    /// @notice What a keeper signs: the EIP-712 digest.
    function commitmentDigest(Commitment calldata commitment) external view returns (bytes32);

    /// @notice Whether the opening hashes to a leaf of the committed tree and has the form that the epoch demands.
    /// Reverts when the commitment is not the epoch's.
    function verifyTrackOpening(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata opening,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether that track leaf is in the committed tree. Reverts when the commitment is not the epoch's.
    function verifyTrackLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32 row,
        bytes32 trackIdHash,
        bytes32 vectorHash,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether that listener leaf is in the committed tree. Reverts when the commitment is not the epoch's.
    function verifyListenerLeaf(
        Commitment calldata commitment,
        address[] calldata signers,
        uint32 row,
        address listener,
        bytes32 openingHash,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether the opening hashes to a leaf of the committed tree and has the form that the epoch demands.
    /// Scores and order are not recomputed. Reverts when the commitment is not the epoch's.
    function verifyListenerOpening(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether the neighbours prove that `listener` has no leaf: two leaves of consecutive rows with the listener
    /// between them, or the first leaf after it, or the last leaf before it. Reverts when the commitment is not the
    /// epoch's.
    function verifyListenerAbsence(
        Commitment calldata commitment,
        address[] calldata signers,
        address listener,
        ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) external view returns (bool);

    /// @notice All keepers, ascending.
    function keepers() external view returns (address[] memory);

    /// @notice Whether `account` is in the keeper set.
    function isKeeper(address account) external view returns (bool);

    /// @notice How many signatures it takes.
    function quorum() external view returns (uint8);

    /// @notice Counts the keeper sets, from 1; 0 before the first. Moves also when a keeper is removed.
    function keeperSetVersion() external view returns (uint32);

    /// @notice The bond that each signer needs, in wei of TuneToken.
    function minBond() external view returns (uint256);

    /// @notice New commits are refused before this second.
    function pausedUntil() external view returns (uint64);

    /// @notice Seconds for which demands are accepted; the least that an epoch is pending.
    function window() external view returns (uint64);

    /// @notice Most seconds between validFrom and validUntil.
    function maxValidity() external view returns (uint64);

    /// @notice Seconds within which a demand is answered.
    function answerTime() external view returns (uint64);

    /// @notice Seconds for challenges after an answer.
    function challengeTime() external view returns (uint64);
}
