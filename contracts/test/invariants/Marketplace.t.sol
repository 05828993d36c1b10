// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Marketplace} from "../../src/Marketplace.sol";
import {IMarketplace} from "../../src/interfaces/IMarketplace.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {Assertions} from "../kit/Assertions.sol";
import {OpenCollection} from "../kit/Collections.sol";
import {Coin} from "../kit/Currencies.sol";
import {MarketSystem} from "../kit/MarketSystem.sol";

/// @title Two sellers and three buyers who list, offer, fill, cancel, auction, bid, settle and withdraw as they like
/// @dev Index 0 of each pair is ether, 1 the coin.
contract MarketHandler is Assertions {
    uint256 private constant TOKEN_ID = 7;
    uint256 private constant MOST_ORDERS = 6;
    uint256 private constant MOST_AUCTIONS = 6;

    Marketplace private immutable market;
    OpenCollection private immutable collection;
    address private immutable guardian;
    address[2] public currencies;
    address[5] public accounts;

    IMarketplace.Order[] private _orders;

    /// @notice What sales cost, by currency.
    uint256[2] public paid;
    /// @notice What was bid and what refunds were paid out, by currency.
    uint256[2] public bidIn;
    uint256[2] public refundsOut;
    uint256[2] public settled;
    mapping(bytes32 hash => uint256) public filled;
    uint256 public sales;

    constructor(
        Marketplace market_,
        OpenCollection collection_,
        Coin coin,
        address guardian_,
        address[5] memory accounts_
    ) {
        (market, collection, guardian, accounts) = (market_, collection_, guardian_, accounts_);
        currencies[1] = address(coin);
    }

    function publish(uint256 maker, uint256 amount, uint256 price, uint256 fall, bool inCoins, bool isOffer) external {
        if (_orders.length == MOST_ORDERS) return;
        IMarketplace.Order memory order;
        order.maker = accounts[maker % 5];
        order.collection = address(collection);
        order.tokenId = TOKEN_ID;
        order.amount = uint128(bound(amount, 1, 20));
        order.currency = currencies[inCoins || isOffer ? 1 : 0];
        order.price = uint128(bound(price, 1, 1 ether));
        (order.royaltyBps, order.maxFeeBps) = (5_000, 1_000);
        order.startAt = uint64(block.timestamp);
        order.endAt = uint64(block.timestamp + 90 days);
        order.salt = _orders.length;
        order.counter = market.counterOf(order.maker);
        vm.prank(order.maker);
        if (isOffer) {
            order.side = IMarketplace.Side.Offer;
            market.offer(order);
        } else {
            order.endPrice = uint128(bound(fall, 0, order.price));
            market.list(order);
        }
        _orders.push(order);
    }

    function fill(uint256 which, uint256 by, uint256 amount) external {
        if (_orders.length == 0 || block.timestamp < market.pausedUntil()) return;
        IMarketplace.Order memory order = _orders[which % _orders.length];
        bytes32 hash = market.orderHash(order);
        IMarketplace.OrderState memory state = market.orderState(hash);
        address taker = accounts[by % 5];
        bool isOffer = order.side == IMarketplace.Side.Offer;
        uint256 most = order.amount - filled[hash];
        uint256 copies = collection.balanceOf(isOffer ? taker : order.maker, TOKEN_ID);
        if (copies < most) most = copies;
        bool voided = state.cancelled || order.counter != market.counterOf(order.maker);
        if (most == 0 || voided || block.timestamp > order.endAt) return;
        amount = bound(amount, 1, most);
        uint256 price = market.quote(order, amount);
        if (order.currency == address(0)) vm.deal(taker, price);
        vm.prank(taker);
        market.fill{value: order.currency == address(0) ? price : 0}(
            order, "", amount, isOffer ? order.maker : taker, isOffer ? 0 : price
        );
        filled[hash] += amount;
        paid[_place(order.currency)] += price;
        ++sales;
    }

    function cancel(uint256 which, bool all) external {
        if (_orders.length == 0) return;
        IMarketplace.Order memory order = _orders[which % _orders.length];
        IMarketplace.Order[] memory orders = new IMarketplace.Order[](1);
        orders[0] = order;
        vm.prank(order.maker);
        if (all) market.incrementCounter();
        else market.cancel(orders);
    }

    function auction(uint256 by, uint256 amount, uint256 reserve, bool inCoins) external {
        address seller = accounts[by % 5];
        uint256 copies = collection.balanceOf(seller, TOKEN_ID);
        if (copies == 0 || market.auctionCount() == MOST_AUCTIONS || block.timestamp < market.pausedUntil()) return;
        IMarketplace.AuctionTerms memory terms;
        terms.collection = address(collection);
        (terms.royaltyBps, terms.maxFeeBps) = (5_000, 1_000);
        terms.tokenId = TOKEN_ID;
        terms.amount = uint128(bound(amount, 1, copies));
        terms.reserve = uint128(bound(reserve, 1, 1 ether));
        terms.currency = currencies[inCoins ? 1 : 0];
        terms.endAt = uint64(block.timestamp + 1 days);
        vm.prank(seller);
        market.createAuction(terms);
    }

    function bid(uint256 which, uint256 by, uint256 more) external {
        (bool found, uint256 id) = _open(which);
        if (!found || block.timestamp < market.pausedUntil() || block.timestamp >= market.auctionEnd(id)) return;
        address currency = market.auctionOf(id).terms.currency;
        uint256 amount = market.leastBid(id) + bound(more, 0, 0.1 ether);
        address bidder = accounts[by % 5];
        if (currency == address(0)) vm.deal(bidder, amount);
        vm.prank(bidder);
        market.bid{value: currency == address(0) ? amount : 0}(id, uint128(amount));
        bidIn[_place(currency)] += amount;
    }

    function settle(uint256 which) external {
        (bool found, uint256 id) = _open(which);
        if (!found || block.timestamp < market.auctionEnd(id)) return;
        IMarketplace.Auction memory ended = market.auctionOf(id);
        market.settleAuction(id);
        if (ended.bidder == address(0)) return;
        settled[_place(ended.terms.currency)] += ended.bid;
        paid[_place(ended.terms.currency)] += ended.bid;
        ++sales;
    }

    function cancelAuction(uint256 which) external {
        (bool found, uint256 id) = _open(which);
        if (!found || market.auctionOf(id).bidder != address(0)) return;
        vm.prank(market.auctionOf(id).seller);
        market.cancelAuction(id);
    }

    function unwind(uint256 which) external {
        (bool found, uint256 id) = _open(which);
        if (!found || block.timestamp < market.auctionOf(id).endAt + 30 days) return;
        market.unwindAuction(id);
    }

    function withdraw(uint256 by, bool inCoins) external {
        address account = accounts[by % 5];
        uint256 place = inCoins ? 1 : 0;
        if (market.refundOf(account, currencies[place]) == 0) return;
        vm.prank(account);
        refundsOut[place] += market.withdrawRefund(currencies[place], account);
    }

    function pause(uint256 time) external {
        vm.prank(guardian);
        market.pauseTrading(uint64(block.timestamp + bound(time, 0, 6 hours)));
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + (time % 16 == 0 ? 31 days : bound(time, 1, 12 hours)));
    }

    function orderCount() external view returns (uint256) {
        return _orders.length;
    }

    function orderAt(uint256 i) external view returns (IMarketplace.Order memory) {
        return _orders[i];
    }

    function _place(address currency) private pure returns (uint256) {
        return currency == address(0) ? 0 : 1;
    }

    function _open(uint256 which) private view returns (bool found, uint256 id) {
        uint256 count = market.auctionCount();
        if (count == 0) return (false, 0);
        id = 1 + which % count;
        found = market.auctionOf(id).status == IMarketplace.AuctionStatus.Open;
    }
}

