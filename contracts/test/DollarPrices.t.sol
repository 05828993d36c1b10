// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IDollarPrices} from "../src/interfaces/IDollarPrices.sol";
import {IMarketplace} from "../src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "../src/interfaces/IPriceFeed.sol";
import {DollarPrices} from "../src/market/DollarPrices.sol";
import {Coin} from "./kit/Currencies.sol";
import {FeedDouble} from "./kit/FeedDouble.sol";
import {MarketSystem} from "./kit/MarketSystem.sol";
import {Vm} from "./kit/Vm.sol";

contract DollarPricesTest is MarketSystem {
    uint32 private constant MAX_AGE = 1 hours;

    FeedDouble private feed;
    DollarPrices private prices;

    function setUp() public override {
        super.setUp();
        prices = DollarPrices(address(market.dollarPrices()));
        feed = new FeedDouble(8, 2_000e8);
        prices.setDollarFeed(ETHER, feed, MAX_AGE);
    }

    function test_only_governance_sets_feeds() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, GUARDIAN));
        vm.prank(GUARDIAN);
        prices.setDollarFeed(ETHER, feed, 1);
        assertEq(prices.authority(), address(manager), "authority");
    }

    function test_a_feed_is_set_within_bounds_and_taken_away() public {
        vm.expectRevert(abi.encodeWithSelector(IDollarPrices.InvalidMaxAge.selector, 0));
        prices.setDollarFeed(ETHER, feed, 0);
        vm.expectRevert(abi.encodeWithSelector(IDollarPrices.InvalidMaxAge.selector, 7 days + 1));
        prices.setDollarFeed(ETHER, feed, 7 days + 1);
        vm.expectEmit(address(prices));
        emit IDollarPrices.DollarFeedSet(address(coin), address(feed), 7 days, 18);
        prices.setDollarFeed(address(coin), feed, 7 days);
        assertEq(prices.dollarFeedOf(address(coin)).maxAge, 7 days, "age");
        vm.expectEmit(address(prices));
        emit IDollarPrices.DollarFeedSet(ETHER, address(0), 0, 0);
        prices.setDollarFeed(ETHER, IPriceFeed(address(0)), 1);
        vm.expectRevert(abi.encodeWithSelector(IDollarPrices.NoDollarFeed.selector, ETHER));
        prices.inCurrency(ETHER, 1);
    }

    function test_the_sequencer_feed_is_told_once() public {
        vm.recordLogs();
        prices = new DollarPrices(address(manager), feed);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "with the authority");
        assertEq(logs[1].topics[0], IDollarPrices.SequencerFeedSet.selector, "event");
        assertEq(abi.decode(logs[1].data, (address)), address(feed), "feed");
    }

    function test_dollars_are_converted_by_decimals_and_rounded_up() public {
        assertEq(prices.inCurrency(ETHER, 1 ether), 0.0005 ether, "a dollar");
        assertEq(prices.inCurrency(ETHER, 1), 1, "the smallest part of a dollar");
        uint8[4] memory places = [0, 6, 27, 36];
        uint256[4] memory expected = [uint256(1), 500, 5e23, 5e32];
        for (uint256 i = 0; i < 4; ++i) {
            Coin other = new Coin(places[i]);
            prices.setDollarFeed(address(other), feed, MAX_AGE);
            assertEq(prices.inCurrency(address(other), 1 ether), expected[i], "a dollar");
        }
    }

    function test_a_feed_of_any_decimals_up_to_36_gives_the_same() public {
        for (uint8 places = 0; places <= 36; ++places) {
            feed.setDecimals(places);
            feed.setAnswer(int256(2_000 * 10 ** uint256(places)), block.timestamp);
            assertEq(prices.inCurrency(ETHER, 3 ether), 0.0015 ether, "three dollars");
        }
    }

    function test_more_than_36_decimals_are_refused() public {
        bytes memory refusal = abi.encodeWithSelector(IDollarPrices.TooManyDecimals.selector, 37);
        feed.setDecimals(37);
        vm.expectRevert(refusal);
        prices.inCurrency(ETHER, 1);
        vm.expectRevert(refusal);
        prices.setDollarFeed(ETHER, feed, 1);
        feed.setDecimals(8);
        Coin other = new Coin(37);
        vm.expectRevert(refusal);
        prices.setDollarFeed(address(other), feed, 1);
    }

    function test_a_listing_in_dollars_is_paid_at_the_price_of_the_moment() public {
        IMarketplace.Order memory order = _listing();
        (order.price, order.inDollars) = (10 ether, true);
        bytes memory signature = _signed(order);
        assertEq(market.quote(order, 3), 0.015 ether, "quote");
        feed.setAnswer(1_000e8, block.timestamp);
        vm.prank(BUYER);
        uint256 price = market.fill{value: 0.04 ether}(order, signature, 3, BUYER, 0.04 ether);
        assertEq(price, 0.03 ether, "price");
        assertEq(BUYER.balance, 1_000 ether - 0.03 ether, "the rest is back");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AboveLimit.selector, 0.03 ether, 0.029 ether));
        vm.prank(BUYER);
        market.fill{value: 0.029 ether}(order, signature, 3, BUYER, 0.029 ether);
    }

    function test_a_listing_in_dollars_is_paid_in_a_currency() public {
        prices.setDollarFeed(address(coin), new FeedDouble(8, 0.5e8), MAX_AGE);
        IMarketplace.Order memory order = _listing();
        (order.price, order.inDollars, order.currency) = (10 ether, true, address(coin));
        bytes memory signature = _signed(order);
        vm.prank(BUYER);
        market.fill(order, signature, 1, BUYER, 100 ether);
        assertEq(coin.balanceOf(BUYER), 1_000 ether - 20 ether, "paid");
    }

    function testFuzz_a_conversion_is_the_least_that_is_worth_it(uint256 dollars, uint256 answer, uint8 places) public {
        dollars = bound(dollars, 1, 1e30);
        answer = bound(answer, 1, 1e20);
        places = uint8(bound(places, 0, 27));
        Coin other = new Coin(places);
        prices.setDollarFeed(address(other), feed, MAX_AGE);
        feed.setAnswer(int256(answer), block.timestamp);
        uint256 amount = prices.inCurrency(address(other), dollars);
        // amount / 10^places units at answer / 10^8 dollars each, against dollars / 10^18.
        assertTrue(amount * answer * 1e10 >= dollars * 10 ** uint256(places), "enough");
        assertTrue((amount - 1) * answer * 1e10 < dollars * 10 ** uint256(places), "not more");
    }
}
