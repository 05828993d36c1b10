// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {StakingContract} from "../src/StakingContract.sol";
import {IStakingContract} from "../src/interfaces/IStakingContract.sol";
import {VotingSystem} from "./kit/VotingSystem.sol";

contract StakingContractTest is VotingSystem {
    function setUp() public override {
        super.setUp();
        _endow(FAN, 1_000 ether);
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

    function test_every_move_of_a_bond_and_every_payment_is_told() public {
        vm.startPrank(FAN);
        vm.expectEmit(address(staking));
        emit IStakingContract.Bonded(FAN, 10, 10);
        staking.bond(10);
        vm.expectEmit(address(staking));
        emit IStakingContract.Bonded(FAN, 5, 15);
        staking.bond(5);
        staking.startUnbonding(4);
        staking.stake(7);
        staking.unstake(3);
        vm.warp(block.timestamp + UNSTAKING);
        vm.expectEmit(address(staking));
        emit IStakingContract.BondWithdrawn(FAN, 4);
        staking.withdrawBond();
        vm.expectEmit(address(staking));
        emit IStakingContract.StakeWithdrawn(FAN, 3);
        staking.withdrawStake();
    }

    function test_a_stake_votes_until_unstaking_starts() public {
        vm.startPrank(FAN);
        staking.stake(10);
        assertEq(staking.getVotes(FAN), 10, "staked");
        vm.warp(block.timestamp + 1);
        staking.unstake(4);
        assertEq(staking.getVotes(FAN), 6, "unstaking");
        vm.warp(block.timestamp + 1);
        assertEq(staking.getPastVotes(FAN, START), 10, "past votes");
        assertEq(staking.getPastTotalSupply(START), 10, "past total");
        assertEq(staking.getPastTotalSupply(START + 1), 6, "past total after");
        vm.warp(block.timestamp + UNSTAKING);
        staking.withdrawStake();
        assertEq(staking.getVotes(FAN), 6, "withdrawn");
    }

    function test_a_stake_votes_for_its_delegate_and_nobody_by_itself() public {
        vm.startPrank(FAN);
        staking.delegate(address(0));
        staking.stake(10);
        assertEq(staking.getVotes(FAN), 0, "no delegate");
        staking.delegate(OTHER);
        assertEq(staking.getVotes(OTHER), 10, "delegate");
        assertEq(staking.stakeOf(OTHER), 0, "a delegate owns nothing");
        assertEq(staking.stakeOf(FAN), 10, "the owner owns it still");
        staking.unstake(10);
        assertEq(staking.getVotes(OTHER), 0, "after unstaking");
    }

    function test_bonds_have_no_votes() public {
        vm.startPrank(FAN);
        staking.bond(10);
        staking.startUnbonding(4);
        assertEq(staking.getVotes(FAN), 0, "votes");
        assertEq(staking.totalStaked(), 0, "total");
    }

    function test_the_clock_is_the_tokens() public view {
        assertEq(staking.CLOCK_MODE(), token.CLOCK_MODE(), "mode");
        assertEq(staking.clock(), token.clock(), "clock");
    }

    function test_a_slash_takes_what_counts_first_and_reaches_what_is_unbonding() public {
        vm.startPrank(FAN);
        staking.bond(100);
        staking.startUnbonding(60);
        vm.stopPrank();
        uint64 readyAt = uint64(block.timestamp) + UNBONDING;
        vm.expectEmit(address(staking));
        emit IStakingContract.Slashed(FAN, 50, 0, 50);
        vm.expectEmit(address(staking));
        emit IStakingContract.BountyPaid(OTHER, 25, 25);
        assertEq(_slash(FAN, 5_000, OTHER, 5_000), 50, "total");
        assertEq(token.balanceOf(OTHER), 25, "bounty");
        assertEq(token.totalSupply(), SUPPLY - 25, "burned");
        assertEq(staking.bondOf(FAN), 0, "counting");
        (uint256 unbonding, uint64 ready) = staking.unbondingOf(FAN);
        assertEq(unbonding, 50, "unbonding");
        assertEq(ready, readyAt, "the delay stays");
        vm.warp(readyAt);
        vm.prank(FAN);
        staking.withdrawBond();
        assertEq(token.balanceOf(FAN), 1_000 ether - 50, "what is left");
    }

    function test_a_whole_bond_can_be_slashed_and_bonded_anew() public {
        vm.startPrank(FAN);
        staking.bond(100);
        staking.startUnbonding(60);
        vm.stopPrank();
        assertEq(_slash(FAN, 10_000, OTHER, 10_000), 100, "total");
        (uint256 unbonding, uint64 readyAt) = staking.unbondingOf(FAN);
        assertEq(unbonding + readyAt + staking.bondOf(FAN), 0, "nothing is left");
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.NothingToWithdraw.selector, FAN));
        staking.withdrawBond();
        staking.bond(5);
        assertEq(staking.bondOf(FAN), 5, "anew");
    }

    function test_without_a_bounty_all_is_burned() public {
        vm.prank(FAN);
        staking.bond(100);
        vm.expectEmit(address(staking));
        emit IStakingContract.BountyPaid(address(0), 0, 33);
        assertEq(_slash(FAN, 3_300, address(0), 5_000), 33, "total");
        assertEq(token.totalSupply(), SUPPLY - 33, "supply");
    }

    function test_several_keepers_are_slashed_at_once_and_stakes_are_not_touched() public {
        _endow(OTHER, 1_000 ether);
        vm.prank(OTHER);
        staking.bond(31);
        vm.startPrank(FAN);
        staking.bond(11);
        staking.stake(10);
        vm.stopPrank();
        address[] memory keepers = new address[](2);
        (keepers[0], keepers[1]) = (FAN, OTHER);
        vm.prank(SLASHER);
        assertEq(staking.slash(keepers, 5_000, address(this), 5_000), 5 + 15, "each rounded down");
        assertEq(staking.stakeOf(FAN), 10, "stake");
        assertEq(staking.getVotes(FAN), 10, "votes");
        assertEq(token.balanceOf(address(staking)), 11 + 10 + 31 - 20, "balance");
    }

    function test_a_keeper_without_a_bond_loses_nothing() public {
        assertEq(_slash(FAN, 10_000, OTHER, 5_000), 0, "total");
        assertEq(token.totalSupply(), SUPPLY, "supply");
    }

    function test_only_the_slasher_slashes() public {
        address[] memory keepers = new address[](1);
        address[3] memory callers = [FAN, address(timelock), address(governance)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IStakingContract.NotSlasher.selector, callers[i]));
            staking.slash(keepers, 1, FAN, 1);
        }
    }

    function test_more_than_the_whole_is_never_slashed() public {
        address[] memory keepers = new address[](1);
        vm.startPrank(SLASHER);
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.BadFraction.selector, 10_001));
        staking.slash(keepers, 10_001, FAN, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakingContract.BadFraction.selector, 10_001));
        staking.slash(keepers, 0, FAN, 10_001);
    }

    function test_a_contract_that_nobody_could_slash_is_refused() public {
        vm.expectRevert(IStakingContract.NoSlasher.selector);
        new StakingContract(token, address(0), UNSTAKING, UNBONDING);
    }

    function test_what_can_never_change_is_told_at_the_start() public {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectEmit(next);
        emit IStakingContract.ParametersSet(UNSTAKING, UNBONDING);
        vm.expectEmit(next);
        emit IStakingContract.SlasherSet(SLASHER);
        StakingContract another = new StakingContract(token, SLASHER, UNSTAKING, UNBONDING);
        assertEq(another.slasher(), SLASHER, "slasher");
        assertEq(address(another.token()), address(token), "token");
    }

    function testFuzz_a_slash_is_exact(uint128 counting, uint128 leaving, uint16 bps, uint16 bountyBps) public {
        counting = uint128(bound(counting, 1, 500 ether));
        leaving = uint128(bound(leaving, 1, counting));
        (bps, bountyBps) = (uint16(bound(bps, 0, 10_000)), uint16(bound(bountyBps, 0, 10_000)));
        vm.startPrank(FAN);
        staking.bond(counting);
        staking.startUnbonding(leaving);
        vm.stopPrank();
        uint256 amount = uint256(counting) * bps / 10_000;
        assertEq(_slash(FAN, bps, OTHER, bountyBps), amount, "amount");
        (uint256 unbonding,) = staking.unbondingOf(FAN);
        assertEq(staking.bondOf(FAN) + unbonding, counting - amount, "left");
        uint256 staying = counting - leaving;
        assertEq(staking.bondOf(FAN), staying > amount ? staying - amount : 0, "counting goes first");
        uint256 bounty = amount * bountyBps / 10_000;
        assertEq(token.balanceOf(OTHER), bounty, "bounty");
        assertEq(token.totalSupply(), SUPPLY - (amount - bounty), "supply");
        assertEq(token.balanceOf(address(staking)), counting - amount, "balance");
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
