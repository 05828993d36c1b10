// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {System} from "./kit/System.sol";

contract TuneTokenTest is System {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function test_the_whole_supply_exists_from_the_start() public view {
        assertEq(token.totalSupply(), SUPPLY, "supply");
    }

    function test_votes_count_by_timestamps() public {
        assertEq(token.CLOCK_MODE(), "mode=timestamp", "mode");
        assertEq(token.clock(), block.timestamp, "clock");
        token.delegate(address(this));
        vm.warp(block.timestamp + 10);
        assertEq(token.getPastVotes(address(this), START), token.balanceOf(address(this)), "votes at the start");
        assertEq(token.getPastVotes(address(this), START - 1), 0, "votes before");
    }

    function test_a_permit_allows_a_spender_once() public {
        uint256 key = uint256(keccak256("owner"));
        address owner = vm.addr(key);
        uint256 deadline = block.timestamp + 1;
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, address(this), 5, 0, deadline));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        token.permit(owner, address(this), 5, deadline, v, r, s);
        assertEq(token.allowance(owner, address(this)), 5, "allowance");
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, address(this), 5, deadline, v, r, s);
    }

    function test_burning_lowers_the_supply_and_past_votes_stay() public {
        token.delegate(address(this));
        uint256 before = token.balanceOf(address(this));
        vm.warp(block.timestamp + 1);
        token.burn(7);
        vm.warp(block.timestamp + 1);
        assertEq(token.totalSupply(), SUPPLY - 7, "supply");
        assertEq(token.getPastVotes(address(this), START), before, "past votes");
        assertEq(token.getVotes(address(this)), before - 7, "votes");
    }
}
