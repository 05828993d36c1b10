"""After which block or entry a row can have gone wrong, from what was said of it and what a graph holds."""

from typing import Any

import pytest

from graph_schema.row_differences import RowDifference
from graph_schema.store import Cursor, WriteBatch
from ingest.row_history import RowHistory, Said, find_parting
from tests.kit.graphs import edges, gone, nodes

TRACK = ("Track", ("track:1",))


def sold(*prices: str | None) -> list[Said]:
    """A track's price as blocks 1, 2, … set it; None: they took the track away."""
    return [
        Said("chain", block, None if price is None else {"price_wei": price})
        for block, price in enumerate(prices, start=1)
    ]


@pytest.mark.parametrize(
    ("said", "before", "true", "wrong", "block"),
    [
        (["5", "6", "7"], {"price_wei": "4"}, "7", "6", 3),
        (["5", "6", "7"], {"price_wei": "4"}, "7", "5", 2),
        (["5", "6", "7"], {"price_wei": "4"}, "7", "4", 1),
        (["5", "6", "5", "7"], {"price_wei": "4"}, "7", "5", 4),
        (["5", "6", "7"], {"price_wei": "4"}, "7", "1", 3),
        (["5"], None, "5", None, 1),
        (["5", None], {"price_wei": "4"}, None, "5", 2),
        ([], {"price_wei": "4"}, "4", "5", None),
    ],
)
def test_the_first_block_that_can_have_gone_wrong_is_found(
    said: list[str | None],
    before: dict[str, Any] | None,
    true: str | None,
    wrong: str | None,
    block: int | None,
) -> None:
    mine, other = (None if price is None else {"price_wei": price} for price in (true, wrong))
    parting = find_parting(RowDifference(*TRACK, mine, other), sold(*said), before)
    assert (parting.position if parting else None) == block


def test_of_a_sum_the_first_entry_is_named() -> None:
    said = [Said("log", position, {"plays": 1}) for position in (3, 5, 8)]
    key = ("Account", "0x1", "Track", "track:1")
    row = RowDifference("LISTENED_TO", key, {"plays": 3}, {"plays": 2})
    assert find_parting(row, said, None) == said[0]


def test_what_does_not_set_the_property_is_not_named() -> None:
    said = [*sold("5"), Said("chain", 2, {"uri": "ipfs://2"}), Said("log", 9, {"title": "Halo"})]
    row = RowDifference(*TRACK, {"price_wei": "5"}, {"price_wei": "7"})
    assert find_parting(row, said, None) == said[0]


def test_a_batch_is_heard_row_by_row() -> None:
    """What is null says nothing; a relationship says that its ends exist; a node takes its own along."""
    held = ("HOLDS", ("Account", "0x1", "Track", "track:1"))
    history = RowHistory([TRACK, held])
    both = ["track:1", "track:2"]
    rows = nodes("Track", track_id=both, price_wei=["5", "6"], uri=[None, "x"], in_block=[7, 7])
    holds = edges("HOLDS", "Account", "Track", source=["0x1"], target=["track:1"], amount=["2"], in_block=[8])
    taken = gone("HOLDS", "Account", "Track", source=["0x1"], target=["track:1"], in_block=[9])
    history.hear("chain", WriteBatch(Cursor("c", 9, ""), None, [rows], [holds, taken]), above=7)
    assert history.said[TRACK] == [Said("chain", 8, {})]
    assert history.said[held] == [Said("chain", 8, {"amount": "2"}), Said("chain", 9, None)]
    deletion = WriteBatch(Cursor("log", 4, ""), None, deleted_nodes={"Account": ["0x1"]})
    history.hear("log", deletion, above=0, entry=4)
    assert history.said[held][-1] == Said("log", 4, None)
    unrelated = WriteBatch(Cursor("log", 5, ""), None, [nodes("Track", track_id=["track:9"], title=["x"])])
    assert not history.concerns(unrelated)
