// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IRecommendationGraph} from "./IRecommendationGraph.sol";

/// @title What keepers withhold can be demanded
/// @notice Everyone may demand a track, and each address its own list, for `window` seconds after the commit; whoever got
/// a list by a demand may demand tracks until `challengeTime` after that answer. Keepers answer within `answerTime`, by
/// publishing the opening in an event; otherwise everyone may call {expireDemand}. One thing is demanded once in an
/// epoch.
/// @dev Ether comes in as deposits and leaves through {withdrawEther} or is burned; what is held is the sum of open
/// deposits and of all {etherOf}.
interface IDemands is IRecommendationGraph {
    /// @notice Where a demand stands. A deposit is returned when the epoch became invalid while the demand was open.
    enum DemandState {
        None,
        Open,
        Answered,
        Returned
    }

    /// @notice A demand.
    /// @param demander Who paid the deposit.
    /// @param answerBy Last second at which it can be answered.
    /// @param state Where it stands.
    /// @param deposit In wei of ether.
    /// @param epoch The epoch whose data is demanded.
    /// @param tracksUntil Before this second the demander, who got a list, may demand tracks; zero otherwise.
    struct Demand {
        address demander;
        uint64 answerBy;
        DemandState state;
        uint128 deposit;
        uint64 epoch;
        uint64 tracksUntil;
    }

    /// @notice A track was demanded.
    event TrackDemanded(
        bytes32 indexed demandId,
        uint64 indexed epoch,
        uint32 row,
        address indexed demander,
        uint256 deposit,
        uint64 answerBy
    );

    /// @notice A listener demanded its list.
    event ListenerDemanded(
        bytes32 indexed demandId, uint64 indexed epoch, address indexed listener, uint256 deposit, uint64 answerBy
    );

    /// @notice A demand for a track was answered: all that a challenge needs.
    event TrackAnswered(
        bytes32 indexed demandId, uint64 indexed epoch, address indexed answerer, TrackOpening opening, bytes32[] proof
    );

    /// @notice A listener's demand was answered by its opening: all that a challenge needs.
    event ListenerAnswered(
        bytes32 indexed demandId,
        uint64 indexed epoch,
        address indexed answerer,
        ListenerOpening opening,
        bytes32[] proof
    );

    /// @notice A listener's demand was answered by a proof that it has no leaf.
    event AbsenceAnswered(
        bytes32 indexed demandId,
        uint64 indexed epoch,
        address indexed answerer,
        ListenerLeaf[] neighbours,
        bytes32[][] proofs
    );

    /// @notice A demand was not answered in time: its epoch became invalid.
    event DemandExpired(bytes32 indexed demandId, uint64 indexed epoch, address indexed by);

    /// @notice The deposit of a demand that was open when its epoch became invalid was credited to the demander.
    event DepositReturned(bytes32 indexed demandId, address indexed demander, uint256 amount);

    /// @notice The deposit of an answered demand was credited to the answerer, a signer of the epoch.
    event DepositEarned(bytes32 indexed demandId, address indexed answerer, uint256 amount);

    /// @notice The deposit of a demand that no signer answered was burned.
    event DepositBurned(bytes32 indexed demandId, uint256 amount);

    /// @notice What was sent above the deposit was credited to the sender.
    event ExcessCredited(address indexed account, uint256 amount);

    /// @notice Credited ether was paid out.
    event EtherWithdrawn(address indexed account, address indexed to, uint256 amount);

    /// @notice The least deposit changed, in wei of ether.
    event MinDepositSet(uint128 minDepositWei);

    /// @notice The time for this demand is over.
    error DemandsClosed(uint64 epoch);

    /// @notice Rows are below `tracks`.
    error NoSuchTrack(uint32 row, uint32 tracks);

    /// @notice This was demanded in this epoch before; look for its answer.
    error AlreadyDemanded(bytes32 demandId);

    /// @notice The deposit is too small; the base fee may have risen.
    error DepositTooSmall(uint256 needed, uint256 found);

    /// @notice There is no such demand or it is answered or returned.
    error DemandNotOpen(bytes32 demandId, DemandState state);

    /// @notice It could be answered until `answerBy`.
    error AnswerTooLate(bytes32 demandId, uint64 answerBy);

