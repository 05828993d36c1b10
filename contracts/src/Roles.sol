// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title Roles in Permissions
/// @notice What is restricted and not named here is for the admin.
library Roles {
    /// @notice Governance: the timelock. May also do what the guardian may.
    uint64 internal constant ADMIN = 0;

    /// @notice Registers artists in MusicNFT.
    uint64 internal constant REGISTRAR = 1;

    /// @notice Vetoes pending epochs and roots, pauses commits and trading; nothing else, and only during its term.
    uint64 internal constant GUARDIAN = 2;

    /// @notice Creates and burns TuneToken for other chains, within its own limits.
    uint64 internal constant BRIDGE = 3;
}
