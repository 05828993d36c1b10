"""What happened on the chain, told over HTTP from a real graph: challenges, sales, proposals."""

from typing import Any

import pytest
import pytest_asyncio

from graph_schema.store import EdgeRows, GraphStore, NodeRows
from tests.api.conftest import GoneStore, World, track_id
from tests.kit.graphs import Writer, edges, nodes

pytestmark = pytest.mark.evm

CHALLENGER, LIAR, OTHER_LIAR, SELLER, BUYER = ("0x" + digit * 40 for digit in "a12bc")
GRAPH, MARKET, GOVERNANCE, DOLLARS = ("0x" + digit * 40 for digit in "def0")
BOND_WEI = 10_000 * 10**18
FALSE, ASKED, SHOWN = f"31337:{GRAPH}:2", f"31337:{GRAPH}:0x77", f"31337:{GRAPH}:3:{LIAR}"
PATHS = ("/v1/challenges", "/v1/sales", "/v1/proposals")


def challenge_rows() -> list[NodeRows | EdgeRows]:
    """Epoch 2 made invalid, then in one block a demand about epoch 3 and a key that signed it twice."""
    names: list[object] = [FALSE, ASKED, SHOWN]
    epochs: list[object] = [f"31337:{GRAPH}:2", *[f"31337:{GRAPH}:3"] * 2]
    when: dict[str, list[object]] = {"event_id": ["x", "y", "z"], "at": [5, 9, 9]}
    half = str(BOND_WEI)
    return [
        nodes("Epoch", epoch_id=[f"31337:{GRAPH}:2", f"31337:{GRAPH}:3"], number=[2, 3]),
        nodes(
            "Challenge",
            challenge_id=names,
            kind=["score", "demand", "equivocation"],
            state=["won", "open", "won"],
            bounty_to=[CHALLENGER, None, BUYER],
            bounty_wei=[half, None, "5"],
            burned_wei=[half, None, "6"],
            at=[5, 9, 9],
        ),
        edges("CHALLENGED", "Account", "Challenge", source=[CHALLENGER, SELLER, BUYER], target=names, **when),
        edges("CHALLENGED", "Challenge", "Epoch", source=names, target=epochs, **when),
        edges(
            "SLASHED",
            "Account",
            "Challenge",
            source=[OTHER_LIAR, LIAR, LIAR],
            target=[FALSE, FALSE, SHOWN],
            event_id=["x", "x", "z"],
            amount_wei=[half, half, "11"],
            at=[5, 5, 9],
        ),
    ]


def sale_rows(*, at: int = 6, first: int = 1) -> list[NodeRows | EdgeRows]:
    """Three sales in one block, two of them of one track: for ether, TuneToken and another currency."""
    names: list[object] = [f"31337:{MARKET}:{first + number}" for number in range(3)]
    tracks: list[object] = [track_id(3), track_id(3), "chain:track:9"]
    return [
        nodes(
            "Sale",
            sale_id=names,
            kind=["listing", "offer", "english"],
            amount=[1, 2, 3],
            price_wei=[str(10**30), "200", "300"],
            royalty_wei=[str(10**29), "20", "0"],
            fee_wei=["25", "5", "0"],
            currency=["ether", "token", DOLLARS],
            at=[at] * 3,
        ),
        edges("SOLD_IN", "Track", "Sale", source=tracks, target=names, event_id=names),
        edges("TRADED", "Account", "Sale", source=[SELLER] * 3, target=names, role=["seller"] * 3),
        edges("TRADED", "Account", "Sale", source=[BUYER] * 2, target=names[:2], role=["buyer"] * 2),
    ]


def proposal_rows() -> list[NodeRows | EdgeRows]:
    """One proposal that was voted on and executed, and a later one that is open."""
    names: list[object] = [f"31337:{GOVERNANCE}:{number}" for number in (11, 12)]
    return [
        nodes(
            "Proposal",
            proposal_id=names,
            state=["executed", "open"],
            proposer=[CHALLENGER, SELLER],
            description=["Take two keepers in", "Lower the fee"],
            vote_start_at=[1, 7],
            vote_end_at=[2, 8],
            executable_at=[3, None],
            executed_at=[4, None],
        ),
        edges(
            "VOTED",
            "Account",
            "Proposal",
            source=[CHALLENGER, SELLER, BUYER, LIAR],
            target=[names[0]] * 4,
            support=[1, 1, 0, 2],
            weight=[str(9 * 10**26), "1", "5", "6"],
            at=[1] * 4,
        ),
    ]


@pytest_asyncio.fixture
async def told(world: World, store: GraphStore) -> World:
    """A service over a graph in which all of it happened."""
    await Writer(store, "chain:31337").write(*challenge_rows(), *sale_rows(), *proposal_rows())
    return world


