// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Marketplace} from "../../src/Marketplace.sol";
import {Permissions} from "../../src/Permissions.sol";
import {Roles} from "../../src/Roles.sol";
import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {IMarketplace} from "../../src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {Assertions} from "./Assertions.sol";
import {OpenCollection} from "./Collections.sol";
import {Coin} from "./Currencies.sol";

/// @title A market with one collection, one currency, a seller, two buyers, and a guardian
abstract contract MarketSystem is Assertions {
    uint256 internal constant START = 1_800_000_000;
    uint16 internal constant FEE_BPS = 250;
    uint16 internal constant ROYALTY_BPS = 700;
    uint256 internal constant SELLER_KEY = 0x5e11e4;
    uint256 internal constant TOKEN_ID = 7;
    uint128 internal constant PRICE = 0.1 ether;
    address internal constant BUYER = address(0xb0b);
    address internal constant OTHER = address(0xca401);
    address internal constant ARTIST = address(0xa47157);
    address internal constant TREASURY = address(0x74ea5);
    address internal constant GUARDIAN = address(0x6a12d);
    address internal constant ETHER = address(0);

    address internal seller;
    Permissions internal manager;
    IRoyaltyDistributor internal ledger;
    Marketplace internal market;
    OpenCollection internal collection;
    Coin internal coin;

    function setUp() public virtual {
        vm.warp(START);
        seller = vm.addr(SELLER_KEY);
        manager = new Permissions(address(this));
        ledger = new RoyaltyDistributor();
        market = new Marketplace(address(manager), ledger, TREASURY, FEE_BPS, _sequencerFeed());
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Marketplace.pauseTrading.selector;
        manager.setTargetFunctionRole(address(market), selectors, Roles.GUARDIAN);
        manager.setGuardian(GUARDIAN, uint64(START) + 365 days);
        collection = new OpenCollection();
        collection.setRoyalty(ARTIST, ROYALTY_BPS);
        collection.mint(seller, TOKEN_ID, 100);
        vm.prank(seller);
        collection.setApprovalForAll(address(market), true);
        coin = new Coin(18);
        market.setCurrency(address(coin), true);
        _endow(BUYER);
        _endow(OTHER);
    }

    function _sequencerFeed() internal virtual returns (IPriceFeed) {
        return IPriceFeed(address(0));
    }

    function _endow(address account) internal {
        vm.deal(account, 1_000 ether);
        coin.mint(account, 1_000 ether);
        vm.prank(account);
        coin.approve(address(market), type(uint256).max);
    }

    /// @dev Ten copies for ether at a fixed price.
    function _listing() internal view returns (IMarketplace.Order memory order) {
        order.maker = seller;
        order.collection = address(collection);
        order.tokenId = TOKEN_ID;
        order.amount = 10;
        order.price = PRICE;
        order.royaltyBps = 1_000;
        order.maxFeeBps = FEE_BPS;
        order.startAt = uint64(block.timestamp);
        order.endAt = uint64(block.timestamp) + 1 days;
        order.counter = market.counterOf(seller);
    }

    /// @dev The buyer wants ten copies for coins.
    function _offer() internal view returns (IMarketplace.Order memory order) {
        order = _listing();
        (order.side, order.maker, order.currency) = (IMarketplace.Side.Offer, BUYER, address(coin));
    }

    function _sign(uint256 key, IMarketplace.Order memory order) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, market.orderHash(order));
        return abi.encodePacked(r, s, v);
    }

    function _signed(IMarketplace.Order memory order) internal view returns (bytes memory) {
        return _sign(SELLER_KEY, order);
    }

    /// @dev The buyer fills a signed listing in ether.
    function _buy(IMarketplace.Order memory order, uint256 amount) internal returns (uint256) {
        bytes memory signature = _signed(order);
        uint256 price = amount * order.price;
        vm.prank(BUYER);
        return market.fill{value: price}(order, signature, amount, BUYER, price);
    }

    function _cancel(IMarketplace.Order memory order) internal {
        IMarketplace.Order[] memory orders = new IMarketplace.Order[](1);
        orders[0] = order;
        vm.prank(order.maker);
        market.cancel(orders);
    }

    /// @dev Five copies, one ether at least, a day long.
    function _terms() internal view returns (IMarketplace.AuctionTerms memory terms) {
        terms.collection = address(collection);
        terms.royaltyBps = 1_000;
        terms.maxFeeBps = FEE_BPS;
        terms.tokenId = TOKEN_ID;
        terms.amount = 5;
        terms.reserve = 1 ether;
        terms.endAt = uint64(block.timestamp) + 1 days;
    }

    function _auction(IMarketplace.AuctionTerms memory terms) internal returns (uint256) {
        vm.prank(seller);
        return market.createAuction(terms);
    }

    function _bid(uint256 auctionId, address bidder, uint256 amount) internal {
        bool inEther = market.auctionOf(auctionId).terms.currency == ETHER;
        vm.prank(bidder);
        market.bid{value: inEther ? amount : 0}(auctionId, uint128(amount));
    }

    function _pause(uint256 time) internal {
        vm.prank(GUARDIAN);
        market.pauseTrading(uint64(block.timestamp + time));
    }
}
