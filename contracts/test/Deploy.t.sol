// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deploy} from "../script/Deploy.s.sol";
import {Deployment} from "../script/Deployment.sol";
import {DeploymentCheck} from "../script/DeploymentCheck.sol";
import {DeploymentRecord} from "../script/DeploymentRecord.sol";
import {Roles} from "../src/Roles.sol";
import {System} from "./kit/System.sol";

contract DeployTest is System {
    uint256 private constant DEPLOYER_KEY = uint256(keccak256("deployer"));

    function _keepers() private pure returns (address[] memory keepers) {
        keepers = new address[](3);
        (keepers[0], keepers[1], keepers[2]) = (address(0xaaa), address(0xbbb), address(0xccc));
    }

    function _allHolders() private view returns (Deployment.Holders memory h) {
        h = _holders();
        (h.keepers, h.quorum) = (_keepers(), 2);
    }

    function check(Deployment.Contracts calldata c, Deployment.Parameters calldata p) external view {
        DeploymentCheck.check(c, p);
    }

    function checkRoles(Deployment.Contracts calldata c, Deployment.Holders calldata h) external view {
        DeploymentCheck.checkRoles(c, h, address(this));
    }

    function deploy(Deployment.Parameters calldata p) external {
        Deployment.deploy(p);
    }

    function _deployAll() private returns (Deployment.Contracts memory c) {
        c = Deployment.deploy(_parameters());
        Deployment.wire(c, _allHolders());
        Deployment.handOver(c, address(this));
    }

    function test_what_is_deployed_passes_every_check() public {
        Deployment.Contracts memory c = _deployAll();
        this.check(c, _parameters());
        this.checkRoles(c, _allHolders());
    }

    function test_a_deployment_from_another_account_than_was_said_goes_nowhere() public {
        Deployment.Parameters memory p = _parameters();
        p.deployer = address(0xdead);
        address foretold = vm.computeCreateAddress(p.deployer, 4);
        address found = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 4);
        vm.expectRevert(abi.encodeWithSelector(Deployment.WrongPlace.selector, foretold, found));
        this.deploy(p);
    }

    /// @dev The record is what the chain has: the same code with these arguments, in this order, is the same system.
    function test_the_recorded_arguments_make_the_same_code_at_the_same_addresses() public {
        uint256 snapshot = vm.snapshotState();
        Deployment.Parameters memory p = _parameters();
        DeploymentRecord.Record[] memory all = DeploymentRecord.records(Deployment.deploy(p), p);
        bytes32[] memory hashes = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            hashes[i] = all[i].deployed.codehash;
        }
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].deployed.codehash == hashes[i]) continue; // Made by the one before, at its construction.
            string memory artifact = string.concat(all[i].name, ".sol:", all[i].name);
            bytes memory code = bytes.concat(vm.getCode(artifact), all[i].arguments);
            address created;
            assembly ("memory-safe") {
                created := create(0, add(code, 32), mload(code))
            }
            assertEq(created, all[i].deployed, string.concat("address of ", all[i].name));
            assertEq(created.codehash, hashes[i], string.concat("code of ", all[i].name));
        }
    }

    function test_each_parameter_that_is_not_on_the_chain_is_noticed() public {
        Deployment.Contracts memory c = _deployAll();
        Deployment.Parameters memory p = _parameters();
        bytes memory words = abi.encode(p);
        // The deployer and the admin are checked with the roles.
        for (uint256 i = 2; i < words.length / 32; ++i) {
            bytes memory changed = bytes.concat(words);
            assembly ("memory-safe") {
                let place := add(add(changed, 32), mul(i, 32))
                mstore(place, xor(mload(place), 1))
            }
            vm.expectPartialRevert(DeploymentCheck.WrongRelation.selector);
            this.check(c, abi.decode(changed, (Deployment.Parameters)));
        }
    }

    function test_each_contract_of_another_deployment_is_noticed() public {
        bytes memory mine = abi.encode(_deployAll());
        bytes memory others = abi.encode(_deployAll());
        for (uint256 i = 0; i < mine.length / 32; ++i) {
            bytes memory mixed = bytes.concat(mine);
            assembly ("memory-safe") {
                let place := mul(add(i, 1), 32)
                mstore(add(mixed, place), mload(add(others, place)))
            }
            vm.expectPartialRevert(DeploymentCheck.WrongRelation.selector);
            this.check(abi.decode(mixed, (Deployment.Contracts)), _parameters());
        }
    }

    function test_each_role_that_is_held_by_another_is_noticed() public {
        Deployment.Contracts memory c = _deployAll();
        Deployment.Holders memory h = _allHolders();
        h.registrar = address(1);
        _expectWrongRoles(c, h);
        h = _allHolders();
        h.guardian = address(1);
        _expectWrongRoles(c, h);
        h = _allHolders();
        h.guardianUntil -= 1;
        _expectWrongRoles(c, h);
        h = _allHolders();
        h.keepers[0] = address(1);
        _expectWrongRoles(c, h);
        h = _allHolders();
        h.quorum = 3;
        _expectWrongRoles(c, h);
    }

    function test_a_deployment_that_was_not_handed_over_is_noticed() public {
        Deployment.Contracts memory c = Deployment.deploy(_parameters());
        Deployment.wire(c, _allHolders());
        _expectWrongRoles(c, _allHolders());
        c.manager.grantRole(Roles.ADMIN, address(c.timelock), 0);
        _expectWrongRoles(c, _allHolders());
        c.manager.renounceRole(Roles.ADMIN, address(this));
        this.checkRoles(c, _allHolders());
    }

    function test_a_function_that_is_open_to_another_role_is_noticed() public {
        Deployment.Contracts memory c = _deployAll();
        Deployment.Rule[] memory rules = Deployment.rules(c);
        bytes4[] memory selectors = new bytes4[](1);
        for (uint256 i = 0; i < rules.length; ++i) {
            selectors[0] = rules[i].selector;
            vm.prank(address(c.timelock));
            c.manager.setTargetFunctionRole(rules[i].target, selectors, type(uint64).max);
            _expectWrongRoles(c, _allHolders());
            vm.prank(address(c.timelock));
            c.manager.setTargetFunctionRole(rules[i].target, selectors, rules[i].role);
        }
        this.checkRoles(c, _allHolders());
    }

    function _expectWrongRoles(Deployment.Contracts memory c, Deployment.Holders memory h) private {
        vm.expectPartialRevert(DeploymentCheck.WrongRelation.selector);
        this.checkRoles(c, h);
    }

    function test_a_system_without_a_guardian_is_whole() public {
        Deployment.Contracts memory c = Deployment.deploy(_parameters());
        Deployment.Holders memory h = _allHolders();
        (h.guardian, h.guardianUntil) = (address(0), 0);
        Deployment.wire(c, h);
        Deployment.handOver(c, address(this));
        this.checkRoles(c, h);
    }

    function test_the_script_deploys_checks_hands_over_and_records() public {
        address deployer = vm.addr(DEPLOYER_KEY);
        _setVariables();
        Deploy script = new Deploy();
        Deployment.Contracts memory c = script.run();
        (bool isAdmin,) = c.manager.hasRole(Roles.ADMIN, deployer);
        assertFalse(isAdmin, "deployer");
        assertEq(c.graph.keepers().length, 3, "keepers");
        string memory json = vm.readFile(string.concat("cache/deployments/", vm.toString(block.chainid), ".json"));
        assertEq(vm.parseJsonUint(json, ".chain_id"), block.chainid, "chain");
        assertEq(vm.parseJsonUint(json, ".block"), block.number, "block");
        assertEq(vm.parseJsonAddress(json, ".contracts.TuneToken.address"), address(c.token), "address");
        bytes32 codeHash = vm.parseJsonBytes32(json, ".contracts.FanEngagement.code_hash");
        assertEq(codeHash, address(c.fans).codehash, "code");
        bytes memory arguments = vm.parseJsonBytes(json, ".contracts.Permissions.constructor_arguments");
        assertEq(keccak256(arguments), keccak256(abi.encode(deployer)), "arguments");
        assertEq(vm.parseJsonKeys(json, ".contracts").length, _names().length, "all of them");
        // A number that does not fit is refused, and named.
        vm.setEnv("TUNEFI_QUORUM", "256");
        vm.expectRevert(abi.encodeWithSelector(Deploy.OutOfRange.selector, "TUNEFI_QUORUM", 256, 255));
        script.run();
    }

    function _names() private view returns (DeploymentRecord.Record[] memory) {
        return DeploymentRecord.records(deployed, _parameters());
    }

    function _setVariables() private {
        vm.setEnv("TUNEFI_DEPLOYMENTS_DIR", "cache/deployments");
        vm.setEnv("TUNEFI_DEPLOYER_KEY", vm.toString(DEPLOYER_KEY));
        vm.setEnv("TUNEFI_SUPPLY_RECIPIENT", "0x0000000000000000000000000000000000000001");
        vm.setEnv("TUNEFI_SUPPLY_WEI", "1000000000000000000000000");
        vm.setEnv("TUNEFI_CAP_WEI", "2000000000000000000000000");
        vm.setEnv("TUNEFI_UNSTAKING_DELAY_SECONDS", "60");
        vm.setEnv("TUNEFI_UNBONDING_DELAY_SECONDS", "6000");
        vm.setEnv("TUNEFI_TIMELOCK_DELAY_SECONDS", "2");
        vm.setEnv("TUNEFI_VOTING_DELAY_SECONDS", "1");
        vm.setEnv("TUNEFI_VOTING_PERIOD_SECONDS", "5");
        vm.setEnv("TUNEFI_LATE_QUORUM_EXTENSION_SECONDS", "1");
        vm.setEnv("TUNEFI_PROPOSAL_THRESHOLD_WEI", "1000");
        vm.setEnv("TUNEFI_QUORUM_PERCENT", "4");
        vm.setEnv("TUNEFI_FEE_BPS", "250");
        vm.setEnv("TUNEFI_TREASURY", "0x0000000000000000000000000000000000000002");
        vm.setEnv("TUNEFI_MARKET_FEE_BPS", "250");
        vm.setEnv("TUNEFI_SEQUENCER_FEED", "0x0000000000000000000000000000000000000000");
        vm.setEnv("TUNEFI_WINDOW_SECONDS", "60");
        vm.setEnv("TUNEFI_MAX_VALIDITY_SECONDS", "60");
        vm.setEnv("TUNEFI_ANSWER_TIME_SECONDS", "60");
        vm.setEnv("TUNEFI_CHALLENGE_TIME_SECONDS", "60");
        vm.setEnv("TUNEFI_MIN_BOND_WEI", "1000");
        vm.setEnv("TUNEFI_MIN_DEPOSIT_WEI", "1000");
        vm.setEnv("TUNEFI_DEPOSIT_GAS_MULTIPLE", "2");
        vm.setEnv("TUNEFI_WITHHOLDING_PENALTY_BPS", "5000");
        vm.setEnv("TUNEFI_REWARD_DELAY_SECONDS", "10");
        vm.setEnv("TUNEFI_ETHER_FACTOR", "1000000");
        vm.setEnv("TUNEFI_TOKEN_FACTOR", "1000000");
        vm.setEnv("TUNEFI_REGISTRAR", "0x0000000000000000000000000000000000000003");
        vm.setEnv("TUNEFI_GUARDIAN", "0x0000000000000000000000000000000000000004");
        vm.setEnv("TUNEFI_GUARDIAN_TERM_SECONDS", "31536000");
        vm.setEnv(
            "TUNEFI_KEEPERS",
            "0x0000000000000000000000000000000000000aaa,0x0000000000000000000000000000000000000bbb,0x0000000000000000000000000000000000000ccc"
        );
        vm.setEnv("TUNEFI_QUORUM", "2");
    }
}
