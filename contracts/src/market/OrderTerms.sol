// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IMarketplace} from "../interfaces/IMarketplace.sol";

/// @title What an order says: its hash, whether it can mean anything, its price at a time
library OrderTerms {
    /// @notice The most that a royalty item can be, in hundredths of a percent.
    uint16 internal constant MAX_ROYALTY_BPS = 5_000;

    /// @notice The EIP-712 type that makers sign.
    bytes32 internal constant TYPEHASH = keccak256(
        "Order(address maker,uint8 side,address collection,uint256 tokenId,uint128 amount,address currency,uint128 price,uint128 endPrice,bool inDollars,uint16 royaltyBps,uint16 maxFeeBps,address taker,uint64 startAt,uint64 endAt,uint256 salt,uint256 counter)"
    );

    uint256 private constant WORDS = 16;

    /// @notice The EIP-712 struct hash: keccak256(abi.encode(TYPEHASH, order)).
    /// @dev All fields have a fixed size, so that the struct lies in memory as EIP-712 encodes it, cleaned when it was
    /// decoded. The word before it is lent to the type hash; encoding it all again costs 1,000 gas more, which is what
    /// keeps a listing below 60,000. testFuzz_the_hash_is_that_of_the_plain_encoding compares both.
    function structHash(IMarketplace.Order memory order) internal pure returns (bytes32 hash) {
        bytes32 typeHash = TYPEHASH;
        uint256 size = 32 * (WORDS + 1);
        // slither-disable-next-line assembly (1,000 gas cheaper, see above)
        assembly ("memory-safe") {
            let start := sub(order, 32)
            let lent := mload(start)
            mstore(start, typeHash)
            hash := keccak256(start, size)
            mstore(start, lent)
        }
    }

    /// @notice Whether the price depends on when the order is filled.
    function priceMoves(IMarketplace.Order memory order) internal pure returns (bool) {
        return order.inDollars || order.endPrice != 0;
    }

    /// @notice Reverts when the order can never be filled as it is.
    function checkForm(IMarketplace.Order memory order) internal pure {
        if (order.maker == address(0) || order.collection == address(0)) revert IMarketplace.ZeroAddress();
        if (order.amount == 0) revert IMarketplace.ZeroAmount();
        if (order.price == 0 || order.endPrice > order.price) revert IMarketplace.InvalidPrice();
        if (order.endAt <= order.startAt) revert IMarketplace.InvalidTimes(order.startAt, order.endAt);
        if (order.royaltyBps > MAX_ROYALTY_BPS) {
            revert IMarketplace.RoyaltyAboveCap(order.royaltyBps, MAX_ROYALTY_BPS);
        }
        if (order.side == IMarketplace.Side.Offer) {
            if (priceMoves(order)) revert IMarketplace.InvalidPrice();
            if (order.currency == address(0)) revert IMarketplace.CurrencyNotAllowed(address(0));
        }
    }

    /// @notice The price of one copy, in the unit of the order; a falling one is rounded up.
    /// @param time Within the order's times.
    function priceAt(IMarketplace.Order memory order, uint256 time) internal pure returns (uint256) {
        if (order.endPrice == 0) return order.price;
        uint256 fall = order.price - order.endPrice;
        return order.price - Math.mulDiv(fall, time - order.startAt, order.endAt - order.startAt);
    }
}
