"""The graph is a function of the log: of what was appended, not of how it arrived."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_schema.open_store import open_store
from graph_schema.store import Cursor, EdgeRows, GraphStore, WriteBatch
from ingest.arrow_rows import build_edge_table
from ingest.entries import Entry, Interaction, Kind
from ingest.errors import LogMismatch
from ingest.interaction_log import InteractionLog
from ingest.projector import LOG_SOURCE, LogProjector
from tests.kit.entries import NOON, build_interaction, build_listen, build_mixed_entries
from tests.kit.rows import read_all_rows

NewStore = Callable[[], Coroutine[Any, Any, GraphStore]]
ROOT = Path(__file__).parents[2]
DAY = 86_400


@pytest.fixture
def new_log(tmp_path: Path) -> Iterator[Callable[[], InteractionLog]]:
    opened: list[InteractionLog] = []

    def open_one() -> InteractionLog:
        opened.append(InteractionLog.at_path(tmp_path / f"log-{len(opened)}.sqlite"))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


@pytest.fixture
def log(new_log: Callable[[], InteractionLog]) -> InteractionLog:
    return new_log()


async def project(log: InteractionLog, store: GraphStore, **options: Any) -> dict[str, list[dict[str, Any]]]:
    await LogProjector(log, store, **options).project()
    return await read_all_rows(store)


async def test_listens_add_up(log: InteractionLog, store: GraphStore) -> None:
    log.append(
        [
            build_listen(0, seconds=60),
            build_listen(7, seconds=40, signature=bytes(65)),
            build_listen(7 + 7 * DAY, seconds=50, signature=bytes(65)),
        ]
    )
    rows = await project(log, store)
    (listened,) = rows["LISTENED_TO"]
    assert (listened["plays"], listened["seconds"], listened["signed_plays"]) == (3, 150, 2)
    assert (listened["first_at"], listened["last_at"]) == (NOON, NOON + (7 + 7 * DAY) * 1_000_000)
    days = {(row["utc_day"], row["signed_seconds"]) for row in rows["PLAYED_ON"]}
    assert days == {(NOON // (DAY * 1_000_000), 40), (NOON // (DAY * 1_000_000) + 7, 50)}


async def test_each_kind_becomes_its_relationship(log: InteractionLog, store: GraphStore) -> None:
    log.append(build_mixed_entries())
    rows = await project(log, store)
    one, two = f"0x{1:040x}", f"0x{2:040x}"
    assert [(row["source"], row["target"], row["at"]) for row in rows["LIKED"]] == [(one, "track:1", NOON)]
    assert [(row["source"], row["target"]) for row in rows["HID"]] == [(one, "track:2")]
    follows = {(row["source"], row["target"], row["signed"], row["on_chain"]) for row in rows["FOLLOWS"]}
    assert follows == {(one, two, True, None), (one, "artist:1", True, None)}
    assert [(row["source"], row["target"]) for row in rows["FRIEND_OF"]] == [(one, two)]
    assert {(row["target"], row["count"]) for row in rows["TAGGED"]} == {("rock#roll", 2)}


async def test_any_order_and_any_repetition_give_the_same_graph(
    new_log: Callable[[], InteractionLog], new_store: NewStore
) -> None:
    entries: list[Entry] = [*build_mixed_entries(), *(build_listen(number) for number in range(200))]
    expected = await _rows_of(new_log(), await new_store(), entries, 1_000)
    for seed in range(3):
        draw = random.Random(seed)
        delivered = entries + draw.sample(entries, 100)
        draw.shuffle(delivered)
        assert await _rows_of(new_log(), await new_store(), delivered, draw.randint(1, 90)) == expected


async def _rows_of(
    log: InteractionLog, store: GraphStore, entries: list[Entry], batch: int
) -> dict[str, Any]:
    for start in range(0, len(entries), batch):
        log.append(entries[start : start + batch])
    return await project(log, store, batch_entries=max(batch, 20))


async def test_projecting_again_changes_nothing(log: InteractionLog, store: GraphStore) -> None:
    log.append([build_listen(number) for number in range(50)])
    rows = await project(log, store)
    assert await project(log, store) == rows
    assert (await store.read_cursor(LOG_SOURCE)) == Cursor(LOG_SOURCE, 50, "0x" + log.head().hash.hex())


async def test_projection_can_stop_at_a_position(log: InteractionLog, store: GraphStore) -> None:
    log.append([build_listen(number) for number in range(50)])
    assert await LogProjector(log, store, batch_entries=20).project(up_to=30) == 30
    assert await LogProjector(log, store).read_position() == 30
    assert await LogProjector(log, store).project() == 50


async def test_the_log_of_another_history_is_refused(
    new_log: Callable[[], InteractionLog], store: GraphStore
) -> None:
    first, other = new_log(), new_log()
    first.append([build_listen(1)])
    await project(first, store)
    with pytest.raises(LogMismatch, match="no such entry"):
        await LogProjector(other, store).project()
    other.append([build_listen(1)])
    with pytest.raises(LogMismatch, match="entry 1"):
        await LogProjector(other, store).project()


async def test_a_deletion_leaves_nothing_of_the_account_but_what_the_chain_says(
    new_log: Callable[[], InteractionLog], new_store: NewStore
) -> None:
    """The graph equals one in which the account never said anything."""
    one, two = f"0x{1:040x}", f"0x{2:040x}"
    others = [
        build_listen(5, account_number=2),
        build_interaction(Kind.TAG, two, "track:1#rock#roll", key=900),
    ]
    log, store = new_log(), await new_store()
    log.append([*build_mixed_entries(), *others, *(build_listen(number) for number in range(20))])
    await store.write(_follow_on_chain(one, two))
    await project(log, store)
    log.append([build_interaction(Kind.DELETE, one, "", key=901, label="Account")])
    after = await project(log, store)
    clean_log, clean = new_log(), await new_store()
    clean_log.append([*(entry for entry in build_mixed_entries() if _by_other(entry, one)), *others])
    await clean.write(_follow_on_chain(one, two))
    expected = await project(clean_log, clean)
    for name in ("LISTENED_TO", "LIKED", "HID", "FRIEND_OF", "FOLLOWS", "PLAYED_ON"):
        assert after.get(name) == expected.get(name), name
    assert [row["count"] for row in after["TAGGED"]] == [row["count"] for row in expected["TAGGED"]] == [2]
    assert {row["address"] for row in after["Account"]} == {one, two}
    assert next(row for row in after["Account"] if row["address"] == one)["name"] is None


async def test_who_comes_back_after_a_deletion_starts_from_nothing(
    log: InteractionLog, store: GraphStore
) -> None:
    log.append([build_listen(1, seconds=100)])
    log.append([build_interaction(Kind.DELETE, f"0x{1:040x}", "", key=901, label="Account")])
    log.append([build_listen(8, seconds=40)])
    rows = await project(log, store)
    assert [(row["plays"], row["seconds"]) for row in rows["LISTENED_TO"]] == [(1, 40)]


async def test_a_killed_projection_resumes_to_the_same_graph(tmp_path: Path) -> None:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    for start in range(0, 4_000, 500):
        log.append([build_listen(number) for number in range(start, start + 500)])
    await asyncio.to_thread(_project_until_killed, tmp_path)
    resumed = await open_store(f"ladybug:{tmp_path / 'graph'}")
    reached = await LogProjector(log, resumed).read_position()
    assert 0 < reached < 4_000
    rows = await project(log, resumed)
    await resumed.close()
    whole = await open_store(f"ladybug:{tmp_path / 'whole'}")
    assert rows == await project(log, whole)
    assert sum(row["plays"] for row in rows["LISTENED_TO"]) == 4_000
    await whole.close()
    log.close()


def _project_until_killed(folder: Path) -> None:
    """Let a child project in small batches and kill it after a few."""
    command = [sys.executable, "-m", "tests.kit.project_slowly", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as child:
        assert child.stdout is not None
        while int(child.stdout.readline() or 0) < 200:
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)


def _follow_on_chain(follower: str, followed: str) -> WriteBatch:
    table = build_edge_table("FOLLOWS", {"source": [follower], "target": [followed], "on_chain": [True]})
    edge = EdgeRows("FOLLOWS", "Account", "Account", rows=table)
    return WriteBatch(Cursor("chain:1", 1, "0x01"), None, edges=[edge])


def _by_other(entry: Entry, account: str) -> bool:
    return not isinstance(entry, Interaction) or account not in (entry.account, entry.subject.lower())
