"""Journal, graph and outbox agree after every interruption; the journal is enough to build the graph anew."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph_schema.errors import StaleCursor
from graph_schema.store import GraphStore, WriteBatch
from ingest.chain_journal import ChainChange, ChainJournal
from ingest.errors import JournalBehind, JournalElsewhere
from ingest.follower import ChainFollower
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.rows import read_all_rows

pytestmark = pytest.mark.evm

NewStore = Callable[[], Coroutine[Any, Any, GraphStore]]


class PowerCut(Exception):
    """The process ends here."""


@pytest.fixture
async def journal(tmp_path: Path, stage: Stage) -> AsyncIterator[ChainJournal]:
    with ChainJournal(f"sqlite:///{tmp_path / 'log.sqlite'}", stage.deployment.chain_id) as journal:
        yield journal


def follower_of(
    stage: Stage, store: GraphStore, journal: ChainJournal | None, **options: Any
) -> ChainFollower:
    return ChainFollower(stage.rpc, store, stage.deployment, journal=journal, **options)


def forbid_logs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the node answer no question for logs: it has pruned them."""
    asked = stage.rpc.call

    async def call(method: str, *params: Any) -> Any:
        assert method != "eth_getLogs", "the node has pruned these logs"
        return await asked(method, *params)

    monkeypatch.setattr(stage.rpc, "call", call)


async def break_write(store: GraphStore, monkeypatch: pytest.MonkeyPatch, *, committed: bool) -> None:
    """Cut the power at the next write of the graph: before it, or right after its commit."""
    write = store.write

    async def write_and_die(batch: WriteBatch) -> None:
        monkeypatch.setattr(store, "write", write)
        if committed:
            await write(batch)
        raise PowerCut

    monkeypatch.setattr(store, "write", write_and_die)


def replayed(journal: ChainJournal) -> list[int]:
    """The blocks of a consumer that follows the outbox from its beginning; each change fits the last."""
    blocks: list[tuple[int, str]] = []
    for change in journal.read_changes(0, 1_000):
        if change.kind == "applied":
            assert not blocks or blocks[-1] == (change.first_block - 1, change.parent_hash)
            blocks.append((change.block, change.hash))
        elif change.kind == "undone":
            assert blocks.pop() == (change.block, change.hash)
        else:
            assert change.block <= blocks[-1][0]
    return [number for number, _ in blocks]


