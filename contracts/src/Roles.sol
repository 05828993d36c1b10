// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title Roles in the AccessManager
/// @notice Role 0 is the AccessManager's own admin: governance.
library Roles {
    /// @notice Registers artists in MusicNFT.
    uint64 internal constant REGISTRAR = 1;

    /// @notice Vetoes pending epochs and roots and pauses commits; nothing else.
    uint64 internal constant GUARDIAN = 2;
}
