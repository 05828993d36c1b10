// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Marketplace} from "../../src/Marketplace.sol";
import {IMarketplace} from "../../src/interfaces/IMarketplace.sol";
import {StrangeCollection} from "../kit/Collections.sol";
import {BlockingCoin, FeeCoin} from "../kit/Currencies.sol";
import {MarketSystem} from "../kit/MarketSystem.sol";

/// @dev Bids, and takes neither ether nor copies.
contract RefusingBidder {
    function bid(Marketplace market, uint256 id) external payable {
        market.bid{value: msg.value}(id, uint128(msg.value));
    }

    function withdraw(Marketplace market, address to) external {
        market.withdrawRefund(address(0), to);
    }

    function claim(Marketplace market, uint256 id, address to) external {
        market.claimCopies(id, to);
    }
}

/// @dev Withdraws its refund again from within the payment.
contract ReentrantBidder is ERC1155Holder {
    bytes public reason;

    function bid(Marketplace market, uint256 id) external payable {
        market.bid{value: msg.value}(id, uint128(msg.value));
    }

    function withdraw(Marketplace market) external {
        market.withdrawRefund(address(0), address(this));
    }

    receive() external payable {
        try Marketplace(msg.sender).withdrawRefund(address(0), address(this)) {}
        catch (bytes memory why) {
            reason = why;
        }
    }
}

