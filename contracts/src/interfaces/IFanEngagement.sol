// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IRecommendationGraph} from "./IRecommendationGraph.sol";

/// @title Follows, and the payment of fan rewards
/// @notice A quorum of keepers posts, for a final epoch, the root of what every account has earned in all. It takes
/// force after a delay in which the guardian can veto it. A claim pays what was earned less what was paid.
/// @dev Nothing on-chain proves a reward root. These hold whatever the keepers sign: the total never exceeds what was
/// funded up to the root's epoch, never falls, and what was paid never exceeds the newest total in force.
interface IFanEngagement {
    /// @notice What the keepers sign (EIP-712).
    /// @param epoch A final epoch, later than that of the newest root in force.
    /// @param root Root of the tree of reward leaves.
    /// @param previousRoot The newest root in force, or zero.
    /// @param totalCumulative Sum of all leaves, in wei of TuneToken.
    /// @param snapshotDigest That of the epoch's commitment.
    /// @param keeperSetVersion The set whose quorum signs.
    struct RewardRoot {
        uint64 epoch;
        bytes32 root;
        bytes32 previousRoot;
        uint256 totalCumulative;
        bytes32 snapshotDigest;
        uint32 keeperSetVersion;
    }

    /// @notice One claim of a batch.
    /// @param account Who earned, and gets paid.
    /// @param cumulative All it has earned up to the root, in wei of TuneToken.
    /// @param proof Proof of its leaf.
    struct Claim {
        address account;
        uint256 cumulative;
        bytes32[] proof;
    }

    /// @notice Why a claim of a batch was passed over.
    enum SkipReason {
        NotOptedIn,
        BadProof,
        NothingDue,
        AboveTotal,
        TransferFailed
    }

    /// @notice An account follows another, by its own transaction.
    event Followed(address indexed follower, address indexed account);

    /// @notice An account follows another no longer.
    event Unfollowed(address indexed follower, address indexed account);

    /// @notice An account follows an artist, by its own transaction.
    event ArtistFollowed(address indexed follower, bytes32 indexed artistKey, string artistId);

    /// @notice An account follows an artist no longer.
    event ArtistUnfollowed(address indexed follower, bytes32 indexed artistKey, string artistId);

    /// @notice Money came in for an epoch.
    /// @param epoch The first epoch whose root it can pay.
    /// @param from Who paid.
    /// @param amount How much, in wei of TuneToken.
    /// @param fundedForEpoch All that came in for that epoch.
    event Funded(uint64 indexed epoch, address indexed from, uint256 amount, uint256 fundedForEpoch);

    /// @notice A reward root was posted and takes force at `inForceAt` unless it is vetoed before.
    event RootPosted(
        uint64 indexed epoch,
        bytes32 indexed root,
        bytes32 previousRoot,
        uint256 totalCumulative,
        bytes32 snapshotDigest,
        uint32 keeperSetVersion,
        address[] signers,
        uint64 inForceAt
    );

    /// @notice A pending root was vetoed and is never accepted again for that epoch.
    event RootVetoed(uint64 indexed epoch, bytes32 indexed root, address indexed by);

    /// @notice Rewards were paid.
    /// @param account Who earned and got them.
    /// @param epoch Epoch of the root they were claimed against.
    /// @param amount What was paid, in wei of TuneToken.
    /// @param cumulative All that the account has got.
    event Claimed(address indexed account, uint64 indexed epoch, uint256 amount, uint256 cumulative);

    /// @notice A claim of a batch was passed over; nothing changed for that account.
    event ClaimSkipped(address indexed account, uint64 indexed epoch, SkipReason reason);

    /// @notice Whether an account wants to be paid in batches.
    event BatchOptInSet(address indexed account, bool optedIn);

    /// @notice What a wei of fees counts as a seed, in millionths, for fees in ether and in TuneToken.
    event SeedFactorsSet(uint256 etherFactor, uint256 tokenFactor);

    /// @notice Emitted once, with what can never change: seconds between posting and taking force while a guardian can
    /// veto.
    event ParametersSet(uint64 delay);

    /// @notice The amount is zero.
    error ZeroAmount();

    /// @notice An account cannot follow itself.
    error SelfFollow(address account);

    /// @notice An id is empty.
    error EmptyId();

    /// @notice The epoch is committed already or too far ahead; fund one between the two, both inclusive.
    error EpochNotOpen(uint64 epoch, uint64 first, uint64 last);

    /// @notice A root is pending; wait until it is in force.
    error RootPending(uint64 epoch, uint64 inForceAt);

    /// @notice The root is not pending.
    error RootNotPending(uint64 epoch, bytes32 root);

    /// @notice The epoch is not later than that of the newest root in force.
    error EpochNotLater(uint64 epoch, uint64 newest);

    /// @notice The epoch is not final in RecommendationGraph.
    error EpochNotFinal(uint64 epoch);

    /// @notice The commitment passed is of another epoch.
    error WrongCommitment(uint64 expected, uint64 found);

    /// @notice The root was made from another snapshot than the epoch.
    error WrongSnapshot(bytes32 expected, bytes32 found);

