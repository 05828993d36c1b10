// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Governance} from "../../src/Governance.sol";
import {Assertions} from "./Assertions.sol";

/// @title How a test takes a proposal from its creation to its execution
abstract contract Proposals is Assertions {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    function _governor() internal view virtual returns (Governance);

    /// @dev A proposal of one call.
    function _proposal(address target, bytes memory data) internal pure returns (Proposal memory p) {
        p.targets = new address[](1);
        p.values = new uint256[](1);
        p.calldatas = new bytes[](1);
        (p.targets[0], p.calldatas[0], p.description) = (target, data, "a proposal");
    }

    function _propose(Proposal memory p) internal returns (uint256 id) {
        return _governor().propose(p.targets, p.values, p.calldatas, p.description);
    }

    /// @dev Proposes and waits until one can vote.
    function _open(Proposal memory p) internal returns (uint256 id) {
        id = _propose(p);
        vm.warp(_governor().proposalSnapshot(id) + 1);
    }

    /// @dev Waits until the vote is over.
    function _close(uint256 id) internal {
        vm.warp(_governor().proposalDeadline(id) + 1);
    }

    /// @dev Proposes, votes for it, queues, and waits until it can be executed.
    function _decide(Proposal memory p) internal returns (uint256 id) {
        id = _open(p);
        _governor().castVote(id, FOR);
        _close(id);
        _queue(p);
        vm.warp(_governor().proposalEta(id));
    }

    function _queue(Proposal memory p) internal {
        _governor().queue(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _execute(Proposal memory p) internal {
        _governor().execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _cancel(Proposal memory p) internal {
        _governor().cancel(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    /// @dev All the way from a proposal to its execution.
    function _govern(address target, bytes memory data) internal {
        Proposal memory p = _proposal(target, data);
        p.description = string.concat("at ", vm.toString(block.timestamp));
        _decide(p);
        _execute(p);
    }
}
