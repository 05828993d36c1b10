// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Vm} from "./Vm.sol";

/// @title What every test says of values
abstract contract Assertions {
    error Differs(string what, bytes found, bytes expected);

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert Differs(what, "false", "true");
    }

    function assertFalse(bool condition, string memory what) internal pure {
        if (condition) revert Differs(what, "true", "false");
    }

    function assertEq(uint256 found, uint256 expected, string memory what) internal pure {
        if (found != expected) {
            revert Differs(what, bytes(vm.toString(found)), bytes(vm.toString(expected)));
        }
    }

    function assertEq(bytes32 found, bytes32 expected, string memory what) internal pure {
        if (found != expected) revert Differs(what, abi.encode(found), abi.encode(expected));
    }

    function assertEq(address found, address expected, string memory what) internal pure {
        if (found != expected) revert Differs(what, abi.encode(found), abi.encode(expected));
    }

    function assertEq(string memory found, string memory expected, string memory what) internal pure {
        if (keccak256(bytes(found)) != keccak256(bytes(expected))) revert Differs(what, bytes(found), bytes(expected));
    }

    /// @dev A number within [low, high], spread evenly over fuzzed input.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        uint256 size = high - low + 1;
        return size == 0 ? value : low + value % size;
    }
}
