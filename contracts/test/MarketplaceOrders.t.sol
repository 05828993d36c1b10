// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {Marketplace} from "../src/Marketplace.sol";
import {IMarketplace} from "../src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "../src/interfaces/IPriceFeed.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {OrderTerms} from "../src/market/OrderTerms.sol";
import {PlainCollection, StrangeCollection} from "./kit/Collections.sol";
import {MarketSystem} from "./kit/MarketSystem.sol";
import {Vm} from "./kit/Vm.sol";

/// @dev A wallet that accepts one digest.
contract OneDigestWallet is IERC1271 {
    bytes32 private immutable _digest;

    constructor(bytes32 digest) {
        _digest = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == _digest ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract MarketplaceOrdersTest is MarketSystem {
    function test_a_signed_listing_pays_seller_artist_and_treasury() public {
        IMarketplace.Order memory order = _listing();
        uint256 price = _buy(order, 4);
        assertEq(price, 0.4 ether, "price");
        assertEq(ledger.balanceOf(ARTIST, ETHER), 0.028 ether, "royalty");
        assertEq(ledger.balanceOf(TREASURY, ETHER), 0.01 ether, "fee");
        assertEq(ledger.balanceOf(seller, ETHER), 0.362 ether, "proceeds");
        assertEq(collection.balanceOf(BUYER, TOKEN_ID), 4, "copies");
        assertEq(address(market).balance, 0, "nothing stays");
        assertEq(market.orderState(market.orderHash(order)).filled, 4, "filled");
    }

    function test_a_sale_says_everything_in_one_event() public {
        IMarketplace.Order memory order = _listing();
        bytes32 hash = market.orderHash(order);
        bytes memory signature = _signed(order);
        IMarketplace.Sale memory sale = IMarketplace.Sale({
            source: hash,
            kind: IMarketplace.SaleKind.Listing,
            seller: seller,
            buyer: BUYER,
            recipient: OTHER,
            amount: 2,
            currency: ETHER,
            price: 0.2 ether,
            royaltyReceiver: ARTIST,
            royalty: 0.014 ether,
            fee: 0.005 ether
        });
        vm.expectEmit(address(market));
        emit IMarketplace.Sold(1, address(collection), TOKEN_ID, sale);
        vm.prank(BUYER);
        market.fill{value: 0.2 ether}(order, signature, 2, OTHER, 0.2 ether);
        assertEq(collection.balanceOf(OTHER, TOKEN_ID), 2, "a gift");
        assertEq(market.saleCount(), 1, "count");
        _buy(order, 1);
        assertEq(market.saleCount(), 2, "counted on");
    }

    function test_a_published_listing_needs_no_signature() public {
        IMarketplace.Order memory order = _listing();
        bytes32 hash = market.orderHash(order);
        vm.expectEmit(address(market));
        emit IMarketplace.Listed(hash, seller, address(collection), order);
        vm.prank(seller);
        assertEq(market.list(order), hash, "hash");
        assertTrue(market.orderState(hash).published, "published");
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, "", 1, BUYER, PRICE);
        assertEq(collection.balanceOf(BUYER, TOKEN_ID), 1, "copy");
    }

    function test_a_published_offer_is_filled_by_a_seller() public {
        IMarketplace.Order memory order = _offer();
        bytes32 hash = market.orderHash(order);
        vm.expectEmit(address(market));
        emit IMarketplace.Offered(hash, BUYER, address(collection), order);
        vm.prank(BUYER);
        market.offer(order);
        vm.prank(seller);
        market.fill(order, "", 3, BUYER, 0.2715 ether);
        assertEq(collection.balanceOf(BUYER, TOKEN_ID), 3, "copies");
        assertEq(coin.balanceOf(BUYER), 1_000 ether - 0.3 ether, "paid");
        assertEq(ledger.balanceOf(seller, address(coin)), 0.2715 ether, "proceeds");
        assertEq(ledger.balanceOf(ARTIST, address(coin)), 0.021 ether, "royalty");
        assertEq(ledger.balanceOf(TREASURY, address(coin)), 0.0075 ether, "fee");
    }

    function test_a_listing_in_a_currency_pulls_from_the_buyer() public {
        IMarketplace.Order memory order = _listing();
        order.currency = address(coin);
        bytes memory signature = _signed(order);
        vm.prank(BUYER);
        market.fill(order, signature, 1, BUYER, PRICE);
        assertEq(coin.balanceOf(BUYER), 1_000 ether - PRICE, "paid");
        assertEq(coin.allowance(address(market), address(ledger)), 0, "no allowance is left");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, 1, 0));
        vm.prank(BUYER);
        market.fill{value: 1}(order, signature, 1, BUYER, PRICE);
    }

    function test_ether_is_exact_and_a_surplus_is_refused() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 sent = i == 0 ? PRICE - 1 : i == 1 ? PRICE + 1 : 0;
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, sent, PRICE));
            vm.prank(BUYER);
            market.fill{value: sent}(order, signature, 1, BUYER, PRICE);
        }
    }

    function test_a_buyer_pays_at_most_its_limit() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.AboveLimit.selector, PRICE, PRICE - 1));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE - 1);
    }

    function test_a_seller_to_an_offer_gets_at_least_its_limit() public {
        IMarketplace.Order memory order = _offer();
        vm.prank(BUYER);
        market.offer(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.BelowLimit.selector, 0.0905 ether, 0.0905 ether + 1));
        vm.prank(seller);
        market.fill(order, "", 1, BUYER, 0.0905 ether + 1);
    }

    function test_copies_of_an_offer_go_to_its_maker_only() public {
        IMarketplace.Order memory order = _offer();
        vm.prank(BUYER);
        market.offer(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.InvalidRecipient.selector, seller));
        vm.prank(seller);
        market.fill(order, "", 1, seller, 0);
    }

    function test_copies_never_go_to_nobody_or_to_the_market() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        address[2] memory wrong = [address(0), address(market)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.InvalidRecipient.selector, wrong[i]));
            vm.prank(BUYER);
            market.fill{value: PRICE}(order, signature, 1, wrong[i], PRICE);
        }
    }

    function test_an_order_is_filled_in_parts_up_to_its_amount() public {
        IMarketplace.Order memory order = _listing();
        _buy(order, 3);
        _buy(order, 6);
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderOverfilled.selector, 1, 2));
        vm.prank(BUYER);
        market.fill{value: 2 * PRICE}(order, signature, 2, BUYER, 2 * PRICE);
        _buy(order, 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderOverfilled.selector, 0, 1));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
    }

    function test_nothing_cannot_be_bought() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.expectRevert(IMarketplace.ZeroAmount.selector);
        market.fill(order, signature, 0, BUYER, 0);
    }

    function test_a_falling_price_is_a_straight_line_rounded_up() public {
        IMarketplace.Order memory order = _listing();
        (order.price, order.endPrice) = (1_000, 1);
        order.endAt = order.startAt + 7;
        uint256[8] memory prices = [uint256(1_000), 858, 715, 572, 430, 287, 144, 1];
        for (uint256 i = 0; i < 8; ++i) {
            vm.warp(START + i);
            assertEq(market.quote(order, 1), prices[i], "price");
        }
        vm.warp(START + 8);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderNotOpen.selector, order.startAt, order.endAt));
        market.quote(order, 1);
    }

    function test_a_dutch_listing_takes_its_price_and_returns_the_rest() public {
        IMarketplace.Order memory order = _listing();
        order.endPrice = PRICE / 2;
        bytes memory signature = _signed(order);
        vm.warp(START + 12 hours);
        vm.prank(BUYER);
        uint256 price = market.fill{value: 0.2 ether}(order, signature, 2, BUYER, 0.2 ether);
        assertEq(price, 0.15 ether, "price");
        assertEq(BUYER.balance, 1_000 ether - 0.15 ether, "the rest is back");
        assertEq(address(market).balance, 0, "nothing stays");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, 0.075 ether, 0.1 ether));
        vm.prank(BUYER);
        market.fill{value: 0.075 ether}(order, signature, 1, BUYER, 0.1 ether);
    }

    function test_a_dutch_sale_says_so() public {
        IMarketplace.Order memory order = _listing();
        order.endPrice = PRICE;
        vm.recordLogs();
        _buy(order, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        IMarketplace.Sale memory sale = abi.decode(logs[0].data, (IMarketplace.Sale));
        assertTrue(sale.kind == IMarketplace.SaleKind.Dutch, "kind");
    }

    function test_orders_that_mean_nothing_are_refused() public {
        IMarketplace.Order memory order = _listing();
        order.collection = address(0);
        _refused(order, abi.encodeWithSelector(IMarketplace.ZeroAddress.selector));
        order = _listing();
        order.amount = 0;
        _refused(order, abi.encodeWithSelector(IMarketplace.ZeroAmount.selector));
        order = _listing();
        order.price = 0;
        _refused(order, abi.encodeWithSelector(IMarketplace.InvalidPrice.selector));
        order = _listing();
        order.endPrice = order.price + 1;
        _refused(order, abi.encodeWithSelector(IMarketplace.InvalidPrice.selector));
        order = _listing();
        order.endAt = order.startAt;
        _refused(order, abi.encodeWithSelector(IMarketplace.InvalidTimes.selector, order.startAt, order.endAt));
        order = _listing();
        order.royaltyBps = 5_001;
        _refused(order, abi.encodeWithSelector(IMarketplace.RoyaltyAboveCap.selector, 5_001, 5_000));
        order = _listing();
        order.currency = OTHER;
        _refused(order, abi.encodeWithSelector(IMarketplace.CurrencyNotAllowed.selector, OTHER));
        order = _listing();
        order.counter = 1;
        _refused(order, abi.encodeWithSelector(IMarketplace.WrongCounter.selector, 0, 1));
    }

    function test_offers_have_a_fixed_price_in_a_token() public {
        IMarketplace.Order memory order = _offer();
        order.currency = ETHER;
        _offerRefused(order, abi.encodeWithSelector(IMarketplace.CurrencyNotAllowed.selector, ETHER));
        order = _offer();
        order.inDollars = true;
        _offerRefused(order, abi.encodeWithSelector(IMarketplace.InvalidPrice.selector));
        order = _offer();
        order.endPrice = 1;
        _offerRefused(order, abi.encodeWithSelector(IMarketplace.InvalidPrice.selector));
    }

    function test_only_the_maker_publishes_and_on_the_right_side() public {
        IMarketplace.Order memory order = _listing();
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NotMaker.selector, seller, BUYER));
        vm.prank(BUYER);
        market.list(order);
        vm.expectRevert(IMarketplace.WrongSide.selector);
        vm.prank(seller);
        market.offer(order);
    }

    function test_an_order_without_a_maker_is_refused() public {
        IMarketplace.Order memory order = _listing();
        order.maker = address(0);
        vm.expectRevert(IMarketplace.ZeroAddress.selector);
        market.fill(order, "", 1, BUYER, 0);
    }

    function test_an_order_is_published_once_and_only_while_it_is_new() public {
        IMarketplace.Order memory order = _listing();
        bytes32 hash = market.orderHash(order);
        vm.startPrank(seller);
        market.list(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderNotNew.selector, hash));
        market.list(order);
        vm.stopPrank();
        order.salt = 1;
        _buy(order, 1);
        _listRefused(order, abi.encodeWithSelector(IMarketplace.OrderNotNew.selector, market.orderHash(order)));
        order.salt = 2;
        _cancel(order);
        _listRefused(order, abi.encodeWithSelector(IMarketplace.OrderNotNew.selector, market.orderHash(order)));
    }

    function test_an_order_whose_end_has_passed_is_not_published() public {
        IMarketplace.Order memory order = _listing();
        vm.warp(order.endAt + 1);
        _listRefused(order, abi.encodeWithSelector(IMarketplace.InvalidTimes.selector, order.startAt, order.endAt));
    }

    function test_an_order_is_open_from_start_to_end() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        bytes memory closed = abi.encodeWithSelector(IMarketplace.OrderNotOpen.selector, order.startAt, order.endAt);
        vm.warp(order.startAt - 1);
        vm.expectRevert(closed);
        market.fill(order, signature, 1, BUYER, PRICE);
        vm.warp(order.endAt + 1);
        vm.expectRevert(closed);
        market.fill(order, signature, 1, BUYER, PRICE);
        vm.warp(order.endAt);
        _buy(order, 1);
    }

    function test_only_the_named_taker_fills() public {
        IMarketplace.Order memory order = _listing();
        order.taker = OTHER;
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NotTaker.selector, OTHER, BUYER));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        vm.prank(OTHER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
    }

    function test_an_incremented_counter_voids_signed_and_published_orders() public {
        IMarketplace.Order memory order = _listing();
        vm.startPrank(seller);
        market.list(order);
        vm.expectEmit(address(market));
        emit IMarketplace.CounterIncremented(seller, 1);
        assertEq(market.incrementCounter(), 1, "counter");
        vm.stopPrank();
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongCounter.selector, 1, 0));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        _buy(_listing(), 1);
    }

    function test_a_cancelled_order_is_not_filled() public {
        IMarketplace.Order memory order = _listing();
        bytes32 hash = market.orderHash(order);
        vm.expectEmit(address(market));
        emit IMarketplace.OrderCancelled(hash, seller);
        _cancel(order);
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderIsCancelled.selector, hash));
        market.fill(order, signature, 1, BUYER, PRICE);
    }

    function test_a_contract_wallet_lists_by_its_own_rule() public {
        IMarketplace.Order memory order = _listing();
        order.maker = address(0xa11e7);
        collection.mint(order.maker, TOKEN_ID, 10);
        vm.prank(order.maker);
        collection.setApprovalForAll(address(market), true);
        vm.etch(order.maker, address(new OneDigestWallet(market.orderHash(order))).code);
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, "", 1, BUYER, PRICE);
        order.price = 1;
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, order.maker));
        vm.prank(BUYER);
        market.fill{value: 1}(order, "", 1, BUYER, 1);
    }

    function test_a_key_signs_for_its_account_even_with_code() public {
        IMarketplace.Order memory order = _listing();
        vm.etch(seller, address(new OneDigestWallet(0)).code);
        _buy(order, 1);
    }

    function test_a_collection_without_royalty_pays_none() public {
        _buy(_listingOf(new PlainCollection()), 1);
        assertEq(ledger.balanceOf(seller, ETHER), PRICE - PRICE * FEE_BPS / 10_000, "proceeds");
        collection.dropRoyalty();
        _buy(_listing(), 1);
        assertEq(ledger.balanceOf(seller, ETHER), 2 * (PRICE - PRICE * FEE_BPS / 10_000), "proceeds of both");
    }

    function test_a_royalty_of_nothing_has_no_receiver() public {
        collection.setRoyalty(ARTIST, 0);
        _buyWithoutRoyalty(_listing());
        _buyWithoutRoyalty(_listingOf(new PlainCollection()));
        StrangeCollection nobody = new StrangeCollection();
        nobody.setAnswer(StrangeCollection.Answer.Amount, address(0), PRICE / 10, true);
        _buyWithoutRoyalty(_listingOf(nobody));
    }

    /// @dev The seller has ten copies there, and the market may move them.
    function _listingOf(PlainCollection other) private returns (IMarketplace.Order memory order) {
        other.mint(seller, TOKEN_ID, 10);
        vm.prank(seller);
        other.setApprovalForAll(address(market), true);
        order = _listing();
        order.collection = address(other);
    }

    function _buyWithoutRoyalty(IMarketplace.Order memory order) private {
        vm.recordLogs();
        _buy(order, 1);
        IMarketplace.Sale memory sale = abi.decode(vm.getRecordedLogs()[0].data, (IMarketplace.Sale));
        assertEq(sale.royaltyReceiver, address(0), "receiver");
        assertEq(sale.royalty, 0, "royalty");
    }

    function test_a_collection_that_hides_its_royalty_cannot_be_sold() public {
        StrangeCollection strange = new StrangeCollection();
        IMarketplace.Order memory order = _listing();
        order.collection = address(strange);
        bytes memory signature = _signed(order);
        for (uint256 i = 1; i < 3; ++i) {
            strange.setAnswer(StrangeCollection.Answer(i), ARTIST, 1, true);
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.RoyaltyUnavailable.selector, address(strange)));
            vm.prank(BUYER);
            market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        }
    }

    function test_the_fee_is_never_above_what_the_maker_signed() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        market.setProtocolFee(FEE_BPS + 1, TREASURY);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.FeeAboveItem.selector, FEE_BPS + 1, FEE_BPS));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        market.setProtocolFee(0, OTHER);
        _buy(order, 1);
        assertEq(ledger.balanceOf(OTHER, ETHER), 0, "no fee");
    }

    function test_governance_sets_fee_currencies_and_feeds_within_bounds() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.FeeAboveCap.selector, 1_001, 1_000));
        market.setProtocolFee(1_001, TREASURY);
        vm.expectRevert(IMarketplace.ZeroAddress.selector);
        market.setProtocolFee(0, address(0));
        vm.expectRevert(IMarketplace.ZeroAddress.selector);
        market.setCurrency(address(0), true);
        vm.expectEmit(address(market));
        emit IMarketplace.ProtocolFeeSet(1_000, OTHER);
        market.setProtocolFee(1_000, OTHER);
        assertEq(market.feeBps(), 1_000, "fee");
        assertEq(market.treasury(), OTHER, "treasury");
        vm.expectEmit(address(market));
        emit IMarketplace.CurrencySet(address(coin), false);
        market.setCurrency(address(coin), false);
        assertFalse(market.isAllowed(address(coin)), "allowed");
    }

    function test_only_governance_sets_and_only_the_guardian_pauses() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, BUYER);
        vm.startPrank(BUYER);
        vm.expectRevert(refusal);
        market.setProtocolFee(0, BUYER);
        vm.expectRevert(refusal);
        market.setCurrency(address(coin), false);
        vm.expectRevert(refusal);
        market.pauseTrading(uint64(START) + 1);
        vm.stopPrank();
    }

    function test_a_pause_stops_sales_and_ends_by_itself() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.expectEmit(address(market));
        emit IMarketplace.TradingPaused(uint64(START), uint64(START) + 1 hours, GUARDIAN);
        _pause(1 hours);
        assertEq(market.pausedUntil(), START + 1 hours, "until");
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.TradingIsPaused.selector, START + 1 hours));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        vm.warp(START + 1 hours);
        _buy(order, 1);
    }

    function test_a_pause_never_stops_cancels_and_lasts_two_weeks_at_most() public {
        IMarketplace.Order memory order = _listing();
        _pause(14 days);
        _cancel(order);
        vm.prank(seller);
        market.incrementCounter();
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.PauseTooLong.selector, START + 14 days + 1, 14 days));
        _pause(14 days + 1);
    }

    function test_governance_ends_a_pause() public {
        _pause(14 days);
        market.pauseTrading(0);
        assertEq(market.pausedUntil(), START, "now");
        _buy(_listing(), 1);
    }

    function test_a_market_without_ledger_or_with_too_high_a_fee_is_not_deployed() public {
        vm.expectRevert(IMarketplace.ZeroAddress.selector);
        new Marketplace(address(manager), IRoyaltyDistributor(address(0)), TREASURY, 0, IPriceFeed(address(0)));
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.FeeAboveCap.selector, 1_001, 1_000));
        new Marketplace(address(manager), ledger, TREASURY, 1_001, IPriceFeed(address(0)));
    }

    function test_the_type_is_the_struct() public view {
        IMarketplace.Order memory order = _listing();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("TuneFi Marketplace"),
                keccak256("1"),
                block.chainid,
                address(market)
            )
        );
        bytes32 typeHash = keccak256(
            "Order(address maker,uint8 side,address collection,uint256 tokenId,uint128 amount,address currency,uint128 price,uint128 endPrice,bool inDollars,uint16 royaltyBps,uint16 maxFeeBps,address taker,uint64 startAt,uint64 endAt,uint256 salt,uint256 counter)"
        );
        assertEq(market.ORDER_TYPEHASH(), typeHash, "type");
        bytes32 content = keccak256(abi.encode(typeHash, order));
        assertEq(market.orderHash(order), keccak256(abi.encodePacked(hex"1901", domain, content)), "digest");
    }

    function testFuzz_the_hash_is_that_of_the_plain_encoding(uint256[16] memory words) public pure {
        IMarketplace.Order memory order = _orderOf(words);
        bytes32 before = keccak256(abi.encode(order));
        bytes32 plain = keccak256(abi.encode(OrderTerms.TYPEHASH, order));
        bytes memory neighbour = abi.encode(before);
        assertEq(OrderTerms.structHash(order), plain, "hash");
        assertEq(keccak256(abi.encode(order)), before, "the order is as it was");
        assertEq(keccak256(neighbour), keccak256(abi.encode(before)), "and what lies beside it");
    }

    function testFuzz_every_wei_of_a_price_is_credited(uint256 amount, uint128 price, uint256 bps, uint256 fee) public {
        amount = bound(amount, 1, 100);
        price = uint128(bound(price, 1, 9 ether));
        bps = bound(bps, 0, 5_000);
        fee = bound(fee, 0, 1_000);
        collection.setRoyalty(ARTIST, uint96(bps));
        market.setProtocolFee(uint16(fee), TREASURY);
        IMarketplace.Order memory order = _listing();
        (order.amount, order.price, order.royaltyBps, order.maxFeeBps) = (100, price, uint16(bps), uint16(fee));
        uint256 paid = _buy(order, amount);
        uint256 royalty = ledger.balanceOf(ARTIST, ETHER);
        uint256 feeWei = ledger.balanceOf(TREASURY, ETHER);
        assertEq(royalty, paid * bps / 10_000, "royalty");
        assertEq(feeWei, paid * fee / 10_000, "fee");
        assertEq(ledger.balanceOf(seller, ETHER) + royalty + feeWei, paid, "sum");
        assertEq(address(ledger).balance, paid, "ledger");
    }

    function testFuzz_a_falling_price_stays_between_its_ends(uint128 price, uint128 endPrice, uint256 time) public {
        IMarketplace.Order memory order = _listing();
        order.price = uint128(bound(price, 1, type(uint128).max));
        order.endPrice = uint128(bound(endPrice, 1, order.price));
        time = bound(time, 0, 1 days - 1);
        vm.warp(START + time);
        uint256 now_ = market.quote(order, 1);
        assertTrue(now_ <= order.price && now_ >= order.endPrice, "between");
        vm.warp(START + time + 1);
        assertTrue(market.quote(order, 1) <= now_, "falls");
    }

    /// @dev Any order at all, each field cut to its size.
    function _orderOf(uint256[16] memory words) private pure returns (IMarketplace.Order memory order) {
        order.maker = address(uint160(words[0]));
        order.side = IMarketplace.Side(words[1] % 2);
        order.collection = address(uint160(words[2]));
        order.tokenId = words[3];
        order.amount = uint128(words[4]);
        order.currency = address(uint160(words[5]));
        order.price = uint128(words[6]);
        order.endPrice = uint128(words[7]);
        order.inDollars = words[8] % 2 == 1;
        order.royaltyBps = uint16(words[9]);
        order.maxFeeBps = uint16(words[10]);
        order.taker = address(uint160(words[11]));
        order.startAt = uint64(words[12]);
        order.endAt = uint64(words[13]);
        order.salt = words[14];
        order.counter = words[15];
    }

    function _refused(IMarketplace.Order memory order, bytes memory reason) private {
        _listRefused(order, reason);
        bytes memory signature = _signed(order);
        vm.expectRevert(reason);
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
    }

    function _listRefused(IMarketplace.Order memory order, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(seller);
        market.list(order);
    }

    function _offerRefused(IMarketplace.Order memory order, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(BUYER);
        market.offer(order);
    }
}
