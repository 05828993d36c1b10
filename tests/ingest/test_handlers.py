"""Every event of every packaged contract is handled or ignored for a stated reason."""

from typing import Any

import pytest

from graph_schema.store import Cursor
from ingest.chain_events import read_chain_batch
from ingest.chain_rows import ChainRows
from ingest.editions import KeptEditions
from ingest.errors import HandlerFailed
from ingest.handlers import HANDLERS, IGNORED, market, music
from ingest.handlers.registry import argument_names, snake_case
from tunefi.chain.artifact import list_artifacts, load_abi, load_artifact
from tunefi.chain.deployment import Deployment
from tunefi.chain.events import ChainEvent
from tunefi.chain.logs import RawLog
from tunefi.ids import Address, Microseconds

EVENTS = {(name, event.name): event for name in list_artifacts() for event in load_abi(name).events.values()}
MUSIC = Address("0x" + "aa" * 20)


def test_every_event_has_a_handler_or_a_reason_and_not_both() -> None:
    assert set(EVENTS) == set(HANDLERS) | set(IGNORED)
    assert set(HANDLERS) & set(IGNORED) == set()
    assert all(reason for reason in IGNORED.values())


@pytest.mark.parametrize("name", sorted(HANDLERS), ids=".".join)
def test_the_type_of_an_event_has_the_arguments_of_its_abi(name: tuple[str, str]) -> None:
    expected = tuple(snake_case(argument) for argument in EVENTS[name].names)
    assert argument_names(HANDLERS[name]) == expected


@pytest.mark.parametrize(
    ("event", "argument", "struct"),
    [
        (("Marketplace", "Listed"), "order", market.Order),
        (("Marketplace", "Offered"), "order", market.Order),
        (("Marketplace", "Sold"), "sale", market.Sale),
        (("Marketplace", "AuctionCreated"), "terms", market.AuctionTerms),
        (("MusicNFT", "EditionMinted"), "terms", music.EditionTerms),
        (("MusicNFT", "LicenceRegistered"), "terms", music.LicenceTerms),
    ],
)
def test_a_struct_of_an_event_has_the_members_of_its_abi_in_their_order(
    event: tuple[str, str], argument: str, struct: type[tuple[object, ...]]
) -> None:
    members = _struct_members(*event, argument)
    assert struct._fields == members  # type: ignore[attr-defined]


async def test_a_handler_that_fails_names_the_event_and_its_place() -> None:
    deployment = Deployment(1, {"MusicNFT": MUSIC}, 0, {})
    arguments = {"operator": MUSIC, "from": MUSIC, "to": MUSIC, "id": 1, "value": 1}
    log = RawLog(MUSIC, (), b"", 7, "0x00", "0x01", 3)
    event = ChainEvent("MusicNFT", "TransferSingle", arguments, log)
    graph: Any = _EmptyGraph()
    with pytest.raises(HandlerFailed, match=r"MusicNFT\.TransferSingle of block 7, log 3"):
        await read_chain_batch(
            graph,
            deployment,
            [event],
            {7: Microseconds(0)},
            cursor=Cursor("chain:1", 7, "0x00"),
            expected=None,
            editions=KeptEditions(graph),
        )


def test_the_last_word_on_a_relationship_counts() -> None:
    rows = ChainRows()
    ends = ("Account", "0x01"), ("Account", "0x02")
    rows.edge("FOLLOWS", *ends, on_chain=True)
    rows.no_edge("FOLLOWS", *ends)
    (gone,) = rows.build_edges()
    assert gone.rows is None
    assert gone.deleted is not None
    assert gone.deleted.to_pylist() == [{"source": "0x01", "target": "0x02", "in_block": 0}]
    rows.edge("FOLLOWS", *ends, on_chain=True)
    (back,) = rows.build_edges()
    assert back.deleted is None
    assert back.rows is not None
    assert back.rows.num_rows == 1


def _struct_members(contract: str, event: str, argument: str) -> tuple[str, ...]:
    """Return the names of a struct's members, in snake case, as the packaged artifact has them."""
    (found,) = (
        item
        for entry in load_artifact(contract).abi.entries
        if entry["type"] == "event" and entry["name"] == event
        for item in entry["inputs"]
        if item["name"] == argument
    )
    return tuple(snake_case(member["name"]) for member in found["components"])


class _EmptyGraph:
    """A graph in which no track has a token."""

    async def query(self, _cypher: str, _parameters: object = None) -> list[dict[str, object]]:
        """Return nothing."""
        return []
