// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IStakingContract} from "./interfaces/IStakingContract.sol";

/// @title Stakes and keeper bonds
/// @notice What it promises is said in IStakingContract.
contract StakingContract is IStakingContract {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What counts is alone in its slot, because a commit reads it for each signer.
    struct Position {
        uint256 counting;
        uint128 leaving;
        uint64 readyAt;
    }

    /// @notice The token that is staked and bonded.
    IERC20 public immutable token;

    /// @inheritdoc IStakingContract
    uint64 public immutable unstakingDelay;

    /// @inheritdoc IStakingContract
    uint64 public immutable unbondingDelay;

    /// @inheritdoc IStakingContract
    uint256 public totalStaked;

    mapping(address account => Position) private _stakes;
    mapping(address keeper => Position) private _bonds;

    /// @param token_ TuneToken.
    /// @param unstakingDelay_ Seconds that a stake waits to be withdrawn.
    /// @param unbondingDelay_ Seconds that a bond waits; longer than an epoch can be pending.
    constructor(IERC20 token_, uint64 unstakingDelay_, uint64 unbondingDelay_) {
        token = token_;
        unstakingDelay = unstakingDelay_;
        unbondingDelay = unbondingDelay_;
        emit ParametersSet(unstakingDelay_, unbondingDelay_);
    }

    /// @inheritdoc IStakingContract
    function stake(uint256 amount) external {
        uint256 total = _enter(_stakes[msg.sender], amount);
        totalStaked += amount;
        emit Staked(msg.sender, amount, total);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakingContract
    function unstake(uint256 amount) external {
        Position storage position = _stakes[msg.sender];
        _startLeaving(position, amount, unstakingDelay);
        totalStaked -= amount;
        emit Unstaked(msg.sender, amount, position.counting, position.leaving, position.readyAt);
    }

    /// @inheritdoc IStakingContract
    function withdrawStake() external {
        uint256 amount = _leave(_stakes[msg.sender]);
        emit StakeWithdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakingContract
    function bond(uint256 amount) external {
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
    function withdrawBond() external {
        uint256 amount = _leave(_bonds[msg.sender]);
        emit BondWithdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
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
        position.leaving += amount.toUint128();
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
