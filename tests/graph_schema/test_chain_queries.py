"""What happened on the chain is told alike by both stores: challenges, sales and proposals."""

from collections.abc import Iterator

import pytest

from graph_schema.chain_queries import read_challenges, read_proposals, read_sales
from graph_schema.store import EdgeRows, GraphStore, NodeRows
from tests.kit.graphs import Writer, edges, nodes

WON, ASKED = "c:2", "c:demand"


@pytest.fixture
async def scene(store: GraphStore) -> GraphStore:
    """A lost epoch and a later demand; two sales; two proposals, of which one is executed."""
    at: dict[str, list[object]] = {"event_id": ["x", "y"], "at": [5, 9]}
    await Writer(store, "log").write(nodes("Track", track_id=["t"], title=["T"]))
    await Writer(store, "chain:1").write(
        nodes("Epoch", epoch_id=["e2", "e3"], number=[2, 3]),
        nodes(
            "Challenge",
            challenge_id=[WON, ASKED],
            kind=["score", "demand"],
            state=["won", "open"],
            bounty_to=["0x1", None],
            bounty_wei=["3", None],
            burned_wei=["4", None],
            at=[5, 9],
        ),
        edges("CHALLENGED", "Account", "Challenge", source=["0x1", "0x2"], target=[WON, ASKED], **at),
        edges("CHALLENGED", "Challenge", "Epoch", source=[WON, ASKED], target=["e2", "e3"], **at),
        edges(
            "SLASHED",
            "Account",
            "Challenge",
            source=["0x9", "0x8"],
            target=[WON, WON],
            event_id=["x", "x"],
            amount_wei=["4", "3"],
            at=[5, 5],
        ),
        *_sales(),
        *_proposals(),
    )
    return store


def _sales() -> Iterator[NodeRows | EdgeRows]:
    names: list[object] = ["s:1", "s:2"]
    yield nodes(
        "Sale",
        sale_id=names,
        kind=["listing", "english"],
        amount=[1, 2],
        price_wei=["100", "200"],
        royalty_wei=["10", "20"],
        fee_wei=["2", "5"],
        currency=["ether", "token"],
        at=[6, 6],
    )
    yield edges("SOLD_IN", "Track", "Sale", source=["t", "u"], target=names, event_id=["x", "y"])
    traders: dict[str, list[object]] = {"seller": ["0x1", "0x2"], "buyer": ["0x3", "0x1"]}
    for role, sources in traders.items():
        yield edges("TRADED", "Account", "Sale", source=sources, target=names, role=[role, role])


def _proposals() -> Iterator[NodeRows | EdgeRows]:
    yield nodes(
        "Proposal",
        proposal_id=["p:1", "p:2"],
        state=["executed", "open"],
        proposer=["0x1", "0x2"],
        description=["Two keepers", "Another fee"],
        vote_start_at=[1, 7],
        vote_end_at=[2, 8],
        executable_at=[3, None],
        executed_at=[4, None],
    )
    large = str(10**27)
    yield edges(
        "VOTED",
        "Account",
        "Proposal",
        source=["0x1", "0x2", "0x3", "0x4"],
        target=["p:1", "p:1", "p:1", "p:1"],
        support=[1, 1, 0, 2],
        weight=[large, "1", "5", "6"],
        at=[1, 1, 1, 1],
    )


async def test_challenges_say_who_lost_what_and_the_latest_comes_first(scene: GraphStore) -> None:
    asked, won = await read_challenges(scene)
    assert won == {
        "challenge_id": WON,
        "kind": "score",
        "state": "won",
        "at": 5,
        "by": "0x1",
        "epoch": 2,
        "bounty_to": "0x1",
        "bounty_wei": "3",
        "burned_wei": "4",
        "slashed": [
            {"challenge_id": WON, "keeper": "0x8", "amount_wei": "3"},
            {"challenge_id": WON, "keeper": "0x9", "amount_wei": "4"},
        ],
    }
    assert (asked["challenge_id"], asked["epoch"], asked["bounty_wei"], asked["slashed"]) == (
        ASKED,
        3,
        None,
        [],
    )


async def test_sales_name_track_and_traders_and_equal_times_are_ordered_by_id(scene: GraphStore) -> None:
    first, second = await read_sales(scene)
    assert first == {
        "sale_id": "s:1",
        "kind": "listing",
        "track_id": "t",
        "title": "T",
        "amount": 1,
        "price_wei": "100",
        "royalty_wei": "10",
        "fee_wei": "2",
        "currency": "ether",
        "at": 6,
        "seller": "0x1",
        "buyer": "0x3",
    }
    assert (second["sale_id"], second["title"], second["seller"], second["buyer"]) == (
        "s:2",
        None,
        "0x2",
        "0x1",
    )


async def test_votes_are_summed_exactly_by_what_they_support(scene: GraphStore) -> None:
    later, executed = await read_proposals(scene)
    assert executed == {
        "proposal_id": "p:1",
        "state": "executed",
        "proposer": "0x1",
        "description": "Two keepers",
        "vote_start_at": 1,
        "vote_end_at": 2,
        "executable_at": 3,
        "executed_at": 4,
        "voters": 4,
        "votes_for": str(10**27 + 1),
        "votes_against": "5",
        "votes_abstain": "6",
    }
    assert (later["proposal_id"], later["voters"], later["votes_for"]) == ("p:2", 0, "0")


async def test_a_limit_keeps_the_latest(scene: GraphStore) -> None:
    assert [row["challenge_id"] for row in await read_challenges(scene, 1)] == [ASKED]
    assert [row["sale_id"] for row in await read_sales(scene, 1)] == ["s:1"]
    assert [row["proposal_id"] for row in await read_proposals(scene, 1)] == ["p:2"]


async def test_an_empty_graph_tells_of_nothing(store: GraphStore) -> None:
    for read in (read_challenges, read_sales, read_proposals):
        assert await read(store) == []
