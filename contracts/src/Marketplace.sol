// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IMarketplace} from "./interfaces/IMarketplace.sol";
import {IPriceFeed} from "./interfaces/IPriceFeed.sol";
import {IRoyaltyDistributor} from "./interfaces/IRoyaltyDistributor.sol";
import {Auctions} from "./market/Auctions.sol";
import {DollarPrices} from "./market/DollarPrices.sol";
import {OrderTerms} from "./market/OrderTerms.sol";
import {Orders} from "./market/Orders.sol";
import {Settlement} from "./market/Settlement.sol";

/// @title Resale of editions
/// @notice What it promises is said in IMarketplace. Orders and Auctions have the two ways of selling, Settlement what
/// both do with the price, DollarPrices the feeds, Trading what is set below.
contract Marketplace is Orders, Auctions, AccessManaged {
    /// @notice The most that a royalty can take, in hundredths of a percent of the price.
    uint16 public constant MAX_ROYALTY_BPS = OrderTerms.MAX_ROYALTY_BPS;

    /// @notice The EIP-712 type that makers sign.
    bytes32 public constant ORDER_TYPEHASH = OrderTerms.TYPEHASH;

    /// @param authority The AccessManager.
    /// @param distributor_ The ledger that sales are paid into.
    /// @param treasury_ Who gets the protocol fee.
    /// @param feeBps_ The protocol fee, in hundredths of a percent, at most MAX_FEE_BPS.
    /// @param sequencerFeed_ Says whether the rollup's sequencer is up; zero where there is none.
    constructor(
        address authority,
        IRoyaltyDistributor distributor_,
        address treasury_,
        uint16 feeBps_,
        IPriceFeed sequencerFeed_
    )
        AccessManaged(authority)
        EIP712("TuneFi Marketplace", "1")
        Settlement(distributor_, new DollarPrices(authority, sequencerFeed_))
    {
        _setProtocolFee(feeBps_, treasury_);
    }

    /// @inheritdoc IMarketplace
    function setProtocolFee(uint16 feeBps_, address treasury_) external restricted {
        _setProtocolFee(feeBps_, treasury_);
    }

    /// @inheritdoc IMarketplace
    function setCurrency(address currency, bool allowed) external restricted {
        _setCurrency(currency, allowed);
    }

    /// @inheritdoc IMarketplace
    function pauseTrading(uint64 until) external restricted {
        _pauseTrading(until);
    }
}
