// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {IStakingContract} from "./interfaces/IStakingContract.sol";

/// @title Stakes and keeper bonds
/// @notice What it promises is said in IStakingContract.
contract StakingContract is IStakingContract, Votes, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What counts is alone in its slot, because a commit reads it for each signer.
    struct Position {
        uint256 counting;
        uint192 leaving;
        uint64 readyAt;
    }

    uint256 private constant WHOLE_BPS = 10_000;

    /// @notice The token that is staked and bonded.
    IERC20 public immutable token;

    /// @inheritdoc IStakingContract
    address public immutable slasher;

    /// @inheritdoc IStakingContract
    uint64 public immutable unstakingDelay;

    /// @inheritdoc IStakingContract
    uint64 public immutable unbondingDelay;

    mapping(address account => Position) private _stakes;
    mapping(address keeper => Position) private _bonds;

    /// @param token_ TuneToken.
    /// @param slasher_ RecommendationGraph, whose address is computed before it is deployed.
    /// @param unstakingDelay_ Seconds that a stake waits to be withdrawn.
    /// @param unbondingDelay_ Seconds that a bond waits; longer than an epoch can be pending.
    constructor(IERC20 token_, address slasher_, uint64 unstakingDelay_, uint64 unbondingDelay_)
        EIP712("TuneFi StakingContract", "1")
    {
        if (slasher_ == address(0)) revert NoSlasher();
        token = token_;
        slasher = slasher_;
        unstakingDelay = unstakingDelay_;
        unbondingDelay = unbondingDelay_;
        emit ParametersSet(unstakingDelay_, unbondingDelay_);
        emit SlasherSet(slasher_);
    }

    /// @inheritdoc IStakingContract
    function stake(uint256 amount) external nonReentrant {
        uint256 total = _enter(_stakes[msg.sender], amount);
        _transferVotingUnits(address(0), msg.sender, amount);
        emit Staked(msg.sender, amount, total);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakingContract
    function unstake(uint256 amount) external {
        Position storage position = _stakes[msg.sender];
        _startLeaving(position, amount, unstakingDelay);
        _transferVotingUnits(msg.sender, address(0), amount);
        emit Unstaked(msg.sender, amount, position.counting, position.leaving, position.readyAt);
    }

    /// @inheritdoc IStakingContract
    function withdrawStake() external nonReentrant {
        uint256 amount = _leave(_stakes[msg.sender]);
        emit StakeWithdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakingContract
    function bond(uint256 amount) external nonReentrant {
        uint256 total = _enter(_bonds[msg.sender], amount);
        emit Bonded(msg.sender, amount, total);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakingContract
    function startUnbonding(uint256 amount) external {
        Position storage position = _bonds[msg.sender];
        _startLeaving(position, amount, unbondingDelay);
        emit UnbondingStarted(msg.sender, amount, position.counting, position.leaving, position.readyAt);
    }

    /// @inheritdoc IStakingContract
    function withdrawBond() external nonReentrant {
        uint256 amount = _leave(_bonds[msg.sender]);
        emit BondWithdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakingContract
    function slash(address[] calldata keepers, uint16 bps, address bountyTo, uint16 bountyBps)
        external
        nonReentrant
        returns (uint256 total)
    {
        if (msg.sender != slasher) revert NotSlasher(msg.sender);
        if (bps > WHOLE_BPS) revert BadFraction(bps);
        if (bountyBps > WHOLE_BPS) revert BadFraction(bountyBps);
        for (uint256 i = 0; i < keepers.length; ++i) {
            total += _slashBond(keepers[i], bps);
        }
        uint256 bounty = bountyTo == address(0) ? 0 : total * bountyBps / WHOLE_BPS;
        emit BountyPaid(bountyTo, bounty, total - bounty);
        ERC20Burnable(address(token)).burn(total - bounty);
        if (bounty > 0) token.safeTransfer(bountyTo, bounty);
    }

    /// @inheritdoc IStakingContract
    function totalStaked() external view returns (uint256) {
        return _getTotalSupply();
    }

    /// @inheritdoc IStakingContract
    function stakeOf(address account) external view returns (uint256) {
        return _stakes[account].counting;
    }

    /// @inheritdoc IStakingContract
    function unstakingOf(address account) external view returns (uint256 amount, uint64 readyAt) {
        Position storage position = _stakes[account];
        return (position.leaving, position.readyAt);
    }

    /// @inheritdoc IStakingContract
    function bondOf(address keeper) external view returns (uint256) {
        return _bonds[keeper].counting;
    }

    /// @inheritdoc IStakingContract
    function unbondingOf(address keeper) external view returns (uint256 amount, uint64 readyAt) {
        Position storage position = _bonds[keeper];
        return (position.leaving, position.readyAt);
    }

    /// @notice The clock of votes: seconds UTC, as TuneToken's.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock's description (ERC-6372).
    // slither-disable-next-line naming-convention (the name is of ERC-6372)
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev Stakes vote, bonds do not.
    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _stakes[account].counting;
    }

    function _slashBond(address keeper, uint256 bps) private returns (uint256 amount) {
        Position storage position = _bonds[keeper];
        (uint256 counting, uint256 leaving) = (position.counting, position.leaving);
        amount = (counting + leaving) * bps / WHOLE_BPS;
        uint256 fromCounting = Math.min(amount, counting);
        counting -= fromCounting;
        leaving -= amount - fromCounting;
        position.counting = counting;
        position.leaving = leaving.toUint192();
        if (leaving == 0) position.readyAt = 0;
        emit Slashed(keeper, amount, counting, leaving);
    }

    function _enter(Position storage position, uint256 amount) private returns (uint256 total) {
        if (amount == 0) revert ZeroAmount();
        total = position.counting + amount;
        position.counting = total;
    }

    function _startLeaving(Position storage position, uint256 amount, uint64 delay) private {
        if (amount == 0) revert ZeroAmount();
        uint256 counting = position.counting;
        if (counting < amount) revert InsufficientBalance(msg.sender, counting, amount);
        position.counting = counting - amount;
        position.leaving += amount.toUint192();
        position.readyAt = (block.timestamp + delay).toUint64();
    }

    function _leave(Position storage position) private returns (uint256 amount) {
        amount = position.leaving;
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        uint64 readyAt = position.readyAt;
        if (block.timestamp < readyAt) revert NotReady(msg.sender, readyAt);
        position.leaving = 0;
        position.readyAt = 0;
    }
}
