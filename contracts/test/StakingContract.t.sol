// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IStakingContract} from "../src/interfaces/IStakingContract.sol";
import {System} from "./kit/System.sol";

contract StakingContractTest is System {
    address private constant FAN = address(0xfa4);

    function setUp() public override {
        super.setUp();
        assertTrue(token.transfer(FAN, 1_000 ether), "transfer");
        vm.prank(FAN);
        token.approve(address(staking), type(uint256).max);
    }

    function test_events_carry_the_new_total_stake() public {
        vm.startPrank(FAN);
        vm.expectEmit(address(staking));
        emit IStakingContract.Staked(FAN, 10, 10);
        staking.stake(10);
        vm.expectEmit(address(staking));
        emit IStakingContract.Staked(FAN, 5, 15);
        staking.stake(5);
        vm.expectEmit(address(staking));
        emit IStakingContract.Unstaked(FAN, 6, 9, 6, uint64(block.timestamp) + UNSTAKING);
        staking.unstake(6);
        assertEq(staking.stakeOf(FAN), 9, "stake");
        assertEq(staking.totalStaked(), 9, "total");
    }

    function test_a_stake_leaves_only_after_its_delay() public {
        vm.startPrank(FAN);
        staking.stake(10);
        staking.unstake(4);
        uint64 readyAt = uint64(block.timestamp) + UNSTAKING;
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.NotReady.selector, FAN, readyAt));
        staking.withdrawStake();
        vm.warp(readyAt);
        staking.withdrawStake();
        assertEq(token.balanceOf(FAN), 1_000 ether - 6, "balance");
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.NothingToWithdraw.selector, FAN));
        staking.withdrawStake();
    }

    function test_unstaking_again_restarts_the_delay_of_all() public {
        vm.startPrank(FAN);
        staking.stake(10);
        staking.unstake(4);
        vm.warp(block.timestamp + UNSTAKING - 1);
        staking.unstake(1);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IStakingContract.NotReady.selector);
        staking.withdrawStake();
        (uint256 amount,) = staking.unstakingOf(FAN);
        assertEq(amount, 5, "unstaking");
    }

    function test_nobody_unstakes_more_than_it_has() public {
        vm.startPrank(FAN);
        staking.stake(10);
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.InsufficientBalance.selector, FAN, 10, 11));
        staking.unstake(11);
    }

    function test_a_zero_amount_is_refused() public {
        vm.startPrank(FAN);
        vm.expectRevert(IStakingContract.ZeroAmount.selector);
        staking.stake(0);
        vm.expectRevert(IStakingContract.ZeroAmount.selector);
        staking.unstake(0);
        vm.expectRevert(IStakingContract.ZeroAmount.selector);
        staking.bond(0);
        vm.expectRevert(IStakingContract.ZeroAmount.selector);
        staking.startUnbonding(0);
    }

    function test_a_stake_without_the_tokens_is_refused() public {
        vm.prank(FAN);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        staking.stake(1_001 ether);
        assertEq(staking.stakeOf(FAN), 0, "stake");
    }

    function test_a_bond_is_not_a_stake() public {
        vm.startPrank(FAN);
        staking.bond(10);
        assertEq(staking.bondOf(FAN), 10, "bond");
        assertEq(staking.stakeOf(FAN), 0, "stake");
        vm.expectPartialRevert(IStakingContract.InsufficientBalance.selector);
        staking.unstake(1);
    }

    function test_a_bond_leaves_only_after_its_delay() public {
        vm.startPrank(FAN);
        staking.bond(10);
        vm.expectEmit(address(staking));
        emit IStakingContract.UnbondingStarted(FAN, 4, 6, 4, uint64(block.timestamp) + UNBONDING);
        staking.startUnbonding(4);
        assertEq(staking.bondOf(FAN), 6, "bond");
        vm.warp(block.timestamp + UNBONDING - 1);
        vm.expectPartialRevert(IStakingContract.NotReady.selector);
        staking.withdrawBond();
        vm.warp(block.timestamp + 1);
        staking.withdrawBond();
        assertEq(token.balanceOf(FAN), 1_000 ether - 6, "balance");
        (uint256 unbonding, uint64 readyAt) = staking.unbondingOf(FAN);
        assertEq(unbonding + readyAt, 0, "unbonding");
    }

    function testFuzz_stakes_and_bonds_always_equal_the_balance(uint256[12] calldata steps) public {
        uint256 others = token.balanceOf(address(staking));
        vm.startPrank(FAN);
        for (uint256 i = 0; i < steps.length; ++i) {
            _step(steps[i] % 6, steps[i] / 6);
        }
        (uint256 unstaking,) = staking.unstakingOf(FAN);
        (uint256 unbonding,) = staking.unbondingOf(FAN);
        uint256 held = staking.stakeOf(FAN) + staking.bondOf(FAN) + unstaking + unbonding;
        assertEq(token.balanceOf(address(staking)), others + held, "balance");
        assertEq(token.balanceOf(FAN), 1_000 ether - held, "owner");
        assertEq(staking.totalStaked(), staking.stakeOf(FAN), "total");
    }

    function _step(uint256 kind, uint256 amount) private {
        if (kind == 0) {
            uint256 balance = token.balanceOf(FAN);
            if (balance > 0) staking.stake(bound(amount, 1, balance));
        } else if (kind == 1) {
            uint256 balance = token.balanceOf(FAN);
            if (balance > 0) staking.bond(bound(amount, 1, balance));
        } else if (kind == 2) {
            if (staking.stakeOf(FAN) > 0) staking.unstake(bound(amount, 1, staking.stakeOf(FAN)));
        } else if (kind == 3) {
            if (staking.bondOf(FAN) > 0) staking.startUnbonding(bound(amount, 1, staking.bondOf(FAN)));
        } else {
            vm.warp(block.timestamp + UNSTAKING);
            (uint256 unstaking,) = staking.unstakingOf(FAN);
            if (unstaking > 0) staking.withdrawStake();
            (uint256 unbonding,) = staking.unbondingOf(FAN);
            if (unbonding > 0) staking.withdrawBond();
        }
    }
}
