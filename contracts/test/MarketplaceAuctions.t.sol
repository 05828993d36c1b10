// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IMarketplace} from "../src/interfaces/IMarketplace.sol";
import {MarketSystem} from "./kit/MarketSystem.sol";
import {Vm} from "./kit/Vm.sol";

contract MarketplaceAuctionsTest is MarketSystem {
    function test_an_auction_holds_the_copies_and_says_its_terms() public {
        IMarketplace.AuctionTerms memory terms = _terms();
        vm.expectEmit(address(market));
        emit IMarketplace.AuctionCreated(1, seller, FEE_BPS, terms);
        assertEq(_auction(terms), 1, "number");
        assertEq(market.auctionCount(), 1, "count");
        assertEq(collection.balanceOf(address(market), TOKEN_ID), 5, "copies");
        IMarketplace.Auction memory auction = market.auctionOf(1);
        assertEq(auction.seller, seller, "seller");
        assertEq(auction.endAt, START + 1 days, "end");
        assertEq(auction.latestEnd, START + 2 days, "latest end");
        assertEq(keccak256(abi.encode(auction.terms)), keccak256(abi.encode(terms)), "terms");
        assertTrue(auction.status == IMarketplace.AuctionStatus.Open, "open");
    }

    function test_the_best_bid_wins_and_is_divided() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.expectEmit(address(market));
        emit IMarketplace.BidPlaced(id, OTHER, 2 ether, uint64(START + 1 days));
        vm.prank(OTHER);
        market.bid{value: 2 ether}(id, 2 ether);
        vm.warp(START + 1 days);
        IMarketplace.Sale memory sale = IMarketplace.Sale({
            source: bytes32(id),
            kind: IMarketplace.SaleKind.English,
            seller: seller,
            buyer: OTHER,
            recipient: OTHER,
            amount: 5,
            currency: ETHER,
            price: 2 ether,
            royaltyReceiver: ARTIST,
            royalty: 0.14 ether,
            fee: 0.05 ether
        });
        vm.expectEmit(address(market));
        emit IMarketplace.Sold(1, address(collection), TOKEN_ID, sale);
        vm.expectEmit(address(market));
        emit IMarketplace.AuctionClosed(id, IMarketplace.AuctionStatus.Sold);
        market.settleAuction(id);
        assertEq(collection.balanceOf(OTHER, TOKEN_ID), 5, "copies");
        assertEq(ledger.balanceOf(seller, ETHER), 1.81 ether, "proceeds");
        assertEq(address(market).balance, 1 ether, "what was outbid stays");
    }

    function test_who_was_outbid_withdraws_all_at_once() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.expectEmit(address(market));
        emit IMarketplace.RefundCredited(BUYER, ETHER, 1 ether, 1 ether);
        _bid(id, OTHER, 2 ether);
        _bid(id, BUYER, 3 ether);
        _bid(id, OTHER, 4 ether);
        assertEq(market.refundOf(BUYER, ETHER), 4 ether, "refund");
        vm.expectEmit(address(market));
        emit IMarketplace.RefundWithdrawn(BUYER, ETHER, address(0xcafe), 4 ether);
        vm.prank(BUYER);
        assertEq(market.withdrawRefund(ETHER, address(0xcafe)), 4 ether, "amount");
        assertEq(address(0xcafe).balance, 4 ether, "paid");
        vm.startPrank(BUYER);
        vm.expectRevert(IMarketplace.ZeroAmount.selector);
        market.withdrawRefund(ETHER, BUYER);
        vm.expectRevert(IMarketplace.ZeroAddress.selector);
        market.withdrawRefund(ETHER, address(0));
        vm.stopPrank();
    }

    function test_bids_in_a_currency_are_held_and_refunded_in_it() public {
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.currency = address(coin);
        uint256 id = _auction(terms);
        _bid(id, BUYER, 1 ether);
        _bid(id, OTHER, 2 ether);
        assertEq(coin.balanceOf(address(market)), 3 ether, "held");
        vm.prank(BUYER);
        market.withdrawRefund(address(coin), BUYER);
        assertEq(coin.balanceOf(BUYER), 1_000 ether, "refunded");
        vm.warp(START + 1 days);
        market.settleAuction(id);
        assertEq(coin.balanceOf(address(market)), 0, "nothing stays");
        assertEq(ledger.balanceOf(seller, address(coin)), 1.81 ether, "proceeds");
        terms.endAt += 1 days;
        id = _auction(terms);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, 1, 0));
        vm.prank(BUYER);
        market.bid{value: 1}(id, 1 ether);
    }

    function test_a_bid_sends_exactly_its_ether() public {
        uint256 id = _auction(_terms());
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, 1 ether + 1, 1 ether));
        vm.prank(BUYER);
        market.bid{value: 1 ether + 1}(id, 1 ether);
    }

    function test_a_bid_is_at_least_the_reserve_and_then_the_increment() public {
        uint256 id = _auction(_terms());
        assertEq(market.leastBid(id), 1 ether, "reserve");
        _bidRefused(
            id, BUYER, 1 ether - 1, abi.encodeWithSelector(IMarketplace.BidTooLow.selector, 1 ether - 1, 1 ether)
        );
        _bid(id, BUYER, 1 ether + 1);
        uint256 least = 1 ether + 1 + 0.05 ether + 1;
        assertEq(market.leastBid(id), least, "rounded up");
        _bidRefused(id, OTHER, least - 1, abi.encodeWithSelector(IMarketplace.BidTooLow.selector, least - 1, least));
        _bid(id, OTHER, least);
    }

    function test_bids_are_accepted_between_start_and_end() public {
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.startAt = uint64(START) + 1 hours;
        uint256 id = _auction(terms);
        bytes memory closed = abi.encodeWithSelector(IMarketplace.BiddingClosed.selector, terms.startAt, terms.endAt);
        _bidRefused(id, BUYER, 1 ether, closed);
        vm.warp(terms.startAt);
        _bid(id, BUYER, 1 ether);
        vm.warp(terms.endAt);
        _bidRefused(id, OTHER, 2 ether, closed);
    }

    function test_terms_that_mean_nothing_are_refused() public {
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.amount = 0;
        _refused(terms, abi.encodeWithSelector(IMarketplace.ZeroAmount.selector));
        terms = _terms();
        terms.reserve = 0;
        _refused(terms, abi.encodeWithSelector(IMarketplace.InvalidPrice.selector));
        terms = _terms();
        terms.currency = OTHER;
        _refused(terms, abi.encodeWithSelector(IMarketplace.CurrencyNotAllowed.selector, OTHER));
        terms = _terms();
        terms.royaltyBps = 5_001;
        _refused(terms, abi.encodeWithSelector(IMarketplace.RoyaltyAboveCap.selector, 5_001, 5_000));
        terms = _terms();
        terms.maxFeeBps = FEE_BPS - 1;
        _refused(terms, abi.encodeWithSelector(IMarketplace.FeeAboveItem.selector, FEE_BPS, FEE_BPS - 1));
    }

    function test_an_auction_lasts_an_hour_at_least_and_ends_within_ninety_days() public {
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.endAt = uint64(START) + 1 hours - 1;
        _refused(terms, abi.encodeWithSelector(IMarketplace.InvalidTimes.selector, 0, terms.endAt));
        terms.startAt = uint64(START) + 1;
        terms.endAt = uint64(START) + 1 hours;
        _refused(terms, abi.encodeWithSelector(IMarketplace.InvalidTimes.selector, START + 1, terms.endAt));
        terms.endAt = uint64(START) + 90 days + 1;
        _refused(terms, abi.encodeWithSelector(IMarketplace.InvalidTimes.selector, START + 1, terms.endAt));
        terms.endAt = uint64(START) + 90 days;
        _auction(terms);
    }

    function test_copies_without_a_bid_go_back() public {
        uint256 id = _auction(_terms());
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AuctionNotEnded.selector, START + 1 days));
        market.settleAuction(id);
        vm.warp(START + 1 days);
        vm.expectEmit(address(market));
        emit IMarketplace.AuctionClosed(id, IMarketplace.AuctionStatus.Unsold);
        market.settleAuction(id);
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AuctionNotOpen.selector, id));
        market.settleAuction(id);
    }

    function test_only_the_seller_cancels_and_only_without_bids() public {
        uint256 id = _auction(_terms());
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NotSeller.selector, seller, BUYER));
        vm.prank(BUYER);
        market.cancelAuction(id);
        vm.expectEmit(address(market));
        emit IMarketplace.AuctionClosed(id, IMarketplace.AuctionStatus.Cancelled);
        vm.prank(seller);
        market.cancelAuction(id);
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies");
        id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AuctionHasBid.selector, id));
        vm.prank(seller);
        market.cancelAuction(id);
    }

    function test_a_closed_or_unknown_auction_takes_nothing() public {
        bytes memory refusal = abi.encodeWithSelector(IMarketplace.AuctionNotOpen.selector, 1);
        vm.expectRevert(refusal);
        vm.prank(BUYER);
        market.bid{value: 1 ether}(1, 1 ether);
        _auction(_terms());
        vm.prank(seller);
        market.cancelAuction(1);
        vm.expectRevert(refusal);
        vm.prank(BUYER);
        market.bid{value: 1 ether}(1, 1 ether);
        vm.expectRevert(refusal);
        market.unwindAuction(1);
        vm.expectRevert(refusal);
        market.leastBid(1);
    }

    function test_an_auction_keeps_the_fee_it_began_with() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        market.setProtocolFee(1_000, TREASURY);
        vm.warp(START + 1 days);
        market.settleAuction(id);
        assertEq(ledger.balanceOf(TREASURY, ETHER), 0.025 ether, "fee");
    }

    function test_a_royalty_raised_later_takes_no_more_than_the_item() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        collection.setRoyalty(ARTIST, 9_000);
        vm.warp(START + 1 days);
        market.settleAuction(id);
        assertEq(ledger.balanceOf(ARTIST, ETHER), 0.1 ether, "ten per cent");
    }

    function test_an_auction_that_nobody_settled_is_unwound() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.warp(START + 31 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AuctionNotEnded.selector, START + 31 days));
        market.unwindAuction(id);
        vm.warp(START + 31 days);
        vm.expectEmit(address(market));
        emit IMarketplace.AuctionClosed(id, IMarketplace.AuctionStatus.Unwound);
        market.unwindAuction(id);
        assertEq(market.refundOf(BUYER, ETHER), 1 ether, "bid");
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies");
        id = _auction(_terms());
        vm.warp(START + 62 days);
        market.unwindAuction(id);
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies without a bid");
    }

    function test_a_pause_stops_bids_and_new_auctions_but_no_settling() public {
        uint256 ended = _auction(_terms());
        _bid(ended, BUYER, 1 ether);
        vm.warp(START + 1 days);
        uint256 open = _auction(_terms());
        _pause(14 days);
        bytes memory paused = abi.encodeWithSelector(IMarketplace.TradingIsPaused.selector, START + 15 days);
        _bidRefused(open, BUYER, 1 ether, paused);
        _refused(_terms(), paused);
        market.settleAuction(ended);
        vm.prank(seller);
        market.cancelAuction(open);
    }

    function test_a_pause_does_not_stop_withdrawals() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        _bid(id, OTHER, 2 ether);
        _pause(14 days);
        vm.prank(BUYER);
        market.withdrawRefund(ETHER, BUYER);
        assertEq(BUYER.balance, 1_000 ether, "refunded");
    }

    function test_an_auction_that_a_pause_interrupts_stays_open_for_an_hour_after_it() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.warp(START + 23 hours);
        _pause(2 days);
        assertEq(market.auctionEnd(id), START + 23 hours + 2 days + 1 hours, "end");
        vm.warp(START + 23 hours + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AuctionNotEnded.selector, block.timestamp + 1 hours));
        market.settleAuction(id);
        _bid(id, OTHER, 2 ether);
        vm.warp(block.timestamp + 59 minutes);
        _bid(id, BUYER, 3 ether);
        assertEq(market.auctionEnd(id), block.timestamp + 10 minutes, "late bids extend it as ever");
        assertEq(market.auctionOf(id).latestEnd, START + 23 hours + 2 days + 1 hours + 1 days, "latest end");
    }

    function test_pauses_in_a_row_are_one_and_an_early_end_leaves_an_hour() public {
        uint256 id = _auction(_terms());
        vm.warp(START + 23 hours);
        _pause(2 hours);
        vm.warp(START + 25 hours + 30 minutes);
        _pause(10 hours);
        assertEq(market.auctionEnd(id), block.timestamp + 11 hours, "still interrupted");
        market.pauseTrading(0);
        assertEq(market.auctionEnd(id), block.timestamp + 1 hours, "an hour from now");
        vm.warp(block.timestamp + 1 hours);
        market.settleAuction(id);
        id = _auction(_terms());
        vm.warp(block.timestamp + 1 days);
        _pause(1 hours);
        market.settleAuction(id);
    }

    function test_pauses_in_a_row_do_not_keep_a_bid_for_ever() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        for (uint256 i = 0; i < 3; ++i) {
            _pause(14 days);
            vm.warp(block.timestamp + 14 days);
        }
        market.unwindAuction(id);
        assertEq(market.refundOf(BUYER, ETHER), 1 ether, "bid");
    }

    function test_copies_that_are_sent_here_are_refused() public {
        bytes memory refusal = abi.encodeWithSelector(IMarketplace.UnsolicitedCopies.selector, address(collection));
        vm.startPrank(seller);
        vm.expectRevert(refusal);
        collection.safeTransferFrom(seller, address(market), TOKEN_ID, 1, "");
        uint256[] memory one = new uint256[](1);
        one[0] = 1;
        uint256[] memory ids = new uint256[](1);
        ids[0] = TOKEN_ID;
        vm.expectRevert(refusal);
        collection.safeBatchTransferFrom(seller, address(market), ids, one, "");
        vm.stopPrank();
    }

    function test_it_says_that_it_receives_copies() public view {
        assertTrue(market.supportsInterface(type(IERC1155Receiver).interfaceId), "receiver");
        assertTrue(market.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        assertFalse(market.supportsInterface(0xffffffff), "nothing");
    }

    function testFuzz_an_auction_pays_out_every_wei(uint128 reserve, uint256 bids, uint256 bps) public {
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.reserve = uint128(bound(reserve, 1, 10 ether));
        terms.royaltyBps = uint16(bound(bps, 0, 5_000));
        bids = bound(bids, 1, 8);
        uint256 id = _auction(terms);
        for (uint256 i = 0; i < bids; ++i) {
            _bid(id, i % 2 == 0 ? BUYER : OTHER, market.leastBid(id));
        }
        uint256 price = market.auctionOf(id).bid;
        uint256 refunds = market.refundOf(BUYER, ETHER) + market.refundOf(OTHER, ETHER);
        assertEq(address(market).balance, price + refunds, "escrow");
        vm.warp(START + 1 days);
        market.settleAuction(id);
        assertEq(address(market).balance, refunds, "refunds");
        assertEq(address(ledger).balance, price, "ledger");
    }

    function _refused(IMarketplace.AuctionTerms memory terms, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(seller);
        market.createAuction(terms);
    }

    function _bidRefused(uint256 id, address bidder, uint256 amount, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(bidder);
        market.bid{value: amount}(id, uint128(amount));
    }
}
