// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC165, IERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IMarketplace} from "../interfaces/IMarketplace.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {Settlement} from "./Settlement.sol";

/// @title English auctions
/// @notice The copies and the best bid are held here; a bid that was outbid waits for its owner. Nothing that an
/// account refuses stops anybody else: refused copies wait too.
abstract contract Auctions is Settlement, ReentrancyGuardTransient, ERC165, IERC1155Receiver {
    using SafeERC20 for IERC20;

    /// @notice What a bid must be above the best one, in hundredths of a percent of that, at least.
    uint256 public constant MIN_INCREMENT_BPS = 500;

    /// @notice A bid within that many seconds of the end extends the auction to that many seconds from then.
    uint64 public constant EXTENSION = 10 minutes;

    /// @notice How far beyond its first end an auction can be extended, in seconds.
    uint64 public constant MAX_EXTENSION = 1 days;

    /// @notice The shortest and longest time that bids can be accepted for, in seconds; the longest counts from now.
    uint64 public constant MIN_DURATION = 1 hours;
    uint64 public constant MAX_DURATION = 90 days;

    /// @notice After that many seconds without being settled, an auction can be unwound.
    uint64 public constant UNWIND_DELAY = 30 days;

    /// @inheritdoc IMarketplace
    uint256 public auctionCount;

    mapping(uint256 auctionId => Auction) private _auctions;

    /// @inheritdoc IMarketplace
    mapping(address account => mapping(address currency => uint256 amount)) public refundOf;

    /// @inheritdoc IMarketplace
    function createAuction(AuctionTerms calldata terms) external nonReentrant returns (uint256 auctionId) {
        _checkTrading();
        _checkTerms(terms);
        auctionId = ++auctionCount;
        Auction storage auction = _auctions[auctionId];
        (auction.seller, auction.status, auction.feeBps) = (msg.sender, AuctionStatus.Open, _book.feeBps);
        (auction.endAt, auction.latestEnd) = (terms.endAt, terms.endAt + MAX_EXTENSION);
        auction.terms = terms;
        emit AuctionCreated(auctionId, msg.sender, auction.feeBps, terms);
        IERC1155(terms.collection).safeTransferFrom(msg.sender, address(this), terms.tokenId, terms.amount, "");
    }

    /// @inheritdoc IMarketplace
    function bid(uint256 auctionId, uint128 amount) external payable nonReentrant {
        _checkTrading();
        Auction storage auction = _open(auctionId);
        uint64 end = _endOf(auction);
        if (block.timestamp < auction.terms.startAt || block.timestamp >= end) {
            revert BiddingClosed(auction.terms.startAt, end);
        }
        uint256 least = _leastBid(auction);
        if (amount < least) revert BidTooLow(amount, least);
        (address outbid, uint256 returned) = (auction.bidder, auction.bid);
        (auction.bidder, auction.bid) = (msg.sender, amount);
        emit BidPlaced(auctionId, msg.sender, amount, _extend(auction, end));
        if (outbid != address(0)) _creditRefund(outbid, auction.terms.currency, returned);
        _collect(auction.terms.currency, msg.sender, amount);
    }

    /// @inheritdoc IMarketplace
    function settleAuction(uint256 auctionId) external nonReentrant {
        Auction storage auction = _open(auctionId);
        uint64 end = _endOf(auction);
        if (block.timestamp < end) revert AuctionNotEnded(end);
        address bidder = auction.bidder;
        if (bidder == address(0)) {
            _close(auctionId, auction, AuctionStatus.Unsold);
            _release(auctionId, auction, auction.seller);
            return;
        }
        Sale memory sale = _saleOf(auctionId, auction);
        _record(sale, auction.terms.collection, auction.terms.tokenId);
        _close(auctionId, auction, AuctionStatus.Sold);
        _payOut(sale);
        _release(auctionId, auction, bidder);
    }

    /// @inheritdoc IMarketplace
    function cancelAuction(uint256 auctionId) external nonReentrant {
        Auction storage auction = _open(auctionId);
        if (auction.seller != msg.sender) revert NotSeller(auction.seller, msg.sender);
        if (auction.bidder != address(0)) revert AuctionHasBid(auctionId);
        _close(auctionId, auction, AuctionStatus.Cancelled);
        _release(auctionId, auction, msg.sender);
    }

    /// @inheritdoc IMarketplace
    /// @dev The time counts from the end without a pause, so that pauses in a row do not keep a bid for ever.
    function unwindAuction(uint256 auctionId) external nonReentrant {
        Auction storage auction = _open(auctionId);
        uint64 end = auction.endAt + UNWIND_DELAY;
        if (block.timestamp < end) revert AuctionNotEnded(end);
        _close(auctionId, auction, AuctionStatus.Unwound);
        if (auction.bidder != address(0)) _creditRefund(auction.bidder, auction.terms.currency, auction.bid);
        _release(auctionId, auction, auction.seller);
    }

    /// @inheritdoc IMarketplace
    function claimCopies(uint256 auctionId, address to) external nonReentrant {
        Auction storage auction = _auctions[auctionId];
        address owner = auction.status == AuctionStatus.Sold ? auction.bidder : auction.seller;
        if (!auction.copiesHeld || owner != msg.sender) revert NothingHeld(auctionId, msg.sender);
        auction.copiesHeld = false;
        emit CopiesClaimed(auctionId, msg.sender, to);
        _deliver(auction.terms.collection, auction.terms.tokenId, auction.terms.amount, address(this), to);
    }

    /// @inheritdoc IMarketplace
    function withdrawRefund(address currency, address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0)) revert ZeroAddress();
        amount = refundOf[msg.sender][currency];
        if (amount == 0) revert ZeroAmount();
        refundOf[msg.sender][currency] = 0;
        emit RefundWithdrawn(msg.sender, currency, to, amount);
        if (currency == address(0)) {
            Address.sendValue(payable(to), amount);
        } else {
            IERC20(currency).safeTransfer(to, amount);
        }
    }

    /// @inheritdoc IMarketplace
    function auctionOf(uint256 auctionId) external view returns (Auction memory) {
        return _auctions[auctionId];
    }

    /// @inheritdoc IMarketplace
    function auctionEnd(uint256 auctionId) external view returns (uint64) {
        return _endOf(_auctions[auctionId]);
    }

    /// @inheritdoc IMarketplace
    function leastBid(uint256 auctionId) external view returns (uint256) {
        return _leastBid(_open(auctionId));
    }

    /// @notice Takes the copies of an auction that is being created; whatever else is sent here is refused.
    function onERC1155Received(address operator, address, uint256, uint256, bytes calldata)
        external
        view
        returns (bytes4)
    {
        if (operator != address(this)) revert UnsolicitedCopies(msg.sender);
        return IERC1155Receiver.onERC1155Received.selector;
    }

    /// @notice Refuses batches: no auction has one.
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        view
        returns (bytes4)
    {
        revert UnsolicitedCopies(msg.sender);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC165, IERC165) returns (bool) {
        return interfaceId == type(IERC1155Receiver).interfaceId || super.supportsInterface(interfaceId);
    }

    function _checkTerms(AuctionTerms calldata terms) private view {
        if (terms.amount == 0) revert ZeroAmount();
        if (terms.reserve == 0) revert InvalidPrice();
        _checkCurrency(terms.currency);
        if (terms.royaltyBps > OrderTerms.MAX_ROYALTY_BPS) {
            revert RoyaltyAboveCap(terms.royaltyBps, OrderTerms.MAX_ROYALTY_BPS);
        }
        if (_book.feeBps > terms.maxFeeBps) revert FeeAboveItem(_book.feeBps, terms.maxFeeBps);
        uint256 start = Math.max(terms.startAt, block.timestamp);
        if (terms.endAt < start + MIN_DURATION || terms.endAt > block.timestamp + MAX_DURATION) {
            revert InvalidTimes(terms.startAt, terms.endAt);
        }
    }

    function _open(uint256 auctionId) private view returns (Auction storage auction) {
        auction = _auctions[auctionId];
        if (auction.status != AuctionStatus.Open) revert AuctionNotOpen(auctionId);
    }

    /// @dev An auction that would have ended during a pause, or soon after it, stays open for AFTER_PAUSE.
    function _endOf(Auction storage auction) private view returns (uint64 end) {
        end = auction.endAt;
        if (end > _pausedFrom && end < _reopenedAt()) end = _reopenedAt();
    }

    function _leastBid(Auction storage auction) private view returns (uint256) {
        uint256 best = auction.bid;
        if (best == 0) return auction.terms.reserve;
        return best + Math.ceilDiv(best * MIN_INCREMENT_BPS, BPS);
    }

    /// @dev The bound on extensions counts from the end after a pause, when the first bid after it comes.
    function _extend(Auction storage auction, uint64 end) private returns (uint64) {
        uint64 latestEnd = end > auction.endAt ? end + MAX_EXTENSION : auction.latestEnd;
        end = uint64(Math.max(end, Math.min(block.timestamp + EXTENSION, latestEnd)));
        (auction.endAt, auction.latestEnd) = (end, latestEnd);
        return end;
    }

    function _saleOf(uint256 auctionId, Auction storage auction) private view returns (Sale memory sale) {
        (sale.source, sale.kind) = (bytes32(auctionId), SaleKind.English);
        (sale.seller, sale.buyer, sale.recipient) = (auction.seller, auction.bidder, auction.bidder);
        (sale.amount, sale.currency, sale.price) = (auction.terms.amount, auction.terms.currency, auction.bid);
        sale.fee = sale.price * auction.feeBps / BPS;
        uint256 most;
        (sale.royaltyReceiver, sale.royalty, most) =
            _royalty(auction.terms.collection, auction.terms.tokenId, sale.price, auction.terms.royaltyBps);
        // A collection that raises its royalty cannot undo an auction that has ended.
        sale.royalty = Math.min(sale.royalty, most);
    }

    function _close(uint256 auctionId, Auction storage auction, AuctionStatus status) private {
        auction.status = status;
        emit AuctionClosed(auctionId, status);
    }

    function _creditRefund(address account, address currency, uint256 amount) private {
        uint256 total = refundOf[account][currency] + amount;
        refundOf[account][currency] = total;
        emit RefundCredited(account, currency, amount, total);
    }

    /// @dev Gives the copies to their owner, or keeps them for it when it refuses them.
    function _release(uint256 auctionId, Auction storage auction, address owner) private {
        try IERC1155(auction.terms.collection)
            .safeTransferFrom(address(this), owner, auction.terms.tokenId, auction.terms.amount, "") {}
        catch {
            auction.copiesHeld = true;
            emit CopiesHeld(auctionId, owner);
        }
    }
}
