// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "../src/interfaces/IMarketplace.sol";
import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {MusicSystem} from "../test/kit/MusicSystem.sol";

/// @title What it costs to list an edition and to buy it from its owner
contract SalesGasTest is MusicSystem, GasMeter {
    uint256 private constant TOKEN_ID = 2;
    address private constant BUYER = address(uint160(uint256(keccak256("buyer"))));
    address private constant OTHER = address(uint160(uint256(keccak256("other"))));

    /// @dev Who gets the royalties.
    address private _payee;

    /// @dev The fan owns ten copies that the market may move, of an edition whose royalties go to a split.
    function setUp() public override {
        super.setUp();
        _payee = royalties.createSplit(_split(artist, 700_000, OTHER));
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.payee = _payee;
        assertEq(_mintAs(artist, terms), TOKEN_ID, "edition");
        vm.startPrank(fan);
        music.purchase{value: 10 * PRICE}(TOKEN_ID, 10, fan);
        music.setApprovalForAll(address(market), true);
        vm.stopPrank();
        vm.deal(BUYER, 1 ether);
        vm.deal(OTHER, 1 ether);
    }

    /// @dev Ten copies for ether, to anyone.
    function _listing(string memory salt) private view returns (IMarketplace.Order memory order) {
        order.maker = fan;
        order.collection = address(music);
        order.tokenId = TOKEN_ID;
        order.amount = 10;
        order.price = 2 * PRICE;
        order.royaltyBps = 1_000;
        order.maxFeeBps = FEE_BPS;
        order.startAt = uint64(block.timestamp);
        order.endAt = uint64(block.timestamp) + 30 days;
        order.salt = uint256(keccak256(bytes(salt)));
    }

    function _buy(address buyer, string memory salt) private {
        IMarketplace.Order memory order = _listing(salt);
        bytes memory signature = _sign(FAN_KEY, market.orderHash(order));
        vm.prank(buyer);
        market.fill{value: order.price}(order, signature, 1, buyer, order.price);
    }

    function test_a_listing() public {
        vm.prank(fan);
        market.list(_listing("published"));
        _record("listing");
    }

    function test_a_purchase_of_a_signed_order() public {
        // From here on the ledger owes something to the seller, the split and the treasury.
        _buy(OTHER, "before");
        uint256 owed = royalties.balanceOf(fan, ETHER);
        _buy(BUYER, "signed");
        _record("purchase");
        assertEq(music.balanceOf(BUYER, TOKEN_ID), 1, "copy");
        assertEq(royalties.balanceOf(fan, ETHER), 2 * owed, "proceeds");
        assertTrue(royalties.balanceOf(_payee, ETHER) > 0, "royalty");
    }

    function test_what_else_makers_do() public {
        IMarketplace.Order[] memory orders = new IMarketplace.Order[](1);
        orders[0] = _listing("taken back");
        vm.startPrank(fan);
        market.cancel(orders);
        _record("Marketplace.cancel");
        market.incrementCounter();
        _record("Marketplace.incrementCounter");
        IMarketplace.Order memory offer = _listing("offer");
        (offer.side, offer.currency, offer.counter) = (IMarketplace.Side.Offer, address(token), 1);
        market.offer(offer);
        _record("Marketplace.offer");
    }

    /// @dev Five copies, until tomorrow.
    function _auction() private returns (uint256) {
        IMarketplace.AuctionTerms memory terms;
        (terms.collection, terms.tokenId, terms.amount, terms.reserve) = (address(music), TOKEN_ID, 5, PRICE);
        (terms.royaltyBps, terms.maxFeeBps, terms.endAt) = (1_000, FEE_BPS, uint64(block.timestamp) + 1 days);
        vm.prank(fan);
        return market.createAuction(terms);
    }

    function _bid(uint256 auctionId, address bidder, uint128 amount) private {
        vm.prank(bidder);
        market.bid{value: amount}(auctionId, amount);
    }

    function test_an_auction_with_two_bids() public {
        uint256 id = _auction();
        _record("Marketplace.createAuction");
        _bid(id, OTHER, PRICE);
        _bid(id, BUYER, 2 * PRICE);
        _record("Marketplace.bid");
        vm.prank(OTHER);
        market.withdrawRefund(ETHER, OTHER);
        _record("Marketplace.withdrawRefund");
        vm.warp(block.timestamp + 1 days);
        market.settleAuction(id);
        _record("Marketplace.settleAuction");
    }

    function test_auctions_that_do_not_sell() public {
        uint256 id = _auction();
        vm.prank(fan);
        market.cancelAuction(id);
        _record("Marketplace.cancelAuction");
        id = _auction();
        _bid(id, BUYER, PRICE);
        vm.warp(block.timestamp + 31 days);
        market.unwindAuction(id);
        _record("Marketplace.unwindAuction");
    }

    /// @dev The test is a contract that takes no copies, so that what it won waits for it.
    function test_copies_that_were_refused_are_claimed() public {
        uint256 id = _auction();
        vm.deal(address(this), 1 ether);
        market.bid{value: PRICE}(id, PRICE);
        vm.warp(block.timestamp + 1 days);
        market.settleAuction(id);
        market.claimCopies(id, BUYER);
        _record("Marketplace.claimCopies");
    }
}
