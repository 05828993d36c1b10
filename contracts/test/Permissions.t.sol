// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Permissions} from "../src/Permissions.sol";
import {Roles} from "../src/Roles.sol";
import {IPermissions} from "../src/interfaces/IPermissions.sol";
import {Assertions} from "./kit/Assertions.sol";

/// @dev The test is the admin.
contract PermissionsTest is Assertions {
    uint256 private constant START = 1_800_000_000;
    uint64 private constant UNTIL = uint64(START) + 30 days;
    address private constant GUARDIAN = address(0x6a12d);
    address private constant OTHER = address(0x07e4);

    Permissions private manager;

    function setUp() public {
        vm.warp(START);
        manager = new Permissions(address(this));
    }

    function _isGuardian(address account) private view returns (bool isMember) {
        uint32 delay;
        (isMember, delay) = manager.hasRole(Roles.GUARDIAN, account);
        assertEq(delay, 0, "delay");
    }

    function test_a_guardian_is_one_until_its_term_ends() public {
        vm.expectEmit(address(manager));
        emit IPermissions.GuardianSet(GUARDIAN, UNTIL);
        manager.setGuardian(GUARDIAN, UNTIL);
        assertEq(manager.guardian(), GUARDIAN, "guardian");
        assertEq(manager.guardianUntil(), UNTIL, "until");
        vm.warp(UNTIL - 1);
        assertTrue(_isGuardian(GUARDIAN), "last second of the term");
        vm.warp(UNTIL);
        assertFalse(_isGuardian(GUARDIAN), "after the term");
    }

    function test_the_admin_may_always_do_what_the_guardian_may() public {
        assertTrue(_isGuardian(address(this)), "without a guardian");
        manager.setGuardian(GUARDIAN, UNTIL);
        assertTrue(_isGuardian(address(this)), "during the term");
        vm.warp(UNTIL);
        assertTrue(_isGuardian(address(this)), "after the term");
        assertFalse(_isGuardian(OTHER), "nobody else");
    }

    function test_there_is_one_guardian_at_a_time() public {
        manager.setGuardian(GUARDIAN, UNTIL);
        manager.setGuardian(OTHER, UNTIL + 1);
        assertFalse(_isGuardian(GUARDIAN), "the one before");
        assertTrue(_isGuardian(OTHER), "the new one");
    }

    function test_a_term_can_be_made_longer_or_shorter_at_once() public {
        manager.setGuardian(GUARDIAN, UNTIL);
        manager.setGrantDelay(Roles.GUARDIAN, 30 days);
        vm.warp(START + manager.minSetback());
        manager.setGuardian(GUARDIAN, UNTIL + 1 days);
        vm.warp(UNTIL);
        assertTrue(_isGuardian(GUARDIAN), "longer");
        manager.setGuardian(GUARDIAN, UNTIL + 1);
        vm.warp(UNTIL + 1);
        assertFalse(_isGuardian(GUARDIAN), "shorter");
    }

    function test_a_new_guardian_waits_for_the_delay_of_grants() public {
        manager.setGrantDelay(Roles.GUARDIAN, 1 days);
        vm.warp(START + manager.minSetback());
        manager.setGuardian(GUARDIAN, UNTIL);
        assertFalse(_isGuardian(GUARDIAN), "at once");
        vm.warp(block.timestamp + 1 days);
        assertTrue(_isGuardian(GUARDIAN), "after the delay");
    }

    function test_governance_can_do_without_a_guardian() public {
        manager.setGuardian(GUARDIAN, UNTIL);
        manager.setGuardian(address(0), 0);
        assertFalse(_isGuardian(GUARDIAN), "guardian");
        assertEq(manager.guardian(), address(0), "none");
        assertEq(manager.guardianUntil(), 0, "no term");
    }

    function test_a_term_is_in_the_future_and_at_most_a_year() public {
        uint64 most = uint64(START) + 365 days;
        vm.expectRevert(abi.encodeWithSelector(IPermissions.BadTerm.selector, GUARDIAN, START));
        manager.setGuardian(GUARDIAN, uint64(START));
        vm.expectRevert(abi.encodeWithSelector(IPermissions.BadTerm.selector, GUARDIAN, most + 1));
        manager.setGuardian(GUARDIAN, most + 1);
        vm.expectRevert(abi.encodeWithSelector(IPermissions.BadTerm.selector, address(0), UNTIL));
        manager.setGuardian(address(0), UNTIL);
        manager.setGuardian(GUARDIAN, most);
        manager.setGuardian(GUARDIAN, uint64(START) + 1);
    }

    function test_nobody_but_the_admin_names_a_guardian() public {
        manager.setGuardian(GUARDIAN, UNTIL);
        bytes memory refused =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, GUARDIAN, Roles.ADMIN);
        vm.startPrank(GUARDIAN);
        vm.expectRevert(refused);
        manager.setGuardian(GUARDIAN, UNTIL + 1);
    }

    function test_the_role_is_given_with_a_term_only() public {
        vm.expectRevert(IPermissions.OnlyBySetGuardian.selector);
        manager.grantRole(Roles.GUARDIAN, GUARDIAN, 0);
    }

    function test_a_guardian_can_resign_and_be_revoked() public {
        manager.setGuardian(GUARDIAN, UNTIL);
        vm.expectEmit(address(manager));
        emit IPermissions.GuardianSet(address(0), 0);
        vm.prank(GUARDIAN);
        manager.renounceRole(Roles.GUARDIAN, GUARDIAN);
        assertEq(manager.guardian(), address(0), "resigned");
        manager.setGuardian(OTHER, UNTIL);
        manager.revokeRole(Roles.GUARDIAN, GUARDIAN);
        assertEq(manager.guardian(), OTHER, "another is not touched");
        manager.revokeRole(Roles.GUARDIAN, OTHER);
        assertEq(manager.guardian(), address(0), "revoked");
        assertEq(manager.guardianUntil(), 0, "no term");
    }

    function test_other_roles_are_as_in_the_access_manager() public {
        manager.grantRole(Roles.BRIDGE, OTHER, 5);
        (bool isMember, uint32 delay) = manager.hasRole(Roles.BRIDGE, OTHER);
        assertTrue(isMember, "member");
        assertEq(delay, 5, "delay");
        manager.revokeRole(Roles.BRIDGE, OTHER);
        (isMember,) = manager.hasRole(Roles.BRIDGE, OTHER);
        assertFalse(isMember, "revoked");
        (isMember,) = manager.hasRole(Roles.BRIDGE, address(this));
        assertFalse(isMember, "the admin is no bridge");
        (isMember,) = manager.hasRole(type(uint64).max, OTHER);
        assertTrue(isMember, "everyone");
    }

    function testFuzz_nobody_is_guardian_outside_the_term(uint64 until, uint64 later, address account) public {
        until = uint64(bound(until, START + 1, START + 365 days));
        manager.setGuardian(GUARDIAN, until);
        vm.warp(bound(later, START, START + 2 * 365 days));
        bool expected = account == address(this) || (account == GUARDIAN && block.timestamp < until);
        assertTrue(_isGuardian(account) == expected, "guardian");
    }
}
