// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Vm} from "../test/kit/Vm.sol";

/// @title The cheatcodes of Halmos that these checks use
/// @dev Signatures from Halmos' reference of cheatcodes.
interface Svm {
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function enableSymbolicStorage(address target) external;
}

/// @title What every symbolic check is
/// @dev Halmos runs each function `check_…` once for all values of its arguments. A check fails where an `assert` can
/// fail; a run that reverts says nothing, and a check of which every run reverts fails too.
abstract contract Symbolic {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Svm internal constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));

    /// @dev From here on it is any time until the year 36812.
    function _warpAnywhere() internal {
        vm.warp(svm.createUint(40, "now"));
    }
}
