"""Events of Marketplace: published orders, auctions, bids and sales.

Owns what they mean in the graph. Refuses to know prices in dollars at a later time, and orders that were
never published: a sale names what it needs.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ingest.chain_names import ORDER_LABELS, chain_name, currency_name, seconds_at
from ingest.chain_state import OpenOrder
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address, hex_of

_SALE_KINDS = ("listing", "offer", "english", "dutch")
_AUCTION_STATES = ("none", "open", "sold", "unsold", "cancelled", "unwound")


class Order(NamedTuple):
    """What a maker signs or publishes, in the order of the contract's struct."""

    maker: Address
    side: int
    collection: Address
    token_id: int
    amount: int
    currency: Address
    price: int
    end_price: int
    in_dollars: bool
    royalty_bps: int
    max_fee_bps: int
    taker: Address
    start_at: int
    end_at: int
    salt: int
    counter: int


class Sale(NamedTuple):
    """What was sold and who got what, in the order of the contract's struct."""

    source: bytes
    kind: int
    seller: Address
    buyer: Address
    recipient: Address
    amount: int
    currency: Address
    price: int
    royalty_receiver: Address
    royalty: int
    fee: int


class AuctionTerms(NamedTuple):
    """What a seller fixes of an auction, in the order of the contract's struct."""

    collection: Address
    start_at: int
    royalty_bps: int
    max_fee_bps: int
    token_id: int
    amount: int
    reserve: int
    currency: Address
    end_at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A maker published what it sells."""

    order_hash: bytes
    maker: Address
    collection: Address
    order: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A maker published what it would buy."""

    order_hash: bytes
    maker: Address
    collection: Address
    order: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order can never be filled again."""

    order_hash: bytes
    maker: Address


@dataclass(frozen=True, slots=True)
class CounterIncremented:
    """All orders of a maker so far can never be filled again."""

    maker: Address
    counter: int


@dataclass(frozen=True, slots=True)
class Sold:
    """Copies changed hands for money."""

    sale_id: int
    collection: Address
    token_id: int
    sale: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AuctionCreated:
    """Copies are in escrow and can be bid for."""

    auction_id: int
    seller: Address
    fee_bps: int
    terms: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class BidPlaced:
    """The highest bid so far, and when the auction ends now."""

    auction_id: int
    bidder: Address
    amount: int
    end_at: int


@dataclass(frozen=True, slots=True)
class AuctionClosed:
    """An auction ended in one of the contract's states."""

    auction_id: int
    status: int


@handles("Marketplace", Listed)
def on_listed(event: Listed, context: Context) -> None:
    """An open listing."""
    _publish(context, "Listing", event.order_hash, Order(*event.order))


@handles("Marketplace", Offered)
def on_offered(event: Offered, context: Context) -> None:
    """An open offer."""
    _publish(context, "Offer", event.order_hash, Order(*event.order))


@handles("Marketplace", OrderCancelled)
def on_order_cancelled(event: OrderCancelled, context: Context) -> None:
    """Where it was published, it is open no longer."""
    for label in ORDER_LABELS:
        _close(context, label, _name(context, hex_of(event.order_hash)), "cancelled")


@handles("Marketplace", CounterIncremented)
def on_counter_incremented(event: CounterIncremented, context: Context) -> None:
    """None of the maker's published orders is open any more."""
    mine = [key for key, order in context.state.orders.items() if order.maker == event.maker]
    for label, order_id in mine:
        _close(context, label, order_id, "cancelled")


@handles("Marketplace", Sold)
def on_sold(event: Sold, context: Context) -> None:
    """The sale, who traded, and what is left of the order that it came from."""
    sale = Sale(*event.sale)
    node = ("Sale", _name(context, event.sale_id))
    context.rows.node(
        *node,
        kind=_SALE_KINDS[sale.kind],
        amount=sale.amount,
        price_wei=str(sale.price),
        royalty_wei=str(sale.royalty),
        fee_wei=str(sale.fee),
        currency=currency_name(sale.currency, context.contracts),
        at=context.at,
    )
    for role, account in (("seller", sale.seller), ("buyer", sale.buyer)):
        context.rows.edge("TRADED", ("Account", account), node, role=role)
    if (track_id := _track_of(context, event.collection, event.token_id)) is not None:
        context.rows.edge("SOLD_IN", ("Track", track_id), node, event_id=context.event_id)
    _fill(context, sale, node)


