// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IDollarPrices} from "./IDollarPrices.sol";

/// @title Resale of editions: listings, offers and auctions of ERC-1155 copies
/// @notice Listings and offers are EIP-712 orders that their maker signs, or publishes on-chain without a signature;
/// what they sell or pay stays with the maker until somebody fills them. English auctions hold the copies and the best
/// bid. Each sale pays seller, royalty receiver and treasury by one deposit into RoyaltyDistributor's ledger, so that
/// nobody's refusal stops a sale; bids that were outbid are withdrawn by who made them.
/// @dev A currency is an ERC-20 that governance admits, or zero for ether. Times are seconds, both ends included.
/// EIP-712 domain: name `TuneFi Marketplace`, version `1`; an order's hash is its EIP-712 digest.
interface IMarketplace {
    /// @notice Whether the maker of an order sells or buys.
    enum Side {
        Listing,
        Offer
    }

    /// @notice How copies were sold. Dutch: a listing whose price falls.
    enum SaleKind {
        Listing,
        Offer,
        English,
        Dutch
    }

    /// @notice How an English auction stands. Unwound: it could not be settled, everyone got back what they gave.
    enum AuctionStatus {
        None,
        Open,
        Sold,
        Unsold,
        Cancelled,
        Unwound
    }

    /// @notice What a maker is ready to sell or buy.
    /// @param maker Who sells or buys.
    /// @param side Whether it sells or buys.
    /// @param collection The ERC-1155 contract of the copies.
    /// @param tokenId Their edition.
    /// @param amount How many copies in all; may be filled in parts.
    /// @param currency What is paid; ether only for listings.
    /// @param price Of one copy, in the smallest unit of the currency; of a Dutch listing at `startAt`.
    /// @param endPrice Zero, or a listing's price at `endAt`: it falls from `price` in a straight line.
    /// @param inDollars Whether the prices are dollars with 18 decimals, converted at the sale; listings only.
    /// @param royaltyBps The most that the royalty may be, in hundredths of a percent of the price.
    /// @param maxFeeBps The most that the protocol fee may be, in hundredths of a percent of the price.
    /// @param taker Who alone may fill it; zero for everyone.
    /// @param startAt When it can be filled at first.
    /// @param endAt When it can be filled at last.
    /// @param salt Any number, so that equal orders differ.
    /// @param counter The maker's counter when it signed.
    struct Order {
        address maker;
        Side side;
        address collection;
        uint256 tokenId;
        uint128 amount;
        address currency;
        uint128 price;
        uint128 endPrice;
        bool inDollars;
        uint16 royaltyBps;
        uint16 maxFeeBps;
        address taker;
        uint64 startAt;
        uint64 endAt;
        uint256 salt;
        uint256 counter;
    }

    /// @notice What happened to an order.
    /// @param filled How many copies it sold or bought.
    /// @param published Whether the maker published it on-chain: it needs no signature.
    /// @param cancelled Whether the maker cancelled it.
    struct OrderState {
        uint128 filled;
        bool published;
        bool cancelled;
    }

    /// @notice What a seller auctions, in the order of the storage slots.
    /// @param collection The ERC-1155 contract of the copies.
    /// @param startAt When bids begin; what is past means now.
    /// @param royaltyBps The most that the royalty takes, in hundredths of a percent of the price.
    /// @param maxFeeBps The most that the protocol fee may be now; the auction keeps the fee that is set now.
    /// @param tokenId Their edition.
    /// @param amount How many copies, sold together.
    /// @param reserve The least that a first bid can be, for all copies; not zero.
    /// @param currency What is bid; zero for ether.
    /// @param endAt When bids end, unless late ones extend it.
    struct AuctionTerms {
        address collection;
        uint64 startAt;
        uint16 royaltyBps;
        uint16 maxFeeBps;
        uint256 tokenId;
        uint128 amount;
        uint128 reserve;
        address currency;
        uint64 endAt;
    }

    /// @notice An English auction.
    /// @param seller Whose copies they are until they are sold.
    /// @param endAt When bids end; late ones extend it.
    /// @param feeBps The protocol fee that it keeps.
    /// @param status How it stands.
    /// @param copiesHeld Whether the copies wait for who refused them: the bidder when it was sold, else the seller.
    /// @param bidder Who made the best bid; zero when there is none.
    /// @param latestEnd What no extension passes.
    /// @param bid The best bid.
    /// @param terms What the seller asked for.
    struct Auction {
        address seller;
        uint64 endAt;
        uint16 feeBps;
        AuctionStatus status;
        bool copiesHeld;
        address bidder;
        uint64 latestEnd;
        uint128 bid;
        AuctionTerms terms;
    }