async def items_of(world: World, path: str, **query: object) -> list[dict[str, Any]]:
    answer = await world.client.get(path, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_challenge_says_who_proved_what_and_what_it_cost_whom(told: World) -> None:
    assert (await items_of(told, "/v1/challenges"))[-1] == {
        "challenge_id": FALSE,
        "kind": "score",
        "state": "won",
        "at": 5,
        "epoch": 2,
        "by": CHALLENGER,
        "bounty_to": CHALLENGER,
        "bounty_wei": str(BOND_WEI),
        "burned_wei": str(BOND_WEI),
        "slashed": [
            {"keeper": LIAR, "amount_wei": str(BOND_WEI)},
            {"keeper": OTHER_LIAR, "amount_wei": str(BOND_WEI)},
        ],
    }


async def test_challenges_of_one_block_differ_by_their_id_and_the_latest_come_first(told: World) -> None:
    items = await items_of(told, "/v1/challenges")
    assert [item["challenge_id"] for item in items] == [ASKED, SHOWN, FALSE]
    asked, shown, _ = items
    assert asked == {
        "challenge_id": ASKED,
        "kind": "demand",
        "state": "open",
        "at": 9,
        "epoch": 3,
        "by": SELLER,
        "bounty_to": None,
        "bounty_wei": None,
        "burned_wei": None,
        "slashed": [],
    }
    assert (shown["kind"], shown["slashed"]) == ("equivocation", [{"keeper": LIAR, "amount_wei": "11"}])


async def test_a_sale_says_who_sold_what_to_whom_and_how_the_price_was_split(told: World) -> None:
    first, second, third = await items_of(told, "/v1/sales")
    assert first == {
        "sale_id": f"31337:{MARKET}:1",
        "kind": "listing",
        "at": 6,
        "track_id": track_id(3),
        "title": "Title 3",
        "amount": 1,
        "price_wei": str(10**30),
        "royalty_wei": str(10**29),
        "fee_wei": "25",
        "currency": "ether",
        "seller": SELLER,
        "buyer": BUYER,
    }
    assert (second["sale_id"], second["track_id"], second["currency"]) == (
        f"31337:{MARKET}:2",
        track_id(3),
        "token",
    )
    assert (third["title"], third["currency"], third["buyer"]) == (None, DOLLARS, None)


async def test_a_proposal_says_what_became_of_it_and_how_the_vote_went(told: World) -> None:
    later, executed = await items_of(told, "/v1/proposals")
    assert executed == {
        "proposal_id": f"31337:{GOVERNANCE}:11",
        "state": "executed",
        "proposer": CHALLENGER,
        "description": "Take two keepers in",
        "vote_start_at": 1,
        "vote_end_at": 2,
        "executable_at": 3,
        "executed_at": 4,
        "voters": 4,
        "votes_for": str(9 * 10**26 + 1),
        "votes_against": "5",
        "votes_abstain": "6",
    }
    assert (later["state"], later["voters"], later["votes_for"], later["executed_at"]) == (
        "open",
        0,
        "0",
        None,
    )


async def test_a_limit_keeps_the_latest(told: World) -> None:
    latest = {
        "challenge_id": ("/v1/challenges", ASKED),
        "sale_id": ("/v1/sales", f"31337:{MARKET}:1"),
        "proposal_id": ("/v1/proposals", f"31337:{GOVERNANCE}:12"),
    }
    for key, (path, expected) in latest.items():
        assert [item[key] for item in await items_of(told, path, limit=1)] == [expected]


async def test_without_a_limit_the_latest_fifty_are_told(world: World, store: GraphStore) -> None:
    writer = Writer(store, "chain:31337")
    await writer.write(*(rows for block in range(20) for rows in sale_rows(at=block, first=10 * block)))
    items = await items_of(world, "/v1/sales")
    times = [item["at"] for item in items]
    assert len(items) == 50
    assert times == sorted(times, reverse=True)
    assert times[0] == 19
    assert len(await items_of(world, "/v1/sales", limit=256)) == 60


async def test_a_chain_on_which_nothing_happened_is_an_empty_list(world: World) -> None:
    for path in PATHS:
        assert await items_of(world, path) == []


@pytest.mark.parametrize(
    ("limit", "bound"),
    [("0", "greater than or equal to 1"), ("257", "less than or equal to 256"), ("x", "a valid integer")],
)
async def test_a_limit_out_of_bounds_is_422_and_the_problem_names_it_and_the_bound(
    world: World, limit: str, bound: str
) -> None:
    for path in PATHS:
        answer = await world.client.get(path, params={"limit": limit})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed-request")
        (field,) = answer.json()["fields"]
        assert field["name"] == "query.limit"
        assert bound in field["problem"]
        assert answer.json()["detail"] == f"query.limit: {field['problem']}"


async def test_a_graph_that_is_gone_is_503_and_not_named(world: World) -> None:
    world.services.store = GoneStore()
    for path in PATHS:
        answer = await world.client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "graph.internal" not in answer.text


async def test_the_description_says_the_bounds_and_that_every_item_has_an_id(world: World) -> None:
    document = (await world.client.get("/openapi.json")).json()
    for path, name in zip(PATHS, ("Challenge", "Sale", "Proposal"), strict=True):
        (limit,) = document["paths"][path]["get"]["parameters"]
        assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (
            1,
            256,
            50,
        )
        schema = document["components"]["schemas"][name]
        key = f"{name.lower()}_id"
        assert key in schema["required"]
        assert schema["properties"][key]["description"]