@handles("Marketplace", AuctionCreated)
def on_auction_created(event: AuctionCreated, context: Context) -> None:
    """An open auction."""
    terms = AuctionTerms(*event.terms)
    auction = ("Auction", _name(context, event.auction_id, "auction"))
    context.rows.node(
        *auction,
        state="open",
        seller=event.seller,
        reserve_wei=str(terms.reserve),
        currency=currency_name(terms.currency, context.contracts),
        amount=terms.amount,
        ends_at=seconds_at(terms.end_at),
    )
    if (track_id := _track_of(context, terms.collection, terms.token_id)) is not None:
        context.rows.edge("SOLD_IN", ("Track", track_id), auction, event_id=context.event_id)


@handles("Marketplace", BidPlaced)
def on_bid_placed(event: BidPlaced, context: Context) -> None:
    """A bid; a late one moves the end."""
    auction = ("Auction", _name(context, event.auction_id, "auction"))
    context.rows.node(*auction, ends_at=seconds_at(event.end_at))
    context.rows.edge(
        "BID",
        ("Account", event.bidder),
        auction,
        event_id=context.event_id,
        amount_wei=str(event.amount),
        at=context.at,
    )


@handles("Marketplace", AuctionClosed)
def on_auction_closed(event: AuctionClosed, context: Context) -> None:
    """How it ended."""
    context.rows.node(
        "Auction", _name(context, event.auction_id, "auction"), state=_AUCTION_STATES[event.status]
    )


def _track_of(context: Context, collection: Address, token_id: int) -> str | None:
    """Return the track of a token of MusicNFT; of other collections nothing is known."""
    return context.state.editions.tracks.get(chain_name(context.chain_id, collection, token_id))


def _publish(context: Context, label: str, order_hash: bytes, order: Order) -> None:
    node = (label, _name(context, hex_of(order_hash)))
    context.state.orders[node] = OpenOrder(order.maker, order.amount)
    context.rows.node(
        *node,
        state="open",
        amount=order.amount,
        left=order.amount,
        price_wei=str(order.price),
        end_price_wei=str(order.end_price),
        currency="dollars" if order.in_dollars else currency_name(order.currency, context.contracts),
        starts_at=seconds_at(order.start_at),
        ends_at=seconds_at(order.end_at),
    )
    edge = ORDER_LABELS[label][1]
    context.rows.edge(edge, ("Account", order.maker), node, event_id=context.event_id)
    if (track_id := _track_of(context, order.collection, order.token_id)) is not None:
        context.rows.edge(edge, node, ("Track", track_id), event_id=context.event_id)


def _fill(context: Context, sale: Sale, sale_node: tuple[str, str]) -> None:
    """Take what was sold off the published order that the sale came from, if there is one."""
    order_id = _name(context, hex_of(sale.source))
    for label in ORDER_LABELS:
        order = context.state.orders.get((label, order_id))
        if order is None:
            continue
        context.rows.edge("SOLD_IN", (label, order_id), sale_node, event_id=context.event_id)
        order.left -= sale.amount
        context.rows.node(label, order_id, left=order.left)
        if not order.left:
            _close(context, label, order_id, "filled")


def _close(context: Context, label: str, order_id: str, state: str) -> None:
    if context.state.orders.pop((label, order_id), None) is not None:
        context.rows.node(label, order_id, state=state)


def _name(context: Context, number: int | str, kind: str = "") -> str:
    text = f"{kind}:{number}" if kind else number
    return chain_name(context.chain_id, context.event.log.address, text)