    /// @notice One sale.
    /// @param source The hash of the order, or the number of the English auction.
    /// @param kind How it was sold.
    /// @param seller Who sold, credited with price - royalty - fee.
    /// @param buyer Who paid.
    /// @param recipient Who got the copies.
    /// @param amount How many copies.
    /// @param currency What was paid; zero for ether.
    /// @param price What was paid for all copies, in the smallest unit of the currency.
    /// @param royaltyReceiver Who the collection's ERC-2981 names; zero when there is no royalty.
    /// @param royalty Its part of the price.
    /// @param fee The treasury's part of the price.
    struct Sale {
        bytes32 source;
        SaleKind kind;
        address seller;
        address buyer;
        address recipient;
        uint256 amount;
        address currency;
        uint256 price;
        address royaltyReceiver;
        uint256 royalty;
        uint256 fee;
    }

    /// @notice What this contract was deployed with.
    // slither-disable-next-line unindexed-event-address (emitted once)
    event ParametersSet(address distributor, address dollarPrices);

    /// @notice The protocol fee, in hundredths of a percent, and who gets it changed.
    // slither-disable-next-line unindexed-event-address (rare, and read whole: nobody looks for a treasury)
    event ProtocolFeeSet(uint16 feeBps, address treasury);

    /// @notice An ERC-20 can be used from now on, or for nothing new any more.
    event CurrencySet(address indexed currency, bool allowed);

    /// @notice Sales, bids and new auctions are refused before `until`, which is now when the pause is over. Auctions
    /// that end after `from` stay open until AFTER_PAUSE seconds after `until`, if that is later.
    event TradingPaused(uint64 from, uint64 until, address indexed by);

    /// @notice The maker published a listing, which needs no signature now.
    event Listed(bytes32 indexed orderHash, address indexed maker, address indexed collection, Order order);

    /// @notice The maker published an offer, which needs no signature now.
    event Offered(bytes32 indexed orderHash, address indexed maker, address indexed collection, Order order);

    /// @notice The maker cancelled the order with that hash, published or not.
    event OrderCancelled(bytes32 indexed orderHash, address indexed maker);

    /// @notice All orders that the maker signed or published with an earlier counter are void.
    event CounterIncremented(address indexed maker, uint256 counter);

    /// @notice Copies were sold. Sales are counted from 1, without gaps.
    event Sold(uint256 indexed saleId, address indexed collection, uint256 indexed tokenId, Sale sale);

    /// @notice Copies are auctioned and held by this contract. Auctions are counted from 1.
    event AuctionCreated(uint256 indexed auctionId, address indexed seller, uint16 feeBps, AuctionTerms terms);

    /// @notice The best bid changed; the auction ends at `endAt` unless a late bid extends it.
    event BidPlaced(uint256 indexed auctionId, address indexed bidder, uint128 amount, uint64 endAt);

    /// @notice The auction is over. With a sale, its event comes before this one.
    event AuctionClosed(uint256 indexed auctionId, AuctionStatus status);

    /// @notice The copies of a closed auction were refused by who they belong to, who can claim them.
    event CopiesHeld(uint256 indexed auctionId, address indexed owner);

    /// @notice The owner took copies that were held.
    event CopiesClaimed(uint256 indexed auctionId, address indexed owner, address to);

    /// @notice An account was outbid, or its auction unwound; `total` is what it can withdraw now.
    event RefundCredited(address indexed account, address indexed currency, uint256 amount, uint256 total);

    /// @notice An account withdrew all that it could.
    event RefundWithdrawn(address indexed account, address indexed currency, address to, uint256 amount);

    /// @notice The zero address cannot be used here.
    error ZeroAddress();

    /// @notice The amount is zero.
    error ZeroAmount();

    /// @notice A price is zero or rises, or an offer has a price in dollars, one that moves, or one in ether.
    error InvalidPrice();

    /// @notice The end is not after the start, has passed, or the auction is too short or too long.
    error InvalidTimes(uint64 startAt, uint64 endAt);

    /// @notice The order is of the other side; use the other function.
    error WrongSide();

