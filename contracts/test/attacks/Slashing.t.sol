// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {StakingContract} from "../../src/StakingContract.sol";
import {IStakingContract} from "../../src/interfaces/IStakingContract.sol";
import {CallingCoin} from "../kit/Currencies.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

contract Reenterer {
    StakingContract private staking;
    bytes[] private calls;
    bytes4[] public reasons;

    function arm(StakingContract staking_, bytes calldata call_) external {
        staking = staking_;
        calls.push(call_);
    }

    function run(address target, bytes calldata data) external {
        (bool done,) = target.call(data);
        require(done, "run");
    }

    function onPaid() external {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done, bytes memory reason) = address(staking).call(calls[i]);
            reasons.push(done ? bytes4(0) : bytes4(reason));
        }
    }

    function count() external view returns (uint256) {
        return reasons.length;
    }
}

/// @title Bonds that try not to be there when they are slashed
contract SlashingAttacks is VotingSystem {
    function setUp() public override {
        super.setUp();
        _endow(FAN, 1_000 ether);
        vm.prank(FAN);
        staking.bond(1_000 ether);
    }

    function _assertSlashedToHalf() private {
        assertEq(_slash(FAN, 5_000, OTHER, 5_000), 500 ether, "slashed");
        (uint256 unbonding,) = staking.unbondingOf(FAN);
        assertEq(staking.bondOf(FAN) + unbonding, 500 ether, "left");
    }

    function test_a_slash_is_not_dodged_by_unbonding_first() public {
        vm.prank(FAN);
        staking.startUnbonding(1_000 ether);
        _assertSlashedToHalf();
    }

    function test_a_slash_is_not_dodged_by_unbonding_in_parts_until_the_last_second() public {
        vm.startPrank(FAN);
        staking.startUnbonding(999 ether);
        vm.warp(block.timestamp + UNBONDING - 1);
        vm.expectPartialRevert(IStakingContract.NotReady.selector);
        staking.withdrawBond();
        vm.stopPrank();
        _assertSlashedToHalf();
    }

    function test_a_later_unbonding_does_not_free_an_earlier_one() public {
        vm.startPrank(FAN);
        staking.startUnbonding(999 ether);
        vm.warp(block.timestamp + UNBONDING - 1);
        staking.startUnbonding(1);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IStakingContract.NotReady.selector);
        staking.withdrawBond();
        vm.stopPrank();
        _assertSlashedToHalf();
    }

    function test_a_slash_is_not_dodged_by_delegating_or_transferring() public {
        vm.startPrank(FAN);
        staking.delegate(OTHER);
        token.delegate(OTHER);
        vm.expectRevert();
        token.transfer(OTHER, 1);
        vm.expectRevert();
        token.transferFrom(address(staking), OTHER, 1);
        vm.expectRevert();
        staking.withdrawBond();
        vm.expectRevert();
        staking.unstake(1);
        vm.stopPrank();
        _assertSlashedToHalf();
    }

    function test_a_bridge_cannot_burn_a_bond_away() public {
        vm.expectRevert();
        vm.prank(BRIDGE);
        token.crosschainBurn(address(staking), 1);
        _assertSlashedToHalf();
    }

    function test_a_slash_takes_from_no_other_keeper_and_no_stake() public {
        _endow(OTHER, 10 ether);
        vm.startPrank(OTHER);
        staking.bond(5 ether);
        staking.stake(5 ether);
        vm.stopPrank();
        _slash(FAN, 10_000, address(0), 0);
        assertEq(staking.bondOf(OTHER), 5 ether, "bond");
        vm.startPrank(OTHER);
        staking.startUnbonding(5 ether);
        staking.unstake(5 ether);
        vm.warp(block.timestamp + UNSTAKING);
        staking.withdrawBond();
        staking.withdrawStake();
        assertEq(token.balanceOf(OTHER), 10 ether, "all of it");
    }

    function test_dust_is_never_slashed_above_what_there_is() public {
        _endow(OTHER, 1);
        vm.prank(OTHER);
        staking.bond(1);
        assertEq(_slash(OTHER, 9_999, address(this), 10_000), 0, "rounded down");
        assertEq(_slash(OTHER, 10_000, address(this), 5_000), 1, "whole");
        assertEq(token.totalSupply(), SUPPLY - 1, "half of one wei is burned");
    }

    function test_a_bounty_paid_into_the_staking_contract_is_nobodys() public {
        _slash(FAN, 5_000, address(staking), 5_000);
        assertEq(token.balanceOf(address(staking)), 750 ether, "bond and bounty");
        assertEq(staking.totalStaked(), 0, "stakes");
        vm.prank(FAN);
        staking.startUnbonding(500 ether);
        assertEq(staking.bondOf(FAN), 0, "no more than the bond leaves");
    }

    function test_no_payment_can_be_reentered_even_by_a_token_with_hooks() public {
        CallingCoin coin = new CallingCoin();
        Reenterer reenterer = new Reenterer();
        StakingContract target = new StakingContract(IERC20(address(coin)), address(reenterer), 0, 0);
        coin.mint(address(reenterer), 100);
        reenterer.run(address(coin), abi.encodeCall(IERC20.approve, (address(target), 100)));
        reenterer.run(address(target), abi.encodeCall(target.stake, (50)));
        reenterer.run(address(target), abi.encodeCall(target.bond, (50)));
        reenterer.run(address(target), abi.encodeCall(target.unstake, (50)));
        reenterer.run(address(target), abi.encodeCall(target.startUnbonding, (20)));
        reenterer.arm(target, abi.encodeCall(target.withdrawStake, ()));
        reenterer.arm(target, abi.encodeCall(target.withdrawBond, ()));
        reenterer.arm(target, abi.encodeCall(target.stake, (1)));
        reenterer.arm(target, abi.encodeCall(target.bond, (1)));
        reenterer.arm(target, abi.encodeCall(target.slash, (new address[](0), 1, address(0), 1)));
        coin.callOnTransfer(address(reenterer), abi.encodeCall(reenterer.onPaid, ()));
        reenterer.run(address(target), abi.encodeCall(target.withdrawStake, ()));
        coin.callOnTransfer(address(reenterer), abi.encodeCall(reenterer.onPaid, ()));
        address[] memory keepers = new address[](1);
        keepers[0] = address(reenterer);
        reenterer.run(address(target), abi.encodeCall(target.slash, (keepers, 5_000, address(reenterer), 5_000)));
        assertEq(reenterer.count(), 10, "tried each twice");
        for (uint256 i = 0; i < 10; ++i) {
            bytes4 refused = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
            assertEq(bytes32(reenterer.reasons(i)), bytes32(refused), "refused");
        }
        assertEq(coin.balanceOf(address(target)), 25, "what is left of the bond");
    }
}
