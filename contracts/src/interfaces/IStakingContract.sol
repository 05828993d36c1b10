// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title Stakes of listeners and bonds of keepers, both in TuneToken
/// @notice A stake is a seed of trust for its owner and has a vote; a bond answers for what a keeper signs and has none.
/// Neither can be moved to another account, and both leave only after a delay. Votes are OpenZeppelin's (ERC-5805):
/// they count for whom the owner has delegated to, by timestamps, and stop counting when unstaking starts.
/// @dev Every event carries the account's new total, so that the lowest stake within any period can be read from
/// events alone.
interface IStakingContract {
    /// @notice Tokens were staked.
    /// @param account Owner of the stake.
    /// @param amount What was added, in wei of TuneToken.
    /// @param totalStake The account's stake after it.
    event Staked(address indexed account, uint256 amount, uint256 totalStake);

    /// @notice A part of a stake stopped counting and waits to be withdrawn.
    /// @param account Owner of the stake.
    /// @param amount What was taken off, in wei of TuneToken.
    /// @param totalStake The account's stake after it.
    /// @param unstaking All that waits to be withdrawn.
    /// @param readyAt When all of it can be withdrawn, in seconds UTC.
    event Unstaked(address indexed account, uint256 amount, uint256 totalStake, uint256 unstaking, uint64 readyAt);

    /// @notice Unstaked tokens were paid out to their owner.
    event StakeWithdrawn(address indexed account, uint256 amount);

    /// @notice A keeper's bond grew.
    /// @param keeper Owner of the bond.
    /// @param amount What was added, in wei of TuneToken.
    /// @param totalBond The bond of which no part is unbonding, after it.
    event Bonded(address indexed keeper, uint256 amount, uint256 totalBond);

    /// @notice A part of a bond stopped backing signatures and waits to be withdrawn.
    /// @param keeper Owner of the bond.
    /// @param amount What was taken off, in wei of TuneToken.
    /// @param totalBond The bond of which no part is unbonding, after it.
    /// @param unbonding All that waits to be withdrawn.
    /// @param readyAt When all of it can be withdrawn, in seconds UTC.
    event UnbondingStarted(
        address indexed keeper, uint256 amount, uint256 totalBond, uint256 unbonding, uint64 readyAt
    );

    /// @notice Unbonded tokens were paid out to their owner.
    event BondWithdrawn(address indexed keeper, uint256 amount);

    /// @notice A keeper lost a part of its bond.
    /// @param keeper Owner of the bond.
    /// @param amount What it lost, in wei of TuneToken.
    /// @param totalBond The bond of which no part is unbonding, after it.
    /// @param unbonding All that waits to be withdrawn, after it.
    event Slashed(address indexed keeper, uint256 amount, uint256 totalBond, uint256 unbonding);

    /// @notice What one slash took was paid and burned.
    /// @param to Who got the bounty; zero when nobody did.
    /// @param amount The bounty, in wei of TuneToken.
    /// @param burned What was burned, in wei of TuneToken.
    event BountyPaid(address indexed to, uint256 amount, uint256 burned);

    /// @notice Emitted once, with what can never change: seconds that a stake and a bond wait to be withdrawn.
    event ParametersSet(uint64 unstakingDelay, uint64 unbondingDelay);

    /// @notice Emitted once, with who slashes for ever.
    event SlasherSet(address indexed slasher);

    /// @notice The amount is zero; send a positive one.
    error ZeroAmount();

    /// @notice The account has less than what it wants to take off.
    error InsufficientBalance(address account, uint256 available, uint256 wanted);

    /// @notice Nothing waits to be withdrawn.
    error NothingToWithdraw(address account);

    /// @notice The delay is not over; come back at `readyAt`.
    error NotReady(address account, uint64 readyAt);

    /// @notice Only RecommendationGraph slashes.
    error NotSlasher(address caller);

    /// @notice Nobody could ever slash.
    error NoSlasher();

    /// @notice A fraction in hundredths of a percent is at most 10,000.
    error BadFraction(uint16 bps);

    /// @notice Adds to the caller's stake. Callable by everyone who approved `amount` before.
    function stake(uint256 amount) external;

    /// @notice Takes `amount` off the caller's stake at once; it can be withdrawn after `unstakingDelay`. Starting
    /// again restarts the delay of all that waits.
    function unstake(uint256 amount) external;

    /// @notice Pays the caller all that it unstaked, once the delay is over.
    function withdrawStake() external;

    /// @notice Adds to the caller's bond. Callable by everyone who approved `amount` before; only a keeper needs it.
    function bond(uint256 amount) external;

    /// @notice Takes `amount` off the caller's bond at once; it can be withdrawn after `unbondingDelay`. Starting
    /// again restarts the delay of all that waits.
    function startUnbonding(uint256 amount) external;

    /// @notice Pays the caller all that it unbonded, once the delay is over.
    function withdrawBond() external;

    /// @notice Takes a part of each keeper's whole bond, what is unbonding included: `bps` ten-thousandths, rounded down,
    /// from what counts first. `bountyBps` ten-thousandths of the sum, rounded down, go to `bountyTo` (to nobody when
    /// that is zero), and the rest is burned. Callable by RecommendationGraph.
    /// @return total What was taken from all of them, in wei of TuneToken.
    function slash(address[] calldata keepers, uint16 bps, address bountyTo, uint16 bountyBps)
        external
        returns (uint256 total);

    /// @notice Who slashes: RecommendationGraph.
    function slasher() external view returns (address);

    /// @notice The stake of `account` that counts now.
    function stakeOf(address account) external view returns (uint256);

    /// @notice What `account` has unstaked and not withdrawn, and when it can.
    function unstakingOf(address account) external view returns (uint256 amount, uint64 readyAt);

    /// @notice The bond of `keeper` of which no part is unbonding: what backs its next signature.
    function bondOf(address keeper) external view returns (uint256);

    /// @notice What `keeper` is unbonding and has not withdrawn, and when it can.
    function unbondingOf(address keeper) external view returns (uint256 amount, uint64 readyAt);

    /// @notice Sum of all stakes that count now, delegated or not.
    function totalStaked() external view returns (uint256);

    /// @notice Seconds between unstaking and withdrawal.
    function unstakingDelay() external view returns (uint64);

    /// @notice Seconds between the start of unbonding and withdrawal; longer than an epoch can be pending.
    function unbondingDelay() external view returns (uint64);
}