    /// @notice Only the maker publishes and cancels its orders.
    error NotMaker(address maker, address caller);

    /// @notice The order is published, cancelled or filled already.
    error OrderNotNew(bytes32 orderHash);

    /// @notice The maker cancelled the order.
    error OrderIsCancelled(bytes32 orderHash);

    /// @notice The maker voided the order by incrementing its counter.
    error WrongCounter(uint256 current, uint256 found);

    /// @notice The order can be filled from `startAt` to `endAt` only.
    error OrderNotOpen(uint64 startAt, uint64 endAt);

    /// @notice Fewer copies are left in the order than wanted.
    error OrderOverfilled(uint256 left, uint256 wanted);

    /// @notice Only `taker` may fill the order.
    error NotTaker(address taker, address caller);

    /// @notice The signature is not the maker's, for this order on this contract and chain.
    error BadSignature(address maker);

    /// @notice Copies cannot be sent there: of an offer they go to its maker, and never to this contract.
    error InvalidRecipient(address recipient);

    /// @notice The price moved above what the buyer agreed to.
    error AboveLimit(uint256 price, uint256 limit);

    /// @notice What is left for the seller is below what it agreed to.
    error BelowLimit(uint256 proceeds, uint256 limit);

    /// @notice The ether sent is not what is due.
    error WrongPayment(uint256 sent, uint256 due);

    /// @notice The currency delivered less than asked; it takes a fee, and cannot be used.
    error ShortDelivery(uint256 delivered, uint256 asked);

    /// @notice The currency is not admitted, or is ether where only ERC-20 can be.
    error CurrencyNotAllowed(address currency);

    /// @notice The fee is above the constant cap.
    error FeeAboveCap(uint16 feeBps, uint16 capBps);

    /// @notice The protocol fee is above what the seller agreed to.
    error FeeAboveItem(uint16 feeBps, uint16 maxFeeBps);

    /// @notice The royalty item is above the constant cap.
    error RoyaltyAboveCap(uint16 royaltyBps, uint16 capBps);

    /// @notice The collection asks for more than the royalty item of the order.
    error RoyaltyAboveItem(uint256 royalty, uint256 most);

    /// @notice The collection has a royalty but does not say which.
    error RoyaltyUnavailable(address collection);

    /// @notice A pause can last at most `longest` seconds.
    error PauseTooLong(uint64 until, uint64 longest);

    /// @notice Trading is paused before `until`.
    error TradingIsPaused(uint64 until);

    /// @notice There is no open auction with that number.
    error AuctionNotOpen(uint256 auctionId);

    /// @notice Bids are accepted from `startAt` until before `endAt`.
    error BiddingClosed(uint64 startAt, uint64 endAt);

    /// @notice The bid is below the reserve, or not enough above the best one.
    error BidTooLow(uint256 amount, uint256 least);

    /// @notice The auction has not ended, or not for long enough.
    error AuctionNotEnded(uint64 endAt);

    /// @notice Only the seller cancels.
    error NotSeller(address seller, address caller);

    /// @notice An auction with a bid cannot be cancelled.
    error AuctionHasBid(uint256 auctionId);

    /// @notice No copies of that auction are held for the caller.
    error NothingHeld(uint256 auctionId, address caller);

    /// @notice This contract takes only copies that it auctions, and no batches.
    error UnsolicitedCopies(address collection);

    /// @notice Publishes a listing, so that it can be filled without a signature. Callable by its maker.
    /// @return hash The hash of the order.
    function list(Order calldata order) external returns (bytes32 hash);

    /// @notice Publishes an offer, so that it can be filled without a signature. Callable by its maker.
    /// @return hash The hash of the order.
    function offer(Order calldata order) external returns (bytes32 hash);

    /// @notice Buys copies of a listing or sells copies to an offer, in whole or in part. Callable by everyone, or by
    /// the order's taker alone. Refused while trading is paused.
    /// @dev A listing in ether is paid by exactly its price; where the price moves (Dutch, dollars) exactly `limit` is
    /// sent and the rest returns to the caller at once.
    /// @param signature The maker's: 65 bytes, or what its EIP-1271 wallet accepts; ignored when published.
    /// @param amount How many copies.
    /// @param recipient Who gets the copies; of an offer always its maker.
    /// @param limit Listing: the most that the caller pays. Offer: the least that the caller is credited with.
    /// @return price What was paid for all copies.
    function fill(Order calldata order, bytes calldata signature, uint256 amount, address recipient, uint256 limit)
        external
        payable
        returns (uint256 price);

