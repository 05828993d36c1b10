// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDollarPrices} from "../../src/interfaces/IDollarPrices.sol";
import {IMarketplace} from "../../src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {DollarPrices} from "../../src/market/DollarPrices.sol";
import {FeedDouble} from "../kit/FeedDouble.sol";
import {MarketSystem} from "../kit/MarketSystem.sol";

/// @title Feeds that lie, are late, or belong to a rollup whose sequencer is down
contract OracleAttacks is MarketSystem {
    uint32 private constant MAX_AGE = 1 hours;

    FeedDouble private sequencer;
    FeedDouble private feed;
    IMarketplace.Order private order;
    bytes private signature;

    function setUp() public override {
        super.setUp();
        feed = new FeedDouble(8, 2_000e8);
        DollarPrices(address(market.dollarPrices())).setDollarFeed(ETHER, feed, MAX_AGE);
        order = _listing();
        (order.price, order.inDollars) = (10 ether, true);
        signature = _signed(order);
        vm.warp(START + 2 hours);
        feed.setAnswer(2_000e8, block.timestamp);
    }

    function test_an_answer_older_than_its_age_buys_nothing() public {
        feed.setAnswer(2_000e8, block.timestamp - MAX_AGE);
        _bought();
        feed.setAnswer(2_000e8, block.timestamp - MAX_AGE - 1);
        _refused(abi.encodeWithSelector(IDollarPrices.StaleAnswer.selector, block.timestamp - MAX_AGE - 1, MAX_AGE));
    }

    function test_a_negative_a_zero_or_an_absurd_answer_buys_nothing() public {
        int256[4] memory answers = [int256(0), -1, type(int256).min, int256(type(int192).max) + 1];
        for (uint256 i = 0; i < 4; ++i) {
            feed.setAnswer(answers[i], block.timestamp);
            _refused(abi.encodeWithSelector(IDollarPrices.BadAnswer.selector, answers[i]));
        }
        feed.setDecimals(36);
        feed.setAnswer(int256(type(int192).max), block.timestamp);
        _bought();
    }

    function test_an_answer_from_the_future_buys_nothing() public {
        feed.setAnswer(2_000e8, block.timestamp + 1);
        _refused(abi.encodeWithSelector(IDollarPrices.FutureAnswer.selector, block.timestamp + 1));
    }

    function test_an_incomplete_or_carried_over_round_buys_nothing() public {
        feed.setRound(5, 4);
        _refused(abi.encodeWithSelector(IDollarPrices.IncompleteRound.selector, 5, 4));
        feed.setRound(0, 0);
        _refused(abi.encodeWithSelector(IDollarPrices.IncompleteRound.selector, 0, 0));
        feed.setRound(5, 5);
        feed.setAnswer(2_000e8, 0);
        _refused(abi.encodeWithSelector(IDollarPrices.IncompleteRound.selector, 5, 5));
    }

    function test_nothing_in_dollars_is_sold_while_the_sequencer_is_down_or_was_until_lately() public {
        sequencer.setAnswer(1, block.timestamp - 2 hours);
        _refused(abi.encodeWithSelector(IDollarPrices.SequencerDown.selector, block.timestamp - 2 hours));
        sequencer.setAnswer(0, block.timestamp - 1 hours);
        _refused(abi.encodeWithSelector(IDollarPrices.SequencerDown.selector, block.timestamp - 1 hours));
        sequencer.setAnswer(0, block.timestamp);
        _refused(abi.encodeWithSelector(IDollarPrices.SequencerDown.selector, block.timestamp));
        sequencer.setAnswer(0, block.timestamp - 1 hours - 1);
        _bought();
    }

    function test_a_sequencer_feed_that_knows_nothing_counts_as_down() public {
        sequencer.setAnswer(0, 0);
        _refused(abi.encodeWithSelector(IDollarPrices.SequencerDown.selector, 0));
        sequencer.setAnswer(0, block.timestamp + 1);
        _refused(abi.encodeWithSelector(IDollarPrices.FutureAnswer.selector, block.timestamp + 1));
    }

    function test_prices_in_a_currency_need_no_feed() public {
        sequencer.setAnswer(1, block.timestamp);
        feed.setAnswer(0, 0);
        _buy(_listing(), 1);
    }

    /// @dev Called by setUp, before the market is deployed; up since long ago.
    function _sequencerFeed() internal override returns (IPriceFeed) {
        sequencer = new FeedDouble(0, 0);
        sequencer.setAnswer(0, START - 1 days);
        return sequencer;
    }

    function _bought() private {
        vm.prank(BUYER);
        market.fill{value: 1 ether}(order, signature, 1, BUYER, 1 ether);
    }

    function _refused(bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(BUYER);
        market.fill{value: 1 ether}(order, signature, 1, BUYER, 1 ether);
    }
}