    /// @notice The root does not follow on the newest one in force.
    error WrongPreviousRoot(bytes32 expected, bytes32 found);

    /// @notice The root is zero.
    error EmptyRoot();

    /// @notice The root was vetoed.
    error RootIsVetoed(uint64 epoch, bytes32 root);

    /// @notice The total is lower than that of the newest root in force.
    error TotalLowered(uint256 previous, uint256 found);

    /// @notice The total is more than what was funded up to that epoch.
    error TotalAboveFunded(uint256 funded, uint256 found);

    /// @notice The root was not posted, is vetoed, or has not taken force.
    error RootNotInForce(uint64 epoch, bytes32 root);

    /// @notice The leaf is not in the tree of that root.
    error BadProof(address account);

    /// @notice More is due than the newest total in force leaves to pay: the root is false.
    error PaidAboveTotal(uint256 left, uint256 due);

    /// @notice The batch has too little gas left to pay this account; send it with more.
    error TooLittleGas(address account);

    /// @notice Follows an account. Callable by everyone for itself; the last event counts.
    function follow(address account) external;

    /// @notice Ends a follow. Callable by everyone for itself.
    function unfollow(address account) external;

    /// @notice Follows an artist. Callable by everyone for itself; the last event counts.
    function followArtist(string calldata artistId) external;

    /// @notice Ends a follow of an artist. Callable by everyone for itself.
    function unfollowArtist(string calldata artistId) external;

    /// @notice Pays in for an epoch that is not committed yet. Callable by everyone who approved `amount` before.
    function fund(uint64 epoch, uint256 amount) external;

    /// @notice Posts a reward root. Callable by everyone who holds the signatures. It takes force `delay` seconds later
    /// when the guardian's term lasts until then, or else `delay` and governance's `decisionTime` later.
    /// @param reward What was signed.
    /// @param signers Who signed it, strictly ascending, a quorum of the keeper set.
    /// @param signatures 65 bytes each, in the order of the signers.
    /// @param commitment The epoch's commitment, passed again.
    /// @param commitmentSigners Who signed that, passed again.
    function postRoot(
        RewardRoot calldata reward,
        address[] calldata signers,
        bytes[] calldata signatures,
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata commitmentSigners
    ) external;

    /// @notice Vetoes the pending root. Callable by the guardian within its term, and by governance.
    function vetoRoot(uint64 epoch, bytes32 root) external;

    /// @notice Pays `account` what it has earned up to a root less what it has got. Callable by everyone; always paid
    /// to the account. Cannot be paused.
    /// @param epoch Epoch of the root.
    /// @param root Any root that took force.
    /// @param cumulative All that the account earned up to it, in wei of TuneToken.
    /// @param proof Proof of its leaf.
    /// @return paid What was paid, 0 when nothing is due.
    function claim(address account, uint64 epoch, bytes32 root, uint256 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 paid);

    /// @notice Pays many accounts that opted in; one that cannot be paid is passed over. Callable by everyone.
    /// @dev Each transfer gets `PUSH_GAS`. Where less is left the whole batch reverts with TooLittleGas, so that nobody
    /// is passed over because of the gas that the sender chose.
    /// @return paid What was paid in all.
    function claimBatch(uint64 epoch, bytes32 root, Claim[] calldata claims) external returns (uint256 paid);

    /// @notice Says whether the caller wants to be paid in batches.
    function setBatchOptIn(bool optedIn) external;

    /// @notice Sets what fees count as seeds, in millionths. Callable by governance.
    function setSeedFactors(uint256 etherFactor, uint256 tokenFactor) external;

    /// @notice What a keeper signs: the EIP-712 digest.
    function rewardRootDigest(RewardRoot calldata reward) external view returns (bytes32);

    /// @notice What the account has got in all, in wei of TuneToken.
    function claimed(address account) external view returns (uint256);

    /// @notice What came in for that epoch alone.
    function fundedFor(uint64 epoch) external view returns (uint256);

    /// @notice The newest root in force; all zero when there is none.
    function newestInForce() external view returns (uint64 epoch, bytes32 root, uint256 totalCumulative);

    /// @notice The root that is posted and not in force yet; all zero when there is none.
    function pendingRoot() external view returns (uint64 epoch, bytes32 root, uint256 totalCumulative, uint64 inForceAt);

    /// @notice Whether the root took force for that epoch, so that claims against it are paid.
    function isInForce(uint64 epoch, bytes32 root) external view returns (bool);

    /// @notice Whether the root was vetoed for that epoch.
    function isVetoed(uint64 epoch, bytes32 root) external view returns (bool);

    /// @notice All that was paid, in wei of TuneToken.
    function totalPaid() external view returns (uint256);

    /// @notice Whether the account wants to be paid in batches.
    function batchOptIn(address account) external view returns (bool);

    /// @notice What fees count as seeds, in millionths.
    function seedFactors() external view returns (uint256 etherFactor, uint256 tokenFactor);

    /// @notice Seconds between posting a root and its taking force while a guardian can veto it. Where the guardian's
    /// term ends before that, as long as governance needs to decide comes on top.
    function delay() external view returns (uint64);
}