contract MarketplaceInvariants is MarketSystem {
    MarketHandler private handler;
    address[5] private accounts = [address(0xa1), address(0xa2), address(0xa3), address(0xa4), address(0xa5)];

    function setUp() public override {
        super.setUp();
        handler = new MarketHandler(market, collection, coin, GUARDIAN, accounts);
        for (uint256 i = 0; i < 5; ++i) {
            _endow(accounts[i]);
            coin.mint(accounts[i], 1_000_000 ether);
            collection.mint(accounts[i], TOKEN_ID, 50);
            vm.prank(accounts[i]);
            collection.setApprovalForAll(address(market), true);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_every_wei_and_every_copy_is_where_it_belongs() public view {
        _checkEscrow();
        _checkCredits();
        _checkFilled();
    }

    /// @dev To the wei, open bids and refunds, and nothing else; and all copies of open auctions.
    function _checkEscrow() private view {
        uint256[2] memory owed = [_refunds(handler.currencies(0)), _refunds(handler.currencies(1))];
        uint256 copies = 0;
        uint256 count = market.auctionCount();
        for (uint256 i = 1; i <= count; ++i) {
            IMarketplace.Auction memory auction = market.auctionOf(i);
            if (auction.status != IMarketplace.AuctionStatus.Open) continue;
            owed[auction.terms.currency == ETHER ? 0 : 1] += auction.bid;
            copies += auction.terms.amount;
        }
        assertEq(address(market).balance, owed[0], "escrow of ether");
        assertEq(coin.balanceOf(address(market)), owed[1], "escrow of coins");
        assertEq(collection.balanceOf(address(market), TOKEN_ID), copies, "copies");
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(owed[i], handler.bidIn(i) - handler.settled(i) - handler.refundsOut(i), "came in less went out");
        }
    }

    /// @dev The credits of all sales are their prices.
    function _checkCredits() private view {
        for (uint256 i = 0; i < 2; ++i) {
            address currency = handler.currencies(i);
            uint256 credited = ledger.balanceOf(ARTIST, currency) + ledger.balanceOf(TREASURY, currency);
            for (uint256 j = 0; j < 5; ++j) {
                credited += ledger.balanceOf(accounts[j], currency);
            }
            assertEq(credited, handler.paid(i), "credits");
        }
        assertEq(market.saleCount(), handler.sales(), "sales");
    }

    /// @dev No order is filled above its amount.
    function _checkFilled() private view {
        for (uint256 i = 0; i < handler.orderCount(); ++i) {
            IMarketplace.Order memory order = handler.orderAt(i);
            bytes32 hash = market.orderHash(order);
            uint256 filled = market.orderState(hash).filled;
            assertEq(filled, handler.filled(hash), "filled");
            assertTrue(filled <= order.amount, "within");
        }
    }

    function _refunds(address currency) private view returns (uint256 sum) {
        for (uint256 i = 0; i < 5; ++i) {
            sum += market.refundOf(accounts[i], currency);
        }
    }
}