    /// @notice It can still be answered, until `answerBy`.
    error AnswerStillPossible(bytes32 demandId, uint64 answerBy);

    /// @notice The opening is not the leaf's or has bad form, or the neighbours do not prove absence.
    error NotAnAnswer();

    /// @notice Deposits return only when the epoch is invalid.
    error EpochNotInvalid(uint64 epoch, EpochState state);

    /// @notice Nothing is credited to the account.
    error NothingCredited(address account);

    /// @notice Demands the track at `row`. Callable by everyone for `window` seconds after the commit, and by whoever got
    /// a list by a demand until `challengeTime` after it. Send {trackDeposit}; what is above it is credited back.
    /// @return demandId {trackDemandId} of it.
    function demandTrack(Commitment calldata commitment, address[] calldata signers, uint32 row)
        external
        payable
        returns (bytes32 demandId);

    /// @notice Demands the caller's own list. Callable by everyone for `window` seconds after the commit. Send
    /// {listenerDeposit}; what is above it is credited back.
    /// @return demandId {listenerDemandId} of it.
    function demandListener(Commitment calldata commitment, address[] calldata signers)
        external
        payable
        returns (bytes32 demandId);

    /// @notice Answers the demand for a track with its opening. Callable by everyone; the deposit pays a signer of the
    /// epoch and is otherwise burned.
    function answerTrack(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata opening,
        bytes32[] calldata proof
    ) external;

    /// @notice Answers the listener's demand with its opening. Callable by everyone; the deposit pays a signer of the
    /// epoch and is otherwise burned.
    function answerListener(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata proof
    ) external;

    /// @notice Answers the listener's demand with the proof that it has no leaf; see {verifyListenerAbsence}. Callable by
    /// everyone; the deposit pays a signer of the epoch and is otherwise burned.
    function answerAbsence(
        Commitment calldata commitment,
        address[] calldata signers,
        address listener,
        ListenerLeaf[] calldata neighbours,
        bytes32[][] calldata proofs
    ) external;

    /// @notice Makes the epoch of a demand that was not answered in time invalid: each signer loses the withholding
    /// penalty, all of it burned, and leaves the set. The deposit is credited to the demander. Callable by everyone.
    function expireDemand(Commitment calldata commitment, address[] calldata signers, bytes32 demandId) external;

    /// @notice Credits the deposit of a demand that was open when its epoch became invalid to the demander. Callable by
    /// everyone.
    function reclaimDeposit(bytes32 demandId) external;

    /// @notice Pays the caller's credited ether to `to`.
    function withdrawEther(address payable to) external;

    /// @notice Sets the least deposit, which is to cover data fees. Callable by governance.
    function setMinDeposit(uint128 minDepositWei) external;

    /// @notice A demand, by its id.
    function demandOf(bytes32 demandId)
        external
        view
        returns (
            address demander,
            uint64 answerBy,
            DemandState state,
            uint128 deposit,
            uint64 epoch,
            uint64 tracksUntil
        );

    /// @notice Id of the demand for a track.
    function trackDemandId(uint64 epoch, uint32 row) external pure returns (bytes32);

    /// @notice Id of a listener's demand for its list.
    function listenerDemandId(uint64 epoch, address listener) external pure returns (bytes32);

    /// @notice How many demands of the epoch are neither answered nor expired.
    function openDemands(uint64 epoch) external view returns (uint32);

    /// @notice First second at which demands of the epoch are refused, but those of who got a list by a demand.
    function demandsUntil(uint64 epoch) external view returns (uint64);

    /// @notice The deposit for a track at the base fee of this block, in wei of ether.
    function trackDeposit() external view returns (uint256);

    /// @notice The deposit for a list at the base fee of this block, in wei of ether.
    function listenerDeposit() external view returns (uint256);

    /// @notice What `account` can withdraw, in wei of ether.
    function etherOf(address account) external view returns (uint256);

    /// @notice The least deposit, in wei of ether; set by governance.
    function minDeposit() external view returns (uint128);

    /// @notice A deposit is at least this many times the base fee of the largest answer.
    function depositGasMultiple() external view returns (uint32);

    /// @notice What signers lose when a demand is not answered, in ten-thousandths of their bonds.
    function withholdingPenaltyBps() external view returns (uint16);
}
