"""Orders, auctions and sales in the graph are those of the market."""

import pytest

from ingest.handlers.market import AuctionTerms, Order
from tests.ingest.conftest import ReadRows, Rows
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.history_scenes import BUYER, RESALE_WEI, SELLER, Market
from tunefi.chain.blocks import fetch_block

pytestmark = pytest.mark.evm

HOUR_SECONDS = 3_600
FOREVER = 4_102_444_800_000_000


@pytest.fixture
async def market(stage: Stage) -> Market:
    found = Market(stage)
    await found.open()
    return found


async def test_a_listing_that_is_sold_in_parts_is_filled_with_the_last(
    market: Market, follow: ReadRows
) -> None:
    order = market.listing()
    listing_id = await market.publish(order)
    await market.buy(order, 1)
    (part,) = (await follow())["Listing"]
    assert (part["state"], part["left"]) == ("open", 2)
    await market.buy(order, 2)
    rows = await follow()
    (listing,) = rows["Listing"]
    assert listing == {
        "listing_id": listing_id,
        "state": "filled",
        "amount": 3,
        "left": 0,
        "price_wei": str(RESALE_WEI),
        "end_price_wei": "0",
        "currency": "ether",
        "starts_at": 0,
        "ends_at": FOREVER,
    }
    seller = market.stage.signers[SELLER].address
    assert _ends(rows, "LISTED") == {(seller, listing_id), (listing_id, "track:1")}
    sales = {row["sale_id"] for row in rows["Sale"]}
    assert _ends(rows, "SOLD_IN") == {(end, sale) for sale in sales for end in (listing_id, "track:1")}
    assert {(row["source"], row["amount"]) for row in rows["HOLDS"]} == {
        (market.stage.signers[BUYER].address, "3")
    }


