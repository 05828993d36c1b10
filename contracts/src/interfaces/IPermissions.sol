// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title Every permission of the system, and one guardian whose term ends
/// @notice OpenZeppelin's AccessManager, with one difference: the guardian's role has one member, and counts only
/// before the end of its term. Whoever is an admin (governance, through its timelock) may always do what the guardian
/// may, so that vetoes and pauses stay possible when there is none.
interface IPermissions {
    /// @notice There is a new guardian, a new term of the present one, or none (both zero).
    /// @param guardian The only member of the guardian's role.
    /// @param until The first second, UTC, at which it is no guardian any more.
    event GuardianSet(address indexed guardian, uint64 until);

    /// @notice A term ends in the future, at most 365 days ahead; without a guardian it is zero.
    error BadTerm(address guardian, uint64 until);

    /// @notice The guardian's role is given by {setGuardian} alone, because it has a term.
    error OnlyBySetGuardian();

    /// @notice Makes `newGuardian` the only guardian until `until`, or nobody when both are zero. Callable by the admin.
    /// @dev The same guardian with a later `until` is a longer term, which starts at once.
    function setGuardian(address newGuardian, uint64 until) external;

    /// @notice Who the guardian is; its term may be over.
    function guardian() external view returns (address);

    /// @notice The first second at which the guardian is none any more.
    function guardianUntil() external view returns (uint64);
}
