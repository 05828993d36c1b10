// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Permissions} from "../../src/Permissions.sol";
import {Roles} from "../../src/Roles.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {IPermissions} from "../../src/interfaces/IPermissions.sol";
import {ITuneToken} from "../../src/interfaces/ITuneToken.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @title A delay of Permissions that somebody wants to avoid, and functions that nobody but the admin may call
contract PermissionDelayAttacks is VotingSystem {
    uint32 private constant WAIT = 3 days;
    address private constant OFFICER = address(0x0ff1ce);
    uint64 private constant OFFICE = 7;
    bytes private order;

    function setUp() public override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = ITuneToken.setBridgeLimits.selector;
        token.delegate(address(this));
        vm.warp(START + 1);
        vm.startPrank(address(timelock));
        manager.setTargetFunctionRole(address(token), selectors, OFFICE);
        manager.grantRole(OFFICE, OFFICER, WAIT);
        vm.stopPrank();
        order = abi.encodeCall(ITuneToken.setBridgeLimits, (OTHER, _limits()));
    }

    function _id() private view returns (bytes32) {
        return manager.hashOperation(OFFICER, address(token), order);
    }

    function _done() private view returns (bool) {
        return token.bridgeLimits(OTHER).mintWindow != 0;
    }

    function test_a_delayed_role_waits_whichever_door_it_takes() public {
        vm.startPrank(OFFICER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _id()));
        token.setBridgeLimits(OTHER, _limits());
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _id()));
        manager.execute(address(token), order);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(manager.execute, (address(token), order));
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _id()));
        manager.multicall(calls);
        assertFalse(_done(), "nothing is done");
    }

    function test_scheduling_and_executing_in_one_transaction_waits_too() public {
        vm.startPrank(OFFICER);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(manager.schedule, (address(token), order, 0));
        calls[1] = abi.encodeCall(manager.execute, (address(token), order));
        vm.expectPartialRevert(IAccessManager.AccessManagerNotReady.selector);
        manager.multicall(calls);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCall.selector);
        manager.schedule(address(token), order, uint48(block.timestamp + WAIT - 1));
        manager.schedule(address(token), order, 0);
        vm.warp(block.timestamp + WAIT - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, _id()));
        token.setBridgeLimits(OTHER, _limits());
        vm.warp(block.timestamp + 1);
        token.setBridgeLimits(OTHER, _limits());
        assertTrue(_done(), "after the delay");
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _id()));
        token.setBridgeLimits(OTHER, _limits());
    }

    function test_what_was_scheduled_is_for_its_call_and_its_caller_alone() public {
        vm.startPrank(OFFICER);
        manager.schedule(address(token), order, 0);
        vm.warp(block.timestamp + WAIT);
        vm.expectPartialRevert(IAccessManager.AccessManagerNotScheduled.selector);
        token.setBridgeLimits(FAN, _limits());
        vm.stopPrank();
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, FAN));
        token.setBridgeLimits(OTHER, _limits());
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCall.selector);
        manager.execute(address(token), order);
        vm.expectRevert();
        manager.consumeScheduledOp(OFFICER, order);
    }

    function test_governance_cancels_what_is_scheduled_and_a_stranger_does_not() public {
        vm.prank(OFFICER);
        manager.schedule(address(token), order, 0);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCancel.selector);
        vm.prank(GUARDIAN);
        manager.cancel(OFFICER, address(token), order);
        vm.prank(address(timelock));
        manager.cancel(OFFICER, address(token), order);
        vm.warp(block.timestamp + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _id()));
        vm.prank(OFFICER);
        token.setBridgeLimits(OTHER, _limits());
    }

    function test_what_waited_too_long_has_to_be_scheduled_again() public {
        vm.startPrank(OFFICER);
        manager.schedule(address(token), order, 0);
        vm.warp(block.timestamp + WAIT + manager.expiration());
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerExpired.selector, _id()));
        token.setBridgeLimits(OTHER, _limits());
    }

    function test_a_role_that_was_revoked_meanwhile_executes_nothing() public {
        vm.prank(OFFICER);
        manager.schedule(address(token), order, 0);
        vm.prank(address(timelock));
        manager.revokeRole(OFFICE, OFFICER);
        vm.warp(block.timestamp + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OFFICER));
        vm.prank(OFFICER);
        token.setBridgeLimits(OTHER, _limits());
    }

    function test_a_closed_target_takes_no_orders_and_holders_do_not_notice() public {
        vm.prank(address(timelock));
        manager.setTargetClosed(address(token), true);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, BRIDGE));
        vm.prank(BRIDGE);
        token.crosschainMint(BRIDGE, 1);
        assertTrue(token.transfer(FAN, 1), "transfer");
        token.burn(1);
    }

    function test_the_authority_is_changed_by_the_admin_through_permissions_only() public {
        Permissions mine = new Permissions(FAN);
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, FAN));
        token.setAuthority(address(mine));
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        manager.updateAuthority(address(token), address(mine));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(timelock)));
        vm.prank(address(timelock));
        token.setAuthority(address(mine));
        _govern(address(manager), abi.encodeCall(manager.updateAuthority, (address(token), address(mine))));
        assertEq(token.authority(), address(mine), "by a decision");
    }

    function _administrations() private view returns (bytes[] memory calls) {
        calls = new bytes[](11);
        calls[0] = abi.encodeCall(manager.grantRole, (Roles.ADMIN, OFFICER, 0));
        calls[1] = abi.encodeCall(manager.revokeRole, (Roles.ADMIN, address(timelock)));
        calls[2] = abi.encodeCall(manager.setRoleAdmin, (OFFICE, OFFICE));
        calls[3] = abi.encodeCall(manager.setRoleGuardian, (OFFICE, OFFICE));
        calls[4] = abi.encodeCall(manager.setGrantDelay, (OFFICE, 0));
        calls[5] = abi.encodeCall(manager.labelRole, (OFFICE, "x"));
        calls[6] = abi.encodeCall(manager.setTargetFunctionRole, (address(token), new bytes4[](0), OFFICE));
        calls[7] = abi.encodeCall(manager.setTargetAdminDelay, (address(token), 0));
        calls[8] = abi.encodeCall(manager.setTargetClosed, (address(token), true));
        calls[9] = abi.encodeCall(manager.updateAuthority, (address(token), address(token)));
        calls[10] = abi.encodeCall(IPermissions.setGuardian, (OFFICER, uint64(START + 1 days)));
    }

    function test_nobody_but_the_admin_administers_not_even_inside_a_multicall() public {
        bytes[] memory calls = _administrations();
        address[4] memory callers = [OFFICER, GUARDIAN, BRIDGE, FAN];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            for (uint256 k = 0; k < calls.length; ++k) {
                bytes[] memory one = new bytes[](1);
                one[0] = calls[k];
                vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
                manager.multicall(one);
            }
            vm.stopPrank();
        }
    }

    /// @dev While Permissions executes one call, no other of its own may pass as executed.
    function test_an_execution_opens_no_other_function() public {
        vm.prank(BRIDGE);
        manager.execute(address(token), abi.encodeCall(TuneToken.crosschainBurn, (address(manager), 0)));
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(address(manager));
        token.crosschainMint(FAN, 1);
    }
}