async def test_a_graph_is_built_from_the_journal_alone(
    stage: Stage,
    store: GraphStore,
    journal: ChainJournal,
    new_store: NewStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await stage.play_everything()
    await follower_of(stage, store, journal).follow_to_head()
    forbid_logs(stage, monkeypatch)
    again = await new_store()
    status = await follower_of(stage, again, journal).follow_to_head()
    assert status.lag_blocks == 0
    assert await read_all_rows(again) == await read_all_rows(store)
    assert await read_all_rows(again, final_only=True) == await read_all_rows(store, final_only=True)
    assert await again.read_pending_blocks() == await store.read_pending_blocks()
    assert replayed(journal)[-1] == status.head_block


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("blocks", [0, 3], ids=["in a range", "in a block"])
async def test_a_power_cut_at_the_graph_loses_nothing(
    stage: Stage,
    store: GraphStore,
    journal: ChainJournal,
    new_store: NewStore,
    monkeypatch: pytest.MonkeyPatch,
    blocks: int,
    committed: bool,
) -> None:
    if blocks:
        await follower_of(stage, store, journal).follow_to_head()
    await stage.register_and_mint(1)
    await stage.buy(8, 1)
    await break_write(store, monkeypatch, committed=committed)
    with pytest.raises(PowerCut):
        await follower_of(stage, store, journal).follow_to_head()
    newest, cursor = journal.newest(), await store.read_cursor("chain:31337")
    assert newest is not None
    assert (cursor is not None and cursor.position == newest.last.number) is committed
    status = await follower_of(stage, store, journal).follow_to_head()
    without = await new_store()
    await follower_of(stage, without, None).follow_to_head()
    assert await read_all_rows(store) == await read_all_rows(without)
    assert replayed(journal)[-1] == status.head_block


async def test_a_reorganisation_is_told_and_its_blocks_leave_the_branch(
    stage: Stage, store: GraphStore, journal: ChainJournal, new_store: NewStore
) -> None:
    told: list[ChainChange] = []
    follower = follower_of(stage, store, journal, observers=[told.extend])
    await stage.register_and_mint(1)
    await stage.buy(8, 1)
    await follower.follow_to_head()
    await stage.rpc.call("anvil_reorg", 3, [])
    before = len(told)
    status = await follower.follow_to_head()
    assert [change.kind for change in told[before:]] == ["undone"] * 3 + ["applied"] * 3
    assert told == journal.read_changes(0, 1_000)
    assert replayed(journal)[-1] == status.head_block
    again = await new_store()
    await follower_of(stage, again, journal).follow_to_head()
    assert await read_all_rows(again) == await read_all_rows(store)


async def test_a_block_that_was_written_down_and_then_taken_back_is_never_applied(
    stage: Stage, store: GraphStore, journal: ChainJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.register_and_mint(1)
    await follower_of(stage, store, journal).follow_to_head()
    fork = await stage.rpc.call("evm_snapshot")
    await stage.buy(8, 1)
    await break_write(store, monkeypatch, committed=False)
    with pytest.raises(PowerCut):
        await follower_of(stage, store, journal).follow_to_head()
    await stage.rpc.call("evm_revert", fork)
    await mine(stage.rpc, 1)
    status = await follower_of(stage, store, journal).follow_to_head()
    assert status.undone_blocks == 0
    assert "BOUGHT" not in await read_all_rows(store)
    assert replayed(journal)[-1] == status.head_block


async def test_what_is_final_is_told(stage: Stage, store: GraphStore, journal: ChainJournal) -> None:
    follower = follower_of(stage, store, journal)
    first = await follower.follow_to_head()
    await mine(stage.rpc, 3)
    second = (first.final_block or 0) + 3
    await follower.follow_to_head()
    finals = [change.block for change in journal.read_changes(0, 1_000) if change.kind == "final"]
    assert finals == [second - 3, second]


async def test_a_graph_without_its_journal_is_not_followed(
    stage: Stage, store: GraphStore, journal: ChainJournal, tmp_path: Path
) -> None:
    await follower_of(stage, store, journal).follow_to_head()
    before = await read_all_rows(store)
    await mine(stage.rpc, 1)
    with ChainJournal(f"sqlite:///{tmp_path / 'another.sqlite'}", 31337) as another:
        with pytest.raises(JournalBehind, match="restore this graph's journal"):
            await follower_of(stage, store, another).follow_to_head()
        assert another.newest() is None
    assert await read_all_rows(store) == before


async def test_two_ingesters_on_one_graph_do_not_both_go_on(
    stage: Stage, store: GraphStore, journal: ChainJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to write wins; the other says whose place was taken, with one journal and with two."""
    await follower_of(stage, store, journal).follow_to_head()
    await mine(stage.rpc, 1)
    for shared in (True, False):
        path = tmp_path / "log.sqlite"
        if not shared:
            path = copy_database(path, tmp_path / "copy.sqlite")
        with ChainJournal(f"sqlite:///{path}", 31337) as other:
            await _overtake(stage, store, journal, monkeypatch)
            with pytest.raises(JournalElsewhere if shared else StaleCursor):
                await follower_of(stage, store, other).follow_to_head()
        monkeypatch.undo()
        await mine(stage.rpc, 1)
    status = await follower_of(stage, store, journal).follow_to_head()
    assert replayed(journal)[-1] == status.head_block


def copy_database(source: Path, target: Path) -> Path:
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    return target


async def _overtake(
    stage: Stage, store: GraphStore, journal: ChainJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have the winner follow to the head between the loser's look at the cursor and its write."""
    read, winner = store.read_pending_blocks, follower_of(stage, store, journal)

    async def read_and_be_overtaken() -> Any:
        monkeypatch.setattr(store, "read_pending_blocks", read)
        pending = await read()
        await winner.follow_to_head()
        return pending

    monkeypatch.setattr(store, "read_pending_blocks", read_and_be_overtaken)