    /// @notice Cancels orders, published or not. Callable by their maker, also while trading is paused.
    function cancel(Order[] calldata orders) external;

    /// @notice Voids all orders that the caller made until now. Callable by everyone for itself, also while paused.
    /// @return counter The caller's new counter.
    function incrementCounter() external returns (uint256 counter);

    /// @notice Auctions copies, which this contract holds from now on. Callable by their owner, who has approved this
    /// contract; refused while trading is paused.
    /// @return auctionId The auction's number.
    function createAuction(AuctionTerms calldata terms) external returns (uint256 auctionId);

    /// @notice Bids for all copies of an auction: at least the reserve, then at least MIN_INCREMENT_BPS above the best
    /// bid. Within EXTENSION seconds of the end it extends the auction to EXTENSION seconds from now, at most
    /// MAX_EXTENSION beyond the first end. Callable by everyone; refused while trading is paused.
    /// @param amount In the auction's currency; ether is sent, exactly.
    function bid(uint256 auctionId, uint128 amount) external payable;

    /// @notice Ends an auction whose time is over: copies to the best bidder and the price to the ledger, or copies
    /// back to the seller. The royalty is what ERC-2981 says, at most the auction's item. Callable by everyone, also
    /// while trading is paused.
    function settleAuction(uint256 auctionId) external;

    /// @notice Ends an auction without bids. Callable by its seller, also while trading is paused.
    function cancelAuction(uint256 auctionId) external;

    /// @notice Gives everyone back what they gave to an auction that nobody could settle for UNWIND_DELAY seconds,
    /// because its currency fails. Callable by everyone, also while trading is paused.
    function unwindAuction(uint256 auctionId) external;

    /// @notice Takes copies of a closed auction that the caller refused. Callable by their owner.
    function claimCopies(uint256 auctionId, address to) external;

    /// @notice Pays out all that the caller bid and was outbid with. Callable by everyone for itself, also while
    /// trading is paused.
    /// @return amount What was paid out.
    function withdrawRefund(address currency, address to) external returns (uint256 amount);

    /// @notice Sets the protocol fee, at most MAX_FEE_BPS, and its receiver. Callable by governance.
    function setProtocolFee(uint16 bps, address receiver) external;

    /// @notice Admits an ERC-20, or ends its use for new sales; auctions in it go on. Callable by governance.
    function setCurrency(address currency, bool allowed) external;

    /// @notice Refuses sales, bids and new auctions before `until`, at most 14 days ahead; a time not later than now
    /// ends the pause now. Callable by the guardian.
    function pauseTrading(uint64 until) external;

    /// @notice The hash of an order: its EIP-712 digest, which the maker signs.
    function orderHash(Order calldata order) external view returns (bytes32);

    /// @notice What `amount` copies of an order cost now; reverts when its feed cannot say.
    function quote(Order calldata order, uint256 amount) external view returns (uint256 price);

    /// @notice What happened to the order with that hash.
    function orderState(bytes32 hash) external view returns (OrderState memory);

    /// @notice The counter that a maker's orders must have.
    function counterOf(address maker) external view returns (uint256);

    /// @notice The auction with that number; all zero when there is none.
    function auctionOf(uint256 auctionId) external view returns (Auction memory);

    /// @notice When bids for an auction end, as things stand, a pause included.
    function auctionEnd(uint256 auctionId) external view returns (uint64);

    /// @notice The least that a next bid can be.
    function leastBid(uint256 auctionId) external view returns (uint256);

    /// @notice How many auctions there have been.
    function auctionCount() external view returns (uint256);

    /// @notice What an account can withdraw.
    function refundOf(address account, address currency) external view returns (uint256);

    /// @notice Converts dollars into currencies.
    function dollarPrices() external view returns (IDollarPrices);

    /// @notice Whether an ERC-20 is admitted. Ether always is, for listings and auctions.
    function isAllowed(address currency) external view returns (bool);

    /// @notice The protocol fee, in hundredths of a percent.
    function feeBps() external view returns (uint16);

    /// @notice Who gets the protocol fee.
    function treasury() external view returns (address);

    /// @notice How many sales there have been.
    function saleCount() external view returns (uint256);

    /// @notice Trading is refused before this second.
    function pausedUntil() external view returns (uint64);
}