async def test_a_sale_says_price_royalty_fee_and_who_traded(market: Market, follow: ReadRows) -> None:
    order = market.listing()
    await market.publish(order)
    await market.buy(order, 2)
    rows = await follow()
    (sale,) = rows["Sale"]
    head = await fetch_block(market.stage.rpc, "latest")
    assert sale == {
        "sale_id": f"31337:{market.address}:1",
        "kind": "listing",
        "amount": 2,
        "price_wei": str(2 * RESALE_WEI),
        "royalty_wei": str(2 * RESALE_WEI // 10),
        "fee_wei": str(2 * RESALE_WEI * 25 // 1_000),
        "currency": "ether",
        "at": head.timestamp_at,
    }
    traded = {(row["source"], row["role"]) for row in rows["TRADED"]}
    assert traded == {
        (market.stage.signers[SELLER].address, "seller"),
        (market.stage.signers[BUYER].address, "buyer"),
    }


async def test_cancelled_orders_are_open_no_longer_and_the_filled_one_stays_filled(
    market: Market, follow: ReadRows
) -> None:
    sold, gone, other = (market.listing(amount=1, salt=salt) for salt in (1, 2, 3))
    for order in (sold, gone, other):
        await market.publish(order)
    await market.buy(sold)
    await market.stage.send(SELLER, "Marketplace", "cancel", [gone])
    assert await _states(market, follow, sold, gone, other) == ["filled", "cancelled", "open"]
    await market.stage.send(SELLER, "Marketplace", "incrementCounter")
    assert await _states(market, follow, sold, gone, other) == ["filled", "cancelled", "cancelled"]


async def test_a_counter_cancels_the_orders_of_its_maker_only(market: Market, follow: ReadRows) -> None:
    listing_id = await market.publish(market.listing())
    await market.publish(market.offer())
    await market.stage.send(BUYER, "Marketplace", "incrementCounter")
    rows = await follow()
    assert [(row["listing_id"], row["state"]) for row in rows["Listing"]] == [(listing_id, "open")]
    assert [row["state"] for row in rows["Offer"]] == ["cancelled"]


async def test_an_offer_in_tokens_is_filled_by_who_holds_a_copy(market: Market, follow: ReadRows) -> None:
    stage, offer = market.stage, market.offer()
    await stage.send(0, "TuneToken", "transfer", stage.signers[BUYER].address, RESALE_WEI)
    await stage.send(BUYER, "TuneToken", "approve", market.address, RESALE_WEI)
    offer_id = await market.publish(offer)
    await market.sell(offer)
    rows = await follow()
    (row,) = rows["Offer"]
    assert (row["offer_id"], row["state"], row["left"], row["currency"]) == (offer_id, "filled", 0, "token")
    (sale,) = rows["Sale"]
    assert (sale["kind"], sale["currency"], sale["price_wei"]) == ("offer", "token", str(RESALE_WEI))
    assert {row["source"]: row["role"] for row in rows["TRADED"]} == {
        stage.signers[SELLER].address: "seller",
        stage.signers[BUYER].address: "buyer",
    }


async def test_a_price_that_falls_is_a_dutch_sale_at_the_price_of_its_moment(
    market: Market, follow: ReadRows
) -> None:
    now = await _seconds(market.stage)
    order = market.listing(end_price=RESALE_WEI // 3, start_at=now, end_at=now + HOUR_SECONDS)
    await market.publish(order)
    await market.stage.pass_time(HOUR_SECONDS // 2)
    await market.buy(order, 1, pays_wei=RESALE_WEI)
    (sale,) = (await follow())["Sale"]
    assert sale["kind"] == "dutch"
    assert RESALE_WEI // 3 < int(sale["price_wei"]) <= RESALE_WEI * 2 // 3


async def test_a_price_in_dollars_has_no_currency_of_the_chain(market: Market, follow: ReadRows) -> None:
    await market.publish(market.listing(in_dollars=True))
    (listing,) = (await follow())["Listing"]
    assert listing["currency"] == "dollars"


async def test_copies_of_another_collection_are_sold_without_a_track(
    market: Market, follow: ReadRows
) -> None:
    stranger = market.stage.signers[6].address
    listing_id = await market.publish(market.listing(collection=stranger))
    rows = await follow()
    assert _ends(rows, "LISTED") == {(market.stage.signers[SELLER].address, listing_id)}


async def test_an_auction_has_its_bids_and_a_late_one_moves_its_end(market: Market, follow: ReadRows) -> None:
    end = await _auction(market)
    (auction,) = (await follow())["Auction"]
    assert auction == {
        "auction_id": f"31337:{market.address}:auction:1",
        "state": "open",
        "seller": market.stage.signers[SELLER].address,
        "reserve_wei": str(RESALE_WEI),
        "currency": "ether",
        "amount": 2,
        "ends_at": end * 1_000_000,
    }
    await _bid(market, 6, RESALE_WEI)
    await market.stage.rpc.call("evm_setNextBlockTimestamp", end - 1)
    await _bid(market, BUYER, 2 * RESALE_WEI)
    rows = await follow()
    (auction,) = rows["Auction"]
    assert auction["ends_at"] == (end - 1 + 600) * 1_000_000
    assert [(row["source"], row["amount_wei"]) for row in sorted(rows["BID"], key=lambda row: row["at"])] == [
        (market.stage.signers[6].address, str(RESALE_WEI)),
        (market.stage.signers[BUYER].address, str(2 * RESALE_WEI)),
    ]


async def test_an_auction_that_is_settled_is_a_sale_to_the_best_bidder(
    market: Market, follow: ReadRows
) -> None:
    await _auction(market)
    await _bid(market, BUYER, RESALE_WEI)
    await market.stage.pass_time(HOUR_SECONDS + 60)
    await market.stage.send(6, "Marketplace", "settleAuction", 1)
    rows = await follow()
    assert [row["state"] for row in rows["Auction"]] == ["sold"]
    (sale,) = rows["Sale"]
    assert (sale["kind"], sale["amount"], sale["price_wei"]) == ("english", 2, str(RESALE_WEI))
    buyers = [row["source"] for row in rows["TRADED"] if row["role"] == "buyer"]
    assert buyers == [market.stage.signers[BUYER].address]
    auction_id = f"31337:{market.address}:auction:1"
    assert _ends(rows, "SOLD_IN") == {("track:1", sale["sale_id"]), ("track:1", auction_id)}


async def test_auctions_end_cancelled_or_unsold(market: Market, follow: ReadRows) -> None:
    await _auction(market, amount=1)
    await _auction(market, amount=1)
    await market.stage.send(SELLER, "Marketplace", "cancelAuction", 1)
    await market.stage.pass_time(HOUR_SECONDS + 60)
    await market.stage.send(6, "Marketplace", "settleAuction", 2)
    rows = await follow()
    states = {row["auction_id"].rpartition(":")[2]: row["state"] for row in rows["Auction"]}
    assert states == {"1": "cancelled", "2": "unsold"}
    assert "Sale" not in rows
    await mine(market.stage.rpc, 1)
    held = {row["source"]: row["amount"] for row in rows["HOLDS"]}
    assert held == {market.stage.signers[SELLER].address: "3"}


async def _auction(market: Market, amount: int = 2) -> int:
    """Open an auction in ether and return its end."""
    order, end = market.listing(), await _seconds(market.stage) + HOUR_SECONDS + 60
    terms = AuctionTerms(
        collection=order.collection,
        start_at=0,
        royalty_bps=1_000,
        max_fee_bps=1_000,
        token_id=1,
        amount=amount,
        reserve=RESALE_WEI,
        currency=order.currency,
        end_at=end,
    )
    await market.stage.send(SELLER, "Marketplace", "createAuction", terms)
    return end


async def _bid(market: Market, bidder: int, wei: int) -> None:
    await market.stage.send(bidder, "Marketplace", "bid", 1, wei, value_wei=wei)


async def _states(market: Market, follow: ReadRows, *orders: Order) -> list[str]:
    states = {row["listing_id"]: row["state"] for row in (await follow())["Listing"]}
    return [states[await market.name(order)] for order in orders]


async def _seconds(stage: Stage) -> int:
    return (await fetch_block(stage.rpc, "latest")).timestamp_at // 1_000_000


def _ends(rows: Rows, type_: str) -> set[tuple[str, str]]:
    return {(row["source"], row["target"]) for row in rows[type_]}
