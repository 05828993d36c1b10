// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IMarketplace} from "../interfaces/IMarketplace.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {Settlement} from "./Settlement.sol";

/// @title Listings and offers
/// @notice An order is known by its EIP-712 digest, which covers its maker, this contract and the chain.
abstract contract Orders is Settlement, EIP712, ReentrancyGuardTransient {
    using OrderTerms for Order;

    mapping(bytes32 hash => OrderState) private _orders;

    /// @inheritdoc IMarketplace
    mapping(address maker => uint256) public counterOf;

    /// @inheritdoc IMarketplace
    function list(Order memory order) external returns (bytes32 hash) {
        hash = _publish(order, Side.Listing);
        emit Listed(hash, msg.sender, order.collection, order);
    }

    /// @inheritdoc IMarketplace
    function offer(Order memory order) external returns (bytes32 hash) {
        hash = _publish(order, Side.Offer);
        emit Offered(hash, msg.sender, order.collection, order);
    }

    /// @inheritdoc IMarketplace
    function fill(Order memory order, bytes calldata signature, uint256 amount, address recipient, uint256 limit)
        external
        payable
        nonReentrant
        returns (uint256 price)
    {
        _checkTrading();
        _checkOpen(order);
        bytes32 hash = _take(order, signature, amount);
        price = _price(order, amount);
        Sale memory sale = order.side == Side.Listing
            ? _bought(order, hash, amount, recipient, price)
            : _soldToMaker(order, hash, amount, recipient, price);
        _divide(order, sale, limit);
        uint256 rest = _receive(order, sale, limit);
        _payOut(sale);
        _deliver(order.collection, order.tokenId, amount, sale.seller, sale.recipient);
        if (rest > 0) Address.sendValue(payable(msg.sender), rest);
    }

    /// @inheritdoc IMarketplace
    function cancel(Order[] calldata orders) external {
        for (uint256 i = 0; i < orders.length; ++i) {
            _checkMaker(orders[i].maker);
            bytes32 hash = _hash(orders[i]);
            _orders[hash].cancelled = true;
            emit OrderCancelled(hash, msg.sender);
        }
    }

    /// @inheritdoc IMarketplace
    function incrementCounter() external returns (uint256 counter) {
        counter = ++counterOf[msg.sender];
        emit CounterIncremented(msg.sender, counter);
    }

    /// @inheritdoc IMarketplace
    function orderHash(Order memory order) external view returns (bytes32) {
        return _hash(order);
    }

    /// @inheritdoc IMarketplace
    function orderState(bytes32 hash) external view returns (OrderState memory) {
        return _orders[hash];
    }

    /// @inheritdoc IMarketplace
    function quote(Order memory order, uint256 amount) external view returns (uint256) {
        order.checkForm();
        _checkTimes(order);
        return _price(order, amount);
    }

    function _publish(Order memory order, Side side) private returns (bytes32 hash) {
        if (order.side != side) revert WrongSide();
        _checkMaker(order.maker);
        order.checkForm();
        if (order.endAt < block.timestamp) revert InvalidTimes(order.startAt, order.endAt);
        _checkCounter(order);
        _checkCurrency(order.currency);
        hash = _hash(order);
        OrderState storage state = _orders[hash];
        if (state.published || state.cancelled || state.filled > 0) revert OrderNotNew(hash);
        state.published = true;
    }

    /// @dev Whether it can be filled by the caller now, apart from what its state says.
    function _checkOpen(Order memory order) private view {
        order.checkForm();
        _checkTimes(order);
        _checkCounter(order);
        _checkCurrency(order.currency);
        if (order.taker != address(0) && order.taker != msg.sender) revert NotTaker(order.taker, msg.sender);
    }

    function _checkTimes(Order memory order) private view {
        if (block.timestamp < order.startAt || block.timestamp > order.endAt) {
            revert OrderNotOpen(order.startAt, order.endAt);
        }
    }

    function _checkMaker(address maker) private view {
        if (maker != msg.sender) revert NotMaker(maker, msg.sender);
    }

    function _checkCounter(Order memory order) private view {
        uint256 current = counterOf[order.maker];
        if (order.counter != current) revert WrongCounter(current, order.counter);
    }

    /// @dev Takes copies out of the order, before anything is called.
    function _take(Order memory order, bytes calldata signature, uint256 amount) private returns (bytes32 hash) {
        if (amount == 0) revert ZeroAmount();
        hash = _hash(order);
        OrderState storage state = _orders[hash];
        if (state.cancelled) revert OrderIsCancelled(hash);
        uint256 left = order.amount - state.filled;
        if (amount > left) revert OrderOverfilled(left, amount);
        if (!state.published && !_isSigned(order.maker, hash, signature)) revert BadSignature(order.maker);
        // At most `left`, which has 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        state.filled += uint128(amount);
    }

    /// @dev A key counts for its account even when the account has code (EIP-7702); otherwise the code decides, each
    /// time anew. Nobody has the key of a contract's address.
    function _isSigned(address maker, bytes32 hash, bytes calldata signature) private view returns (bool) {
        // slither-disable-next-line unused-return (the problem's detail)
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(hash, signature);
        if (problem == ECDSA.RecoverError.NoError && signer == maker) return true;
        return maker.code.length > 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(maker, hash, signature);
    }

    /// @dev Dollars are converted once for all copies, rounded up, so that no part is ever for nothing.
    function _price(Order memory order, uint256 amount) private view returns (uint256 price) {
        price = order.priceAt(block.timestamp) * amount;
        if (order.inDollars) price = dollarPrices.inCurrency(order.currency, price);
    }

    function _bought(Order memory order, bytes32 hash, uint256 amount, address recipient, uint256 price)
        private
        view
        returns (Sale memory sale)
    {
        (sale.source, sale.kind) = (hash, order.endPrice == 0 ? SaleKind.Listing : SaleKind.Dutch);
        (sale.seller, sale.buyer, sale.recipient) = (order.maker, msg.sender, recipient);
        (sale.amount, sale.currency, sale.price) = (amount, order.currency, price);
    }

    function _soldToMaker(Order memory order, bytes32 hash, uint256 amount, address recipient, uint256 price)
        private
        view
        returns (Sale memory sale)
    {
        if (recipient != order.maker) revert InvalidRecipient(recipient);
        (sale.source, sale.kind) = (hash, SaleKind.Offer);
        (sale.seller, sale.buyer, sale.recipient) = (msg.sender, order.maker, recipient);
        (sale.amount, sale.currency, sale.price) = (amount, order.currency, price);
    }

    /// @dev Divides the price within the limits of both sides and writes the sale down.
    function _divide(Order memory order, Sale memory sale, uint256 limit) private {
        uint16 bps = _book.feeBps;
        if (bps > order.maxFeeBps) revert FeeAboveItem(bps, order.maxFeeBps);
        sale.fee = sale.price * bps / BPS;
        uint256 most;
        (sale.royaltyReceiver, sale.royalty, most) =
            _royalty(order.collection, order.tokenId, sale.price, order.royaltyBps);
        if (sale.royalty > most) revert RoyaltyAboveItem(sale.royalty, most);
        if (order.side == Side.Listing) {
            if (sale.price > limit) revert AboveLimit(sale.price, limit);
        } else {
            uint256 proceeds = sale.price - sale.royalty - sale.fee;
            if (proceeds < limit) revert BelowLimit(proceeds, limit);
        }
        _record(sale, order.collection, order.tokenId);
    }

    /// @dev Takes the price from the buyer and returns what is left of the ether sent for a price that moves. Called by
    /// {fill} only, which is payable.
    function _receive(Order memory order, Sale memory sale, uint256 limit) private returns (uint256 rest) {
        if (order.currency == address(0) && order.priceMoves()) {
            if (msg.value != limit) revert WrongPayment(msg.value, limit);
            return limit - sale.price;
        }
        _collect(order.currency, sale.buyer, sale.price);
    }

    function _hash(Order memory order) private view returns (bytes32) {
        return _hashTypedDataV4(order.structHash());
    }
}
