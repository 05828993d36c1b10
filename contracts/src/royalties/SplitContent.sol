// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IRoyaltyDistributor} from "../interfaces/IRoyaltyDistributor.sol";

/// @title The content of a split
/// @notice Its EIP-712 hash, and the rules that it keeps whatever other splits there are.
library SplitContent {
    /// @notice All parts together.
    uint256 internal constant WHOLE = 1_000_000;

    /// @notice The most recipients.
    uint256 internal constant MAX_RECIPIENTS = 100;

    /// @notice EIP-712 type of a recipient.
    bytes32 internal constant RECIPIENT_TYPEHASH = keccak256("Recipient(address account,uint32 parts)");

    /// @notice EIP-712 type of a content.
    bytes32 internal constant SPLIT_TYPEHASH = keccak256(
        "Split(Recipient[] recipients,uint8 remainder,uint8 rule,address controller,uint32 threshold)Recipient(address account,uint32 parts)"
    );

    /// @notice EIP-712 type of what recipients sign to consent to a change.
    bytes32 internal constant UPDATE_TYPEHASH = keccak256(
        "SplitUpdate(address account,Split next,uint256 nonce,uint64 deadline)Recipient(address account,uint32 parts)Split(Recipient[] recipients,uint8 remainder,uint8 rule,address controller,uint32 threshold)"
    );

    /// @notice The EIP-712 hash of a content.
    function hash(IRoyaltyDistributor.Split memory split) internal pure returns (bytes32) {
        IRoyaltyDistributor.Recipient[] memory recipients = split.recipients;
        bytes32[] memory hashes = new bytes32[](recipients.length);
        for (uint256 i = 0; i < recipients.length; ++i) {
            hashes[i] = keccak256(abi.encode(RECIPIENT_TYPEHASH, recipients[i].account, recipients[i].parts));
        }
        return keccak256(
            abi.encode(
                SPLIT_TYPEHASH,
                keccak256(abi.encodePacked(hashes)),
                split.remainder,
                split.rule,
                split.controller,
                split.threshold
            )
        );
    }

    /// @notice The EIP-712 struct hash of a consent to `next`.
    function hashUpdate(address account, IRoyaltyDistributor.Split memory next, uint256 nonce, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(UPDATE_TYPEHASH, account, hash(next), nonce, deadline));
    }

    /// @notice Reverts unless recipients, parts, remainder and rule fit together.
    function check(IRoyaltyDistributor.Split memory split) internal pure {
        uint256 count = split.recipients.length;
        if (count == 0 || count > MAX_RECIPIENTS) revert IRoyaltyDistributor.WrongRecipientCount(count);
        if (split.remainder >= count) revert IRoyaltyDistributor.UnknownRemainder(split.remainder);
        uint256 sum = 0;
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            IRoyaltyDistributor.Recipient memory recipient = split.recipients[i];
            if (recipient.account <= previous) revert IRoyaltyDistributor.RecipientsNotAscending(i);
            if (recipient.parts == 0) revert IRoyaltyDistributor.NoParts(i);
            previous = recipient.account;
            sum += recipient.parts;
        }
        if (sum != WHOLE) revert IRoyaltyDistributor.WrongSum(sum);
        _checkRule(split);
    }

    /// @dev More than half, so that two disjoint groups can never both change a split.
    function _checkRule(IRoyaltyDistributor.Split memory split) private pure {
        bool controlled = split.rule == IRoyaltyDistributor.Rule.Controller;
        bool consented = split.rule == IRoyaltyDistributor.Rule.Consent;
        bool fits = controlled == (split.controller != address(0)) && consented == (split.threshold != 0);
        if (!fits || (consented && (2 * uint256(split.threshold) <= WHOLE || split.threshold > WHOLE))) {
            revert IRoyaltyDistributor.WrongRule();
        }
    }
}
