// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC1155Errors, IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Marketplace} from "../../src/Marketplace.sol";
import {IMarketplace} from "../../src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {StrangeCollection} from "../kit/Collections.sol";
import {CallingCoin, Coin, FeeCoin} from "../kit/Currencies.sol";
import {MarketSystem} from "../kit/MarketSystem.sol";

/// @dev Says yes until it says no.
contract FickleWallet is IERC1271 {
    bool public accepts;

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return accepts ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Calls the market again from whichever hook it gets: copies, ether, or a currency's.
contract Reentrant is ERC1155Holder {
    Marketplace private immutable market;
    bytes private _again;
    bool public refused;
    bytes public reason;

    constructor(Marketplace market_) {
        market = market_;
    }

    receive() external payable {
        _reenter();
    }

    function start(bytes calldata call_, bytes calldata again) external payable {
        _again = again;
        (bool done, bytes memory why) = address(market).call{value: msg.value}(call_);
        if (!done) {
            assembly {
                revert(add(why, 32), mload(why))
            }
        }
    }

    function approve(Coin coin) external {
        coin.approve(address(market), type(uint256).max);
    }

    function reenter() external {
        _reenter();
    }

    function onERC1155Received(address, address, uint256, uint256, bytes memory) public override returns (bytes4) {
        _reenter();
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function _reenter() private {
        if (_again.length == 0) return;
        (bool done, bytes memory why) = address(market).call(_again);
        (refused, reason) = (!done, why);
    }
}

/// @dev Takes no ether.
contract NoEther is ERC1155Holder {
    function buy(Marketplace market, IMarketplace.Order calldata order, bytes calldata signature, uint256 limit)
        external
    {
        market.fill{value: limit}(order, signature, 1, address(this), limit);
    }
}

contract MarketOrdersAttacks is MarketSystem {
    bytes4 private constant REENTERED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    function test_an_order_is_never_filled_twice() public {
        IMarketplace.Order memory order = _listing();
        _buy(order, 10);
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderOverfilled.selector, 0, 1));
        vm.prank(OTHER);
        market.fill{value: PRICE}(order, signature, 1, OTHER, PRICE);
    }

    function test_no_part_of_an_order_is_ever_for_nothing() public {
        IMarketplace.Order memory order = _listing();
        (order.price, order.endPrice) = (1, 1);
        vm.warp(order.endAt);
        assertEq(market.quote(order, 1), 1, "the smallest price");
    }

    function test_a_huge_amount_does_not_wrap_around() public {
        IMarketplace.Order memory order = _listing();
        order.amount = type(uint128).max;
        bytes memory signature = _signed(order);
        uint256 wanted = uint256(type(uint128).max) + 2;
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderOverfilled.selector, type(uint128).max, wanted));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, wanted, BUYER, PRICE);
    }

    function test_a_signature_for_another_contract_is_refused() public {
        Marketplace other = new Marketplace(address(manager), ledger, TREASURY, FEE_BPS, IPriceFeed(address(0)));
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, seller));
        vm.prank(BUYER);
        other.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
    }

    function test_a_signature_or_publication_from_before_a_fork_is_refused_after_it() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.prank(seller);
        market.list(order);
        vm.chainId(block.chainid + 1);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, seller));
            vm.prank(BUYER);
            market.fill{value: PRICE}(order, i == 0 ? signature : bytes(""), 1, BUYER, PRICE);
        }
    }

    function test_a_signature_is_for_every_field_of_its_order() public {
        IMarketplace.Order memory signed = _listing();
        bytes memory signature = _signed(signed);
        for (uint256 i = 0; i < 8; ++i) {
            IMarketplace.Order memory order = _listing();
            if (i == 0) order.amount = 100;
            if (i == 1) order.price = 1;
            if (i == 2) order.endPrice = 1;
            if (i == 3) order.royaltyBps = 5_000;
            if (i == 4) order.maxFeeBps = 10_000;
            if (i == 5) order.endAt += 1;
            if (i == 6) order.salt = 1;
            if (i == 7) (order.side, order.currency) = (IMarketplace.Side.Offer, address(coin));
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, seller));
            vm.prank(BUYER);
            market.fill{value: i == 7 ? 0 : PRICE}(order, signature, 1, i == 7 ? seller : BUYER, i == 7 ? 0 : PRICE);
        }
    }

    function test_a_malleable_signature_is_refused_and_would_fill_the_same_order() public {
        IMarketplace.Order memory order = _listing();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SELLER_KEY, market.orderHash(order));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory twin = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, seller));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, twin, 1, BUYER, PRICE);
    }

    function test_a_wallet_that_changes_its_mind_sells_no_more() public {
        IMarketplace.Order memory order = _listing();
        order.maker = address(0xf1c4);
        collection.mint(order.maker, TOKEN_ID, 10);
        vm.prank(order.maker);
        collection.setApprovalForAll(address(market), true);
        vm.etch(order.maker, type(FickleWallet).runtimeCode);
        FickleWallet(order.maker).setAccepts(true);
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, "", 1, BUYER, PRICE);
        FickleWallet(order.maker).setAccepts(false);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.BadSignature.selector, order.maker));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, "", 1, BUYER, PRICE);
        assertEq(collection.balanceOf(order.maker, TOKEN_ID), 9, "one was sold");
    }

    function test_nobody_cancels_for_another_and_a_front_run_cancel_costs_the_buyer_nothing() public {
        IMarketplace.Order memory order = _listing();
        bytes32 hash = market.orderHash(order);
        IMarketplace.Order[] memory orders = new IMarketplace.Order[](1);
        orders[0] = order;
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.NotMaker.selector, seller, OTHER));
        vm.prank(OTHER);
        market.cancel(orders);
        _buy(order, 1);
        _cancel(order);
        uint256 before = BUYER.balance;
        bytes memory signature = _signed(order);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.OrderIsCancelled.selector, hash));
        vm.prank(BUYER);
        market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        assertEq(BUYER.balance, before, "nothing paid");
    }

    function test_a_royalty_above_the_item_or_the_price_is_refused() public {
        StrangeCollection strange = new StrangeCollection();
        IMarketplace.Order memory order = _listing();
        (order.collection, order.royaltyBps) = (address(strange), 5_000);
        bytes memory signature = _signed(order);
        uint256[3] memory asked = [PRICE / 2 + 1, PRICE + 1, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            strange.setAnswer(StrangeCollection.Answer.Amount, ARTIST, asked[i], true);
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.RoyaltyAboveItem.selector, asked[i], PRICE / 2));
            vm.prank(BUYER);
            market.fill{value: PRICE}(order, signature, 1, BUYER, PRICE);
        }
    }

    function test_a_seller_who_moved_the_copies_away_sells_nothing() public {
        IMarketplace.Order memory order = _listing();
        bytes memory signature = _signed(order);
        vm.prank(seller);
        collection.safeTransferFrom(seller, address(0xdead), TOKEN_ID, 99, "");
        uint256 before = BUYER.balance;
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, seller, 1, 2, TOKEN_ID)
        );
        vm.prank(BUYER);
        market.fill{value: 2 * PRICE}(order, signature, 2, BUYER, 2 * PRICE);
        assertEq(BUYER.balance, before, "nothing paid");
        assertEq(market.orderState(market.orderHash(order)).filled, 0, "nothing filled");
    }

    function test_an_offer_whose_money_has_gone_buys_nothing() public {
        IMarketplace.Order memory order = _offer();
        vm.startPrank(BUYER);
        market.offer(order);
        assertTrue(coin.transfer(OTHER, 1_000 ether), "transfer");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BUYER, 0, PRICE));
        vm.prank(seller);
        market.fill(order, "", 1, BUYER, 0);
        assertEq(collection.balanceOf(seller, TOKEN_ID), 100, "copies stay");
    }

    function test_a_currency_that_takes_a_fee_is_refused() public {
        FeeCoin fee = new FeeCoin();
        fee.mint(BUYER, 10 ether);
        vm.prank(BUYER);
        fee.approve(address(market), type(uint256).max);
        market.setCurrency(address(fee), true);
        IMarketplace.Order memory order = _listing();
        order.currency = address(fee);
        bytes memory signature = _signed(order);
        // Neither does what already lies there make up for the fee.
        fee.mint(address(market), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.ShortDelivery.selector, PRICE - PRICE / 100, PRICE));
        vm.prank(BUYER);
        market.fill(order, signature, 1, BUYER, PRICE);
    }

    function test_no_hook_of_copies_reenters() public {
        Reentrant attacker = new Reentrant(market);
        IMarketplace.Order memory order = _listing();
        bytes memory again = _fillCall(order, address(attacker), PRICE);
        attacker.start{value: PRICE}(again, again);
        _checkRefused(attacker);
        assertEq(collection.balanceOf(address(attacker), TOKEN_ID), 1, "one copy");
    }

    function test_no_payment_of_the_rest_reenters() public {
        Reentrant attacker = new Reentrant(market);
        IMarketplace.Order memory order = _listing();
        order.endPrice = 1;
        vm.warp(order.endAt);
        attacker.start{value: PRICE}(
            _fillCall(order, address(attacker), PRICE),
            abi.encodeCall(market.withdrawRefund, (ETHER, address(attacker)))
        );
        _checkRefused(attacker);
        assertEq(address(attacker).balance, PRICE - 1, "the rest, once");
    }

    function test_no_hook_of_a_currency_reenters() public {
        CallingCoin calling = new CallingCoin();
        market.setCurrency(address(calling), true);
        Reentrant attacker = new Reentrant(market);
        calling.mint(address(attacker), 10 ether);
        attacker.approve(calling);
        calling.callOnTransfer(address(attacker), abi.encodeCall(attacker.reenter, ()));
        IMarketplace.Order memory order = _listing();
        order.currency = address(calling);
        bytes memory again = _fillCall(order, address(attacker), PRICE);
        attacker.start(again, again);
        _checkRefused(attacker);
        assertEq(calling.balanceOf(address(attacker)), 10 ether - PRICE, "paid once");
    }

    function test_a_buyer_that_refuses_the_rest_hurts_itself_alone() public {
        NoEther buyer = new NoEther();
        vm.deal(address(buyer), 1 ether);
        IMarketplace.Order memory order = _listing();
        order.endPrice = 1;
        bytes memory signature = _signed(order);
        vm.warp(order.endAt);
        vm.expectRevert(Errors.FailedCall.selector);
        buyer.buy(market, order, signature, PRICE);
        buyer.buy(market, order, signature, 1);
        assertEq(collection.balanceOf(address(buyer), TOKEN_ID), 1, "bought with the exact price");
    }

    function test_donations_change_nothing_and_plain_ether_is_refused() public {
        vm.deal(address(market), 5 ether);
        vm.prank(BUYER);
        assertTrue(coin.transfer(address(market), 5 ether), "donation");
        IMarketplace.Order memory order = _listing();
        _buy(order, 1);
        order.currency = address(coin);
        bytes memory signature = _signed(order);
        vm.prank(OTHER);
        market.fill(order, signature, 1, OTHER, PRICE);
        assertEq(address(market).balance, 5 ether, "ether");
        assertEq(coin.balanceOf(address(market)), 5 ether, "coins");
        vm.prank(BUYER);
        (bool done,) = address(market).call{value: 1}("");
        assertFalse(done, "plain ether");
    }

    /// @dev No function of the market takes several orders or bids, so that one payment is never counted twice.
    function test_value_pays_for_one_order_only() public {
        IMarketplace.Order memory order = _listing();
        _buy(order, 1);
        bytes memory signature = _signed(order);
        vm.deal(address(market), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.WrongPayment.selector, 0, PRICE));
        vm.prank(BUYER);
        market.fill(order, signature, 1, BUYER, PRICE);
    }

    function testFuzz_currencies_of_any_decimals_leave_no_dust(uint8 places, uint128 price, uint256 amount) public {
        uint8[3] memory all = [0, 6, 27];
        Coin other = new Coin(all[places % 3]);
        market.setCurrency(address(other), true);
        amount = bound(amount, 1, 100);
        IMarketplace.Order memory order = _listing();
        (order.currency, order.amount, order.price) = (address(other), 100, uint128(bound(price, 1, 1e30)));
        uint256 total = amount * order.price;
        other.mint(BUYER, total);
        bytes memory signature = _signed(order);
        vm.startPrank(BUYER);
        other.approve(address(market), total);
        market.fill(order, signature, amount, BUYER, total);
        vm.stopPrank();
        assertEq(other.balanceOf(address(market)), 0, "market");
        assertEq(other.balanceOf(address(ledger)), total, "ledger");
        uint256 fee = total * FEE_BPS / 10_000;
        uint256 royalty = total * ROYALTY_BPS / 10_000;
        assertEq(ledger.balanceOf(seller, address(other)), total - fee - royalty, "dust is the seller's");
    }

    function _fillCall(IMarketplace.Order memory order, address recipient, uint256 limit)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(market.fill, (order, _signed(order), 1, recipient, limit));
    }

    function _checkRefused(Reentrant attacker) private view {
        assertTrue(attacker.refused(), "refused");
        assertEq(bytes32(attacker.reason()), bytes32(REENTERED), "by the guard");
    }
}
