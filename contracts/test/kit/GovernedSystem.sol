// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Deployment} from "../../script/Deployment.sol";
import {System} from "./System.sol";

/// @title The system after the hand-over: the timelock is the only admin
/// @dev The test has all votes, delegated to itself from one second before the test begins.
abstract contract GovernedSystem is System {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    function setUp() public virtual override {
        super.setUp();
        Deployment.Contracts memory c;
        (c.manager, c.timelock) = (manager, timelock);
        Deployment.handOver(c, address(this));
        token.delegate(address(this));
        vm.warp(block.timestamp + 1);
    }

    /// @dev A proposal of one call.
    function _proposal(address target, bytes memory data) internal pure returns (Proposal memory p) {
        p.targets = new address[](1);
        p.values = new uint256[](1);
        p.calldatas = new bytes[](1);
        (p.targets[0], p.calldatas[0], p.description) = (target, data, "a proposal");
    }

    function _propose(Proposal memory p) internal returns (uint256 id) {
        return governance.propose(p.targets, p.values, p.calldatas, p.description);
    }

    /// @dev Proposes, votes for it, queues, and waits until it can be executed.
    function _decide(Proposal memory p) internal returns (uint256 id) {
        id = _propose(p);
        vm.warp(governance.proposalSnapshot(id) + 1);
        governance.castVote(id, FOR);
        vm.warp(governance.proposalDeadline(id) + 1);
        _queue(p);
        vm.warp(governance.proposalEta(id));
    }

    function _queue(Proposal memory p) internal {
        governance.queue(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _execute(Proposal memory p) internal {
        governance.execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    /// @dev All the way from a proposal to its execution.
    function _govern(address target, bytes memory data) internal {
        Proposal memory p = _proposal(target, data);
        p.description = string.concat("at ", vm.toString(block.timestamp));
        _decide(p);
        _execute(p);
    }
}
