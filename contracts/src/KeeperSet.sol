// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title Who may sign, and how many must
/// @notice Governance replaces the set as a whole; whoever loses its bond is removed from it. Each change is a new
/// version, and a signature names the version it is for.
abstract contract KeeperSet is IRecommendationGraph, AccessManaged {
    /// @dev `generation` counts what governance did, `version` removals too. `size` is what governance set.
    struct SetHead {
        uint32 version;
        uint32 generation;
        uint8 quorum;
        uint8 size;
    }

    /// @notice The most keepers that a set can have.
    uint256 public constant MAX_KEEPERS = 64;

    SetHead private _set;

    /// @dev As governance set them, ascending; who was removed since is still here and has no generation.
    mapping(uint256 place => address) private _memberAt;

    /// @dev A member has the present generation. So a new set forgets the old one without a write for each of its
    /// members, and a removal is one slot.
    mapping(address keeper => uint32) private _generationOf;

    /// @inheritdoc IRecommendationGraph
    function setKeepers(address[] calldata members, uint8 threshold) external restricted {
        if (members.length == 0 || members.length > MAX_KEEPERS) revert BadKeeperCount(members.length);
        if (2 * uint256(threshold) <= members.length || threshold > members.length) {
            revert BadQuorum(threshold, members.length);
        }
        uint32 generation = _set.generation + 1;
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] <= previous) revert NotAscending(previous, members[i]);
            previous = members[i];
            _generationOf[previous] = generation;
            _memberAt[i] = previous;
        }
        uint32 version = _set.version + 1;
        _set = SetHead({version: version, generation: generation, quorum: threshold, size: uint8(members.length)});
        emit KeeperSetChanged(version, members, threshold);
    }

    /// @inheritdoc IRecommendationGraph
    function checkKeepers(uint32 version, address[] calldata signers) external view {
        _checkQuorum(version, signers);
    }

    /// @inheritdoc IRecommendationGraph
    function keepers() external view returns (address[] memory present) {
        SetHead memory set = _set;
        present = new address[](set.size);
        uint256 count = 0;
        for (uint256 i = 0; i < set.size; ++i) {
            address member = _memberAt[i];
            if (_isMember(set.generation, member)) present[count++] = member;
        }
        // Shortens the array in memory: places of those who were removed are not counted.
        // slither-disable-next-line assembly (the length of an array in memory cannot be set otherwise)
        assembly ("memory-safe") {
            mstore(present, count)
        }
    }

    /// @inheritdoc IRecommendationGraph
    function isKeeper(address account) external view returns (bool) {
        return _isMember(_set.generation, account);
    }

    /// @inheritdoc IRecommendationGraph
    function quorum() external view returns (uint8) {
        return _set.quorum;
    }

    /// @inheritdoc IRecommendationGraph
    function keeperSetVersion() external view returns (uint32) {
        return _set.version;
    }

    /// @dev The quorum stays: it was above half of more keepers. Who is no member is passed over.
    function _removeKeepers(address[] memory accounts) internal {
        SetHead memory set = _set;
        uint32 version = set.version + 1;
        bool changed = false;
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (!_isMember(set.generation, accounts[i])) continue;
            delete _generationOf[accounts[i]];
            changed = true;
            emit KeeperRemoved(version, accounts[i]);
        }
        if (changed) _set.version = version;
    }

    function _checkQuorum(uint32 version, address[] calldata signers) internal view {
        SetHead memory set = _set;
        if (version != set.version) revert WrongKeeperSet(set.version, version);
        if (signers.length < set.quorum || set.quorum == 0) revert QuorumNotMet(set.quorum, signers.length);
        address previous = address(0);
        for (uint256 i = 0; i < signers.length; ++i) {
            if (signers[i] <= previous) revert NotAscending(previous, signers[i]);
            previous = signers[i];
            if (!_isMember(set.generation, previous)) revert NotKeeper(previous);
        }
    }

    /// @dev Generations count from 1, so that whoever never was a member is none.
    function _isMember(uint32 generation, address account) private view returns (bool) {
        return generation != 0 && _generationOf[account] == generation;
    }
}
