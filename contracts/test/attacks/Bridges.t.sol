// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {Roles} from "../../src/Roles.sol";
import {ITuneToken} from "../../src/interfaces/ITuneToken.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @title Bridges that create or burn what they may not
contract BridgeAttacks is VotingSystem {
    function _expectRefused(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
    }

    function test_without_the_role_nothing_is_created_or_burned() public {
        address[4] memory callers = [FAN, GUARDIAN, address(timelock), address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectRefused(callers[i]);
            token.crosschainMint(callers[i], 0);
            _expectRefused(callers[i]);
            token.crosschainBurn(callers[i], 0);
        }
    }

    function test_limits_without_the_role_are_worth_nothing() public {
        vm.prank(address(timelock));
        token.setBridgeLimits(OTHER, _limits());
        _expectRefused(OTHER);
        token.crosschainMint(OTHER, 1);
    }

    function test_the_role_without_limits_is_worth_nothing() public {
        vm.prank(address(timelock));
        manager.grantRole(Roles.BRIDGE, OTHER, 0);
        vm.startPrank(OTHER);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainMint(OTHER, 1);
        token.crosschainMint(OTHER, 0);
    }

    function test_a_bridge_that_lost_its_role_does_nothing_more() public {
        vm.prank(address(timelock));
        manager.revokeRole(Roles.BRIDGE, BRIDGE);
        _expectRefused(BRIDGE);
        token.crosschainMint(BRIDGE, 1);
    }

    function test_a_stolen_bridge_creates_no_more_than_its_bucket_and_what_refills() public {
        vm.startPrank(BRIDGE);
        token.crosschainMint(BRIDGE, BRIDGE_CAPACITY);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainMint(BRIDGE, 1);
        for (uint256 i = 0; i < 60; ++i) {
            vm.warp(block.timestamp + 1 minutes);
            token.crosschainMint(BRIDGE, BRIDGE_CAPACITY / 60);
        }
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainMint(BRIDGE, BRIDGE_CAPACITY / 60);
    }

    function test_burning_does_not_refill_what_can_be_created() public {
        assertTrue(token.transfer(BRIDGE, 1), "transfer");
        vm.startPrank(BRIDGE);
        token.crosschainMint(BRIDGE, BRIDGE_CAPACITY);
        token.crosschainBurn(BRIDGE, BRIDGE_CAPACITY);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainMint(BRIDGE, 1);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainBurn(BRIDGE, 1);
    }

    function test_a_stolen_bridge_burns_nothing_of_who_did_not_approve() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BRIDGE, 0, 1));
        vm.prank(BRIDGE);
        token.crosschainBurn(address(this), 1);
    }

    function test_a_full_bucket_is_taken_away_at_once() public {
        vm.prank(address(timelock));
        token.setBridgeLimits(BRIDGE, ITuneToken.BridgeLimits(0, 0, 0, 0));
        assertTrue(token.transfer(BRIDGE, 1), "transfer");
        vm.startPrank(BRIDGE);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainMint(BRIDGE, 1);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        token.crosschainBurn(BRIDGE, 1);
    }

    /// @dev A lower limit and the old one again: what was used is remembered, so that nothing is won by the detour.
    function test_setting_limits_again_empties_no_bucket() public {
        vm.prank(BRIDGE);
        token.crosschainMint(BRIDGE, BRIDGE_CAPACITY);
        vm.startPrank(address(timelock));
        token.setBridgeLimits(BRIDGE, ITuneToken.BridgeLimits(0, 0, 0, 0));
        token.setBridgeLimits(BRIDGE, _limits());
        (uint256 mintable,) = token.bridgeAvailable(BRIDGE);
        assertEq(mintable, 0, "mintable");
    }

    function test_tokens_of_a_bridge_vote_from_the_second_of_their_creation_only() public {
        vm.startPrank(BRIDGE);
        token.delegate(BRIDGE);
        vm.warp(START + 10);
        token.crosschainMint(BRIDGE, 5);
        vm.warp(START + 11);
        assertEq(token.getPastVotes(BRIDGE, START + 9), 0, "before");
        assertEq(token.getPastVotes(BRIDGE, START + 10), 5, "after");
        assertEq(token.getPastTotalSupply(START + 10), SUPPLY + 5, "supply");
    }
}