contract MarketAuctionsAttacks is MarketSystem {
    function test_an_auction_is_not_sniped_and_ends_all_the_same() public {
        uint256 id = _auction(_terms());
        vm.warp(START + 1 days - 1);
        _bid(id, BUYER, 1 ether);
        assertEq(market.auctionEnd(id), START + 1 days - 1 + 10 minutes, "extended");
        bool buyersTurn = false;
        while (market.auctionEnd(id) < START + 2 days) {
            vm.warp(market.auctionEnd(id) - 1);
            _bid(id, buyersTurn ? BUYER : OTHER, market.leastBid(id));
            buyersTurn = !buyersTurn;
            vm.deal(BUYER, 1e30);
            vm.deal(OTHER, 1e30);
        }
        assertEq(market.auctionEnd(id), START + 2 days, "never beyond the bound");
        vm.warp(START + 2 days);
        market.settleAuction(id);
    }

    function test_an_early_bid_extends_nothing() public {
        uint256 id = _auction(_terms());
        vm.warp(START + 1 days - 10 minutes);
        _bid(id, BUYER, 1 ether);
        assertEq(market.auctionEnd(id), START + 1 days, "end");
    }

    function test_a_bidder_that_refuses_ether_stops_no_other_bid() public {
        uint256 id = _auction(_terms());
        RefusingBidder refuser = new RefusingBidder();
        refuser.bid{value: 1 ether}(market, id);
        _bid(id, BUYER, 2 ether);
        vm.expectRevert(Errors.FailedCall.selector);
        refuser.withdraw(market, address(refuser));
        refuser.withdraw(market, OTHER);
        assertEq(OTHER.balance, 1_001 ether, "to an account that takes it");
    }

    function test_a_winner_that_refuses_copies_stops_no_settling() public {
        uint256 id = _auction(_terms());
        RefusingBidder refuser = new RefusingBidder();
        refuser.bid{value: 1 ether}(market, id);
        vm.warp(START + 1 days);
        vm.expectEmit(address(market));
        emit IMarketplace.CopiesHeld(id, address(refuser));
        market.settleAuction(id);
        assertEq(ledger.balanceOf(seller, ETHER), 0.905 ether, "the seller is paid");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NothingHeld.selector, id, seller));
        vm.prank(seller);
        market.claimCopies(id, seller);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.InvalidRecipient.selector, address(market)));
        refuser.claim(market, id, address(market));
        vm.expectEmit(address(market));
        emit IMarketplace.CopiesClaimed(id, address(refuser), OTHER);
        refuser.claim(market, id, OTHER);
        assertEq(collection.balanceOf(OTHER, TOKEN_ID), 5, "copies");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NothingHeld.selector, id, address(refuser)));
        refuser.claim(market, id, OTHER);
    }

    function test_a_seller_that_refuses_its_copies_can_claim_them() public {
        uint256 id = _auction(_terms());
        vm.etch(seller, type(RefusingBidder).runtimeCode);
        vm.warp(START + 1 days);
        market.settleAuction(id);
        vm.prank(seller);
        market.claimCopies(id, OTHER);
        assertEq(collection.balanceOf(OTHER, TOKEN_ID), 5, "copies");
    }

    function test_a_refund_is_paid_once() public {
        uint256 id = _auction(_terms());
        ReentrantBidder attacker = new ReentrantBidder();
        attacker.bid{value: 1 ether}(market, id);
        _bid(id, BUYER, 2 ether);
        attacker.withdraw(market);
        assertEq(
            bytes32(attacker.reason()),
            bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
            "refused by the guard"
        );
        assertEq(address(attacker).balance, 1 ether, "once");
        assertEq(address(market).balance, 2 ether, "the open bid stays");
    }

    function test_a_bid_in_a_currency_that_takes_a_fee_is_refused() public {
        FeeCoin fee = new FeeCoin();
        fee.mint(BUYER, 10 ether);
        vm.prank(BUYER);
        fee.approve(address(market), type(uint256).max);
        market.setCurrency(address(fee), true);
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.currency = address(fee);
        uint256 id = _auction(terms);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.ShortDelivery.selector, 0.99 ether, 1 ether));
        vm.prank(BUYER);
        market.bid(id, 1 ether);
    }

    function test_a_currency_that_stops_keeps_neither_copies_nor_bids() public {
        BlockingCoin blocking = new BlockingCoin();
        market.setCurrency(address(blocking), true);
        blocking.mint(BUYER, 10 ether);
        vm.prank(BUYER);
        blocking.approve(address(market), type(uint256).max);
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.currency = address(blocking);
        uint256 id = _auction(terms);
        vm.prank(BUYER);
        market.bid(id, 1 ether);
        market.setCurrency(address(blocking), false);
        blocking.setBlocked(address(ledger), true);
        vm.warp(START + 1 days);
        vm.expectRevert();
        market.settleAuction(id);
        vm.warp(START + 31 days);
        market.unwindAuction(id);
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies");
        blocking.setBlocked(BUYER, true);
        vm.prank(BUYER);
        market.withdrawRefund(address(blocking), OTHER);
        assertEq(blocking.balanceOf(OTHER), 1 ether, "to an account that is not blocked");
    }

    function test_a_collection_that_hides_its_royalty_cannot_settle_but_is_unwound() public {
        StrangeCollection strange = new StrangeCollection();
        strange.mint(seller, TOKEN_ID, 5);
        vm.prank(seller);
        strange.setApprovalForAll(address(market), true);
        IMarketplace.AuctionTerms memory terms = _terms();
        terms.collection = address(strange);
        uint256 id = _auction(terms);
        _bid(id, BUYER, 1 ether);
        strange.setAnswer(StrangeCollection.Answer.Error, ARTIST, 1, true);
        vm.warp(START + 31 days);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.RoyaltyUnavailable.selector, address(strange)));
        market.settleAuction(id);
        market.unwindAuction(id);
        assertEq(market.refundOf(BUYER, ETHER), 1 ether, "bid");
    }

    function test_a_settling_caller_cannot_starve_the_royalty() public {
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        vm.warp(START + 1 days);
        bytes memory settle = abi.encodeCall(market.settleAuction, (id));
        for (uint256 gas_ = 20_000; market.auctionOf(id).status == IMarketplace.AuctionStatus.Open; gas_ += 5_000) {
            (bool done,) = address(market).call{gas: gas_}(settle);
            done;
        }
        assertEq(ledger.balanceOf(ARTIST, ETHER), 0.07 ether, "royalty");
    }

    function test_a_donation_is_nobodys() public {
        vm.deal(address(market), 7 ether);
        uint256 id = _auction(_terms());
        _bid(id, BUYER, 1 ether);
        _bid(id, OTHER, 2 ether);
        vm.warp(START + 1 days);
        market.settleAuction(id);
        vm.prank(BUYER);
        market.withdrawRefund(ETHER, BUYER);
        assertEq(address(market).balance, 7 ether, "donation");
    }
}
