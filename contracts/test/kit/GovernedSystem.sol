// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Deployment} from "../../script/Deployment.sol";
import {Governance} from "../../src/Governance.sol";
import {Proposals} from "./Proposals.sol";
import {System} from "./System.sol";

/// @title The system after the hand-over: the timelock is the only admin
/// @dev The test has nearly all votes, delegated to itself from one second before the test begins.
abstract contract GovernedSystem is System, Proposals {
    function setUp() public virtual override {
        super.setUp();
        Deployment.handOver(deployed, address(this));
        token.delegate(address(this));
        vm.warp(block.timestamp + 1);
    }

    function _governor() internal view override returns (Governance) {
        return governance;
    }
}
