// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "./Roles.sol";
import {IPermissions} from "./interfaces/IPermissions.sol";

/// @title Who may call what
/// @notice What it promises is said in IPermissions.
contract Permissions is IPermissions, AccessManager {
    /// @notice The longest term of a guardian, in seconds.
    uint64 public constant MAX_TERM = 365 days;

    /// @inheritdoc IPermissions
    address public guardian;

    /// @inheritdoc IPermissions
    uint64 public guardianUntil;

    /// @param initialAdmin Administers everything until it hands over to governance.
    constructor(address initialAdmin) AccessManager(initialAdmin) {}

    /// @inheritdoc IPermissions
    function setGuardian(address newGuardian, uint64 until) external onlyAuthorized {
        _checkTerm(newGuardian, until);
        address oldGuardian = guardian;
        if (newGuardian != oldGuardian) {
            super._revokeRole(Roles.GUARDIAN, oldGuardian);
            guardian = newGuardian;
            if (newGuardian != address(0)) {
                super._grantRole(Roles.GUARDIAN, newGuardian, getRoleGrantDelay(Roles.GUARDIAN), 0);
            }
        }
        guardianUntil = until;
        emit GuardianSet(newGuardian, until);
    }

    /// @notice Whether `account` has a role now, and with which delay. Of the guardian's role, its one member before
    /// the end of its term and every admin.
    function hasRole(uint64 roleId, address account)
        public
        view
        override
        returns (bool isMember, uint32 executionDelay)
    {
        (isMember, executionDelay) = super.hasRole(roleId, account);
        if (roleId == Roles.GUARDIAN && !(isMember && block.timestamp < guardianUntil)) {
            return super.hasRole(Roles.ADMIN, account);
        }
    }

    /// @dev The guardian's role is given with a term only.
    function _grantRole(uint64 roleId, address account, uint32 grantDelay, uint32 executionDelay)
        internal
        override
        returns (bool)
    {
        if (roleId == Roles.GUARDIAN) revert OnlyBySetGuardian();
        return super._grantRole(roleId, account, grantDelay, executionDelay);
    }

    /// @dev A guardian that is revoked or resigns ends its term.
    function _revokeRole(uint64 roleId, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(roleId, account);
        if (revoked && roleId == Roles.GUARDIAN) {
            guardian = address(0);
            guardianUntil = 0;
            emit GuardianSet(address(0), 0);
        }
    }

    function _checkTerm(address newGuardian, uint64 until) private view {
        bool fits =
            newGuardian == address(0) ? until == 0 : until > block.timestamp && until <= block.timestamp + MAX_TERM;
        if (!fits) revert BadTerm(newGuardian, until);
    }
}
