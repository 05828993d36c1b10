"""The disk fills while the chain is followed: it is said, nothing is lost, and with room it goes on."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from graph_schema.errors import GraphFull
from graph_schema.statements import Statement
from graph_schema.transactional_store import TransactionalStore
from ingest.errors import JournalFull
from tests.kit.broken_store import before_statement
from tests.kit.changing_world import World, rebuilt
from tests.kit.full_disk import limit_file_size
from tests.kit.model_transactions import ModelTransaction as Tx
from tests.kit.wiped_graphs import open_small_ladybug, wipe
from tunefi.errors import RetryableError

__all__ = ["rebuilt"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

MORE = [[Tx("buy", (1, 3, number)), Tx("stake", (2, number))] for number in range(1, 40)]


@pytest_asyncio.fixture(loop_scope="module")
async def world(rebuilt: TransactionalStore, tmp_path: Path) -> AsyncIterator[World]:
    """An embedded graph that followed a few blocks, and is behind by many."""
    await wipe(rebuilt)
    world = World(await open_small_ladybug(tmp_path / "graph"), rebuilt, tmp_path)
    await world.follow()
    world.mine(*MORE)
    yield world
    await world.store.close()
    await world.rpc.close()
    world.journal.close()


async def _reopen(world: World, folder: Path) -> None:
    """The process ends and starts again: what is on the disk is all there is."""
    await world.store.close()
    world.store = await open_small_ladybug(folder / "graph")


async def test_a_full_journal_stops_the_follow_before_the_graph(world: World, tmp_path: Path) -> None:
    before, newest = await world.store.read_cursors(), world.journal.newest()
    with (
        limit_file_size((tmp_path / "log.sqlite-wal").stat().st_size),
        pytest.raises(JournalFull, match=r"log\.sqlite; nothing was applied; free disk space"),
    ):
        await world.follow()
    assert (await world.store.read_cursors(), world.journal.newest()) == (before, newest)
    await world.follow()
    await _reopen(world, tmp_path)
    await world.check()


@pytest.mark.parametrize("room", [0, 1_000], ids="{} bytes left".format)
@pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "is restarted"])
async def test_a_full_graph_keeps_what_it_had_and_takes_the_rest_from_the_journal(
    world: World, tmp_path: Path, room: int, restarted: bool
) -> None:
    before = await world.store.read_cursors()
    with ExitStack() as disk:

        def fill(_: Statement) -> None:
            disk.enter_context(limit_file_size((tmp_path / "graph.wal").stat().st_size + room))

        disk.enter_context(before_statement(world.store, 0, fill))
        with pytest.raises(GraphFull, match=r"graph.*nothing was written; free disk space") as full:
            await world.follow()
    assert isinstance(full.value, RetryableError)
    assert await world.store.read_cursors() == before
    newest = world.journal.newest()
    assert newest is not None
    assert newest.last.number == world.chain.head
    if restarted:
        await _reopen(world, tmp_path)
    world.chain.asked.clear()
    await world.follow()
    assert "eth_getLogs" not in world.chain.asked
    await _reopen(world, tmp_path)
    await world.check()
