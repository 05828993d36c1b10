// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Epochs} from "./Epochs.sol";
import {Signatures} from "./Signatures.sol";
import {IChallenges} from "./interfaces/IChallenges.sol";

/// @title The six challenges
/// @notice Owns what follows from each. Judge says whether the evidence proves it: it gets the call as it came.
abstract contract Challenges is IChallenges, Epochs {
    /// @inheritdoc IChallenges
    function challengeScore(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata,
        uint256,
        TrackOpening calldata,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, opening.listener);
    }

    /// @inheritdoc IChallenges
    function challengeOrder(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata,
        uint256,
        uint256
    ) external {
        _convictIfProven(commitment, signers, opening.listener);
    }

    /// @inheritdoc IChallenges
    function challengeOmission(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata,
        TrackOpening calldata,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, opening.listener);
    }

    /// @inheritdoc IChallenges
    function challengeMalformedTrack(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackOpening calldata,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, msg.sender);
    }

    /// @inheritdoc IChallenges
    function challengeMalformedListener(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerOpening calldata opening,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, opening.listener);
    }

    /// @inheritdoc IChallenges
    function challengeTrackRows(
        Commitment calldata commitment,
        address[] calldata signers,
        TrackLeaf calldata,
        bytes32[] calldata,
        TrackLeaf calldata,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, msg.sender);
    }

    /// @inheritdoc IChallenges
    function challengeListenerRows(
        Commitment calldata commitment,
        address[] calldata signers,
        ListenerLeaf calldata,
        bytes32[] calldata,
        ListenerLeaf calldata,
        bytes32[] calldata
    ) external {
        _convictIfProven(commitment, signers, msg.sender);
    }

    /// @inheritdoc IChallenges
    function challengeEquivocation(
        Commitment calldata a,
        Commitment calldata b,
        bytes calldata signatureA,
        bytes calldata signatureB
    ) external {
        _checkOverlap(a, b);
        (bytes32 hashA, bytes32 hashB) = (_structHash(a), _structHash(b));
        if (hashA == hashB) revert SameCommitment(hashA);
        address keeper = Signatures.recover(_hashTypedDataV4(hashA), signatureA);
        address other = Signatures.recover(_hashTypedDataV4(hashB), signatureB);
        if (keeper != other) revert SignersDiffer(keeper, other);
        address[] memory alone = new address[](1);
        alone[0] = keeper;
        // slither-disable-next-line reentrancy-events (slashing moves TuneToken, which calls nobody)
        uint256 amount = _punish(alone, WHOLE_BPS, msg.sender);
        if (amount == 0) revert NothingToSlash(keeper);
        emit KeeperEquivocated(a.epoch, keeper, msg.sender, hashA, hashB, amount);
    }

    function _convictIfProven(Commitment calldata commitment, address[] calldata signers, address bountyTo) private {
        _checkCommitment(commitment, signers);
        _checkPending(commitment.epoch);
        _askJudge();
        _convict(commitment.epoch, signers, WHOLE_BPS, bountyTo);
    }

    /// @dev A commitment that is never valid could never be posted, and overlaps with none.
    function _checkOverlap(Commitment calldata a, Commitment calldata b) private pure {
        if (a.epoch != b.epoch) revert EpochsDiffer(a.epoch, b.epoch);
        uint64 from = a.validFrom > b.validFrom ? a.validFrom : b.validFrom;
        uint64 until = a.validUntil < b.validUntil ? a.validUntil : b.validUntil;
        if (from > until) revert ValidityApart();
    }
}
