// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {TuneToken} from "../src/TuneToken.sol";
import {ITuneToken} from "../src/interfaces/ITuneToken.sol";
import {VotingSystem} from "./kit/VotingSystem.sol";

contract TuneTokenTest is VotingSystem {
    function _setLimits(address bridge, ITuneToken.BridgeLimits memory limits) private {
        vm.prank(address(timelock));
        token.setBridgeLimits(bridge, limits);
    }

    function _mint(uint256 amount) private {
        vm.prank(BRIDGE);
        token.crosschainMint(FAN, amount);
    }

    function test_the_first_supply_exists_from_the_start() public view {
        assertEq(token.totalSupply(), SUPPLY, "supply");
        assertEq(token.balanceOf(address(this)), SUPPLY, "recipient");
        assertEq(token.cap(), CAP, "cap");
        assertEq(token.symbol(), "TUNE", "symbol");
    }

    function test_a_first_supply_above_the_cap_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(ERC20Capped.ERC20ExceededCap.selector, CAP + 1, CAP));
        new TuneToken(address(manager), FAN, CAP + 1, CAP);
    }

    function test_votes_count_by_timestamps() public {
        assertEq(token.CLOCK_MODE(), "mode=timestamp", "mode");
        assertEq(token.clock(), block.timestamp, "clock");
        token.delegate(address(this));
        vm.warp(block.timestamp + 10);
        assertEq(token.getPastVotes(address(this), START), SUPPLY, "votes at the start");
        assertEq(token.getPastVotes(address(this), START - 1), 0, "votes before");
        assertEq(token.getPastTotalSupply(START), SUPPLY, "past supply");
    }

    function test_burning_lowers_the_supply_and_past_votes_stay() public {
        token.delegate(address(this));
        vm.warp(block.timestamp + 1);
        token.burn(7);
        vm.warp(block.timestamp + 1);
        assertEq(token.totalSupply(), SUPPLY - 7, "supply");
        assertEq(token.getPastVotes(address(this), START), SUPPLY, "past votes");
        assertEq(token.getPastTotalSupply(START), SUPPLY, "past supply");
        assertEq(token.getPastTotalSupply(START + 1), SUPPLY - 7, "supply after");
        assertEq(token.getVotes(address(this)), SUPPLY - 7, "votes");
    }

    function test_a_bridge_creates_and_burns_what_was_approved_to_it() public {
        vm.expectEmit(address(token));
        emit IERC7802.CrosschainMint(FAN, 10, BRIDGE);
        _mint(10);
        assertEq(token.balanceOf(FAN), 10, "created");
        vm.prank(FAN);
        token.approve(BRIDGE, 4);
        vm.expectEmit(address(token));
        emit IERC7802.CrosschainBurn(FAN, 4, BRIDGE);
        vm.prank(BRIDGE);
        token.crosschainBurn(FAN, 4);
        assertEq(token.balanceOf(FAN), 6, "burned");
        assertEq(token.totalSupply(), SUPPLY + 6, "supply");
        assertEq(token.allowance(FAN, BRIDGE), 0, "allowance");
    }

    function test_a_bridge_burns_its_own_without_approval() public {
        vm.startPrank(BRIDGE);
        token.crosschainMint(BRIDGE, 10);
        token.crosschainBurn(BRIDGE, 10);
        assertEq(token.totalSupply(), SUPPLY, "supply");
    }

    function test_nothing_above_the_cap_is_ever_created() public {
        _setLimits(BRIDGE, ITuneToken.BridgeLimits(type(uint208).max, 1, 0, 0));
        _mint(CAP - SUPPLY);
        vm.expectRevert(abi.encodeWithSelector(ERC20Capped.ERC20ExceededCap.selector, CAP + 1, CAP));
        _mint(1);
        token.burn(1);
        _mint(1);
        assertEq(token.totalSupply(), CAP, "supply");
    }

    function test_a_bucket_refills_evenly_from_empty_to_full() public {
        _mint(BRIDGE_CAPACITY);
        vm.warp(START + BRIDGE_WINDOW / 4);
        (uint256 mintable, uint256 burnable) = token.bridgeAvailable(BRIDGE);
        assertEq(mintable, BRIDGE_CAPACITY / 4, "a quarter later");
        assertEq(burnable, BRIDGE_CAPACITY, "burning is another bucket");
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        _mint(BRIDGE_CAPACITY / 4 + 1);
        _mint(BRIDGE_CAPACITY / 4);
        vm.warp(block.timestamp + 10 * BRIDGE_WINDOW);
        (mintable,) = token.bridgeAvailable(BRIDGE);
        assertEq(mintable, BRIDGE_CAPACITY, "never above full");
    }

    function test_new_limits_count_what_was_used_and_refill_from_now_on() public {
        _mint(BRIDGE_CAPACITY);
        vm.warp(START + BRIDGE_WINDOW / 2);
        _setLimits(BRIDGE, ITuneToken.BridgeLimits(2 * BRIDGE_CAPACITY, 1 days, 5, 6));
        (uint256 mintable, uint256 burnable) = token.bridgeAvailable(BRIDGE);
        assertEq(mintable, 2 * BRIDGE_CAPACITY - BRIDGE_CAPACITY / 2, "half of what was used had refilled");
        assertEq(burnable, 5, "burnable");
        vm.warp(block.timestamp + 6 hours);
        (mintable,) = token.bridgeAvailable(BRIDGE);
        assertEq(mintable, 2 * BRIDGE_CAPACITY, "at the new rate");
    }

    function test_limits_are_told_in_full() public {
        ITuneToken.BridgeLimits memory limits = ITuneToken.BridgeLimits(1, 2, 3, 4);
        vm.expectEmit(address(token));
        emit ITuneToken.BridgeLimitsSet(OTHER, limits);
        _setLimits(OTHER, limits);
        assertEq(keccak256(abi.encode(token.bridgeLimits(OTHER))), keccak256(abi.encode(limits)), "limits");
    }

    function test_a_capacity_without_a_window_is_refused() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ITuneToken.NoWindow.selector, OTHER));
        token.setBridgeLimits(OTHER, ITuneToken.BridgeLimits(1, 0, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(ITuneToken.NoWindow.selector, OTHER));
        token.setBridgeLimits(OTHER, ITuneToken.BridgeLimits(1, 1, 1, 0));
        token.setBridgeLimits(OTHER, ITuneToken.BridgeLimits(0, 0, 0, 0));
    }

    function test_governance_alone_sets_limits() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, BRIDGE));
        vm.prank(BRIDGE);
        token.setBridgeLimits(BRIDGE, ITuneToken.BridgeLimits(1, 1, 1, 1));
    }

    function test_the_bridge_interface_is_announced() public view {
        assertTrue(token.supportsInterface(type(IERC7802).interfaceId), "ERC-7802");
        assertTrue(token.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        assertFalse(token.supportsInterface(0xffffffff), "none");
    }

    function test_a_burn_of_more_than_there_is_fails() public {
        vm.prank(BRIDGE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, FAN, 0, 1));
        token.crosschainBurn(FAN, 1);
    }

    /// @dev The bucket in plain words: what is used falls by capacity / window each second, and never below zero.
    function testFuzz_a_bucket_is_its_plain_model(uint208 capacity, uint48 window, uint256[6] memory steps) public {
        capacity = uint208(bound(capacity, 1, (CAP - SUPPLY) / 6));
        window = uint48(bound(window, 1, 365 days));
        _setLimits(BRIDGE, ITuneToken.BridgeLimits(capacity, window, 0, 0));
        uint256 used = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 elapsed = (steps[i] >> 128) % (uint256(window) * 2);
            vm.warp(block.timestamp + elapsed);
            uint256 refilled = elapsed * capacity / window;
            used = used > refilled ? used - refilled : 0;
            uint256 amount = bound(uint128(steps[i]), 1, capacity);
            if (used + amount > capacity) {
                vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
                _mint(amount);
                amount = capacity - used;
            }
            if (amount > 0) _mint(amount);
            // A use of nothing does not move the bucket's clock; the model is then at the same point anyway.
            if (amount == 0) return;
            used += amount;
        }
    }
}
