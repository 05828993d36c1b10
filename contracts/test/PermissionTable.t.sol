// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {DeploymentRecord} from "../script/DeploymentRecord.sol";
import {Roles} from "../src/Roles.sol";
import {IStakingContract} from "../src/interfaces/IStakingContract.sol";
import {GovernedSystem} from "./kit/GovernedSystem.sol";
import {Vm} from "./kit/Vm.sol";

/// @title Tries every function that changes state, of every contract, as every role
/// @notice Writes what it finds to cache/permissions.md; `npm run permissions` puts it into docs/contracts.
/// @dev A call is refused when it fails with one of the errors that mean "not you"; any other failure is a rule that
/// holds for everyone. All arguments are zero, which every function decodes.
contract PermissionTableTest is GovernedSystem {
    struct Actor {
        string name;
        address account;
        bool afterTerm;
    }

    address private constant NOBODY = address(0x40b0d7);
    address private constant BRIDGE = address(0xb41d6e);
    string private constant HEAD = "# Who may call what\n\n"
        "Written by `npm run permissions` from a test that calls each function that changes state as each of these, after the hand-over. "
        "A function that is not in a table is open to everyone, within its own rules (owners, signatures, times). "
        "`timelock` acts for Governance alone; what Governance's own functions do, it does only while it executes a proposal. "
        "`execute`, `schedule` and `cancel` of Permissions carry out what the caller's role allows, with its delay.\n";

    Actor[] private _actors;
    string private _text;

    function setUp() public override {
        super.setUp();
        vm.prank(address(timelock));
        manager.grantRole(Roles.BRIDGE, BRIDGE, 0);
        _actors.push(Actor("anyone", NOBODY, false));
        _actors.push(Actor("registrar", registrar, false));
        _actors.push(Actor("guardian", guardian, false));
        _actors.push(Actor("guardian past its term", guardian, true));
        _actors.push(Actor("bridge", BRIDGE, false));
        _actors.push(Actor("timelock", address(timelock), false));
        _actors.push(Actor("Governance", address(governance), false));
        _actors.push(Actor("RecommendationGraph", address(graph), false));
        _actors.push(Actor("Permissions", address(manager), false));
        _actors.push(Actor("deployer", address(this), false));
    }

    function test_every_function_is_tried_as_every_role() public {
        // Coverage compiles elsewhere, so that the interfaces cannot be read from the artifacts.
        if (vm.isContext(Vm.ForgeContext.Coverage)) return;
        _text = HEAD;
        DeploymentRecord.Record[] memory all = DeploymentRecord.records(deployed, _parameters());
        for (uint256 i = 0; i < all.length; ++i) {
            _writeContract(all[i].name, all[i].deployed);
        }
        vm.writeFile("cache/permissions.md", _text);
    }

    function _writeContract(string memory name, address target) private {
        string memory json = vm.readFile(string.concat("out/", name, ".sol/", name, ".json"));
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        string memory rows;
        string memory open;
        for (uint256 i = 0; i < signatures.length; ++i) {
            if (!_changesState(json, signatures[i])) continue;
            (bool everyone, string memory row) = _try(target, signatures[i]);
            if (everyone) {
                open = string.concat(open, bytes(open).length == 0 ? "" : ", ", "`", _name(signatures[i]), "`");
            } else {
                rows = string.concat(rows, "| `", _name(signatures[i]), "` |", row, "\n");
            }
        }
        _text = string.concat(_text, "\n## ", name, "\n\n");
        if (bytes(rows).length > 0) _text = string.concat(_text, _header(), rows, "\n");
        _text = string.concat(_text, "Open to everyone: ", bytes(open).length == 0 ? "nothing" : open, ".\n");
    }

    function _header() private view returns (string memory) {
        string memory names = "| function |";
        string memory rule = "|---|";
        for (uint256 i = 0; i < _actors.length; ++i) {
            names = string.concat(names, " ", _actors[i].name, " |");
            rule = string.concat(rule, "---|");
        }
        return string.concat(names, "\n", rule, "\n");
    }

    function _try(address target, string memory signature) private returns (bool everyone, string memory row) {
        bytes memory data = abi.encodePacked(bytes4(keccak256(bytes(signature))), new bytes(2_048));
        bool[] memory may = new bool[](_actors.length);
        everyone = true;
        for (uint256 i = 0; i < _actors.length; ++i) {
            may[i] = _may(_actors[i], target, data);
            everyone = everyone && may[i];
            row = string.concat(row, may[i] ? " yes |" : " |");
        }
        _checkPowerless(may, signature);
    }

    /// @dev What must hold whatever the table says.
    function _checkPowerless(bool[] memory may, string memory signature) private pure {
        assertTrue(may[0] == may[may.length - 1], string.concat("a stranger and the deployer: ", signature));
        assertTrue(may[0] == may[3], string.concat("a stranger and a guardian past its term: ", signature));
        if (may[2] == may[0]) return;
        assertTrue(_startsWith(signature, "veto") || _startsWith(signature, "pause"), "a guardian vetoes and pauses");
        assertTrue(may[5], "the timelock may do what the guardian may");
    }

    function _startsWith(string memory text, string memory start) private pure returns (bool) {
        for (uint256 i = 0; i < bytes(start).length; ++i) {
            if (bytes(text)[i] != bytes(start)[i]) return false;
        }
        return true;
    }

    function _may(Actor memory actor, address target, bytes memory data) private returns (bool) {
        uint256 snapshot = vm.snapshotState();
        uint256 time = block.timestamp;
        if (actor.afterTerm) vm.warp(manager.guardianUntil());
        vm.prank(actor.account);
        (bool done, bytes memory reason) = target.call(data);
        vm.warp(time);
        vm.revertToState(snapshot);
        return done || !_refuses(bytes4(reason));
    }

    function _refuses(bytes4 reason) private pure returns (bool) {
        return reason == IAccessManaged.AccessManagedUnauthorized.selector
            || reason == IAccessManager.AccessManagerUnauthorizedAccount.selector
            || reason == IAccessControl.AccessControlUnauthorizedAccount.selector
            || reason == IGovernor.GovernorOnlyExecutor.selector || reason == IStakingContract.NotSlasher.selector
            || reason == TimelockController.TimelockUnauthorizedCaller.selector;
    }

    /// @dev Overloads of one name change state when one of them does.
    function _changesState(string memory json, string memory signature) private pure returns (bool) {
        bytes memory found =
            vm.parseJson(json, string.concat("$.abi[?(@.name=='", _name(signature), "')].stateMutability"));
        string[4] memory kinds = ["pure", "view", "nonpayable", "payable"];
        for (uint256 i = 0; i < kinds.length; ++i) {
            if (keccak256(found) == keccak256(abi.encode(kinds[i]))) return i > 1;
        }
        string[] memory several = abi.decode(found, (string[]));
        for (uint256 i = 0; i < several.length; ++i) {
            bytes32 kind = keccak256(bytes(several[i]));
            if (kind != keccak256("pure") && kind != keccak256("view")) return true;
        }
        return false;
    }

    /// @dev The part before the parenthesis.
    function _name(string memory signature) private pure returns (string memory) {
        bytes memory from = bytes(signature);
        uint256 length = 0;
        while (from[length] != "(") {
            ++length;
        }
        bytes memory name = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            name[i] = from[i];
        }
        return string(name);
    }
}
