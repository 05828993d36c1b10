// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title A token that only notes how much gas its last transfer got
contract GasRecorder {
    /// @dev Far from the storage of the token in whose place this code is put.
    uint256[1 << 64] private _gap;
    uint256 public seen;

    function transfer(address, uint256) external returns (bool) {
        seen = gasleft();
        return true;
    }
}
