"""The embedded graph's file: one owner, and a clear word when it cannot be opened or written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph_schema.errors import (
    GraphCorrupt,
    GraphFolderMissing,
    GraphFull,
    GraphOwned,
    UnknownGraphUrl,
    WrongSchemaVersion,
)
from graph_schema.ladybug_store import LadybugStore
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.open_store import open_store
from graph_schema.statements import PUT_VERSION
from graph_schema.transactional_store import TransactionalStore
from graph_schema.undo import one_row
from tests.kit.graphs import Writer, block, edges, nodes

ROOT = Path(__file__).parents[2]
FILL_A_SMALL_DISK = """
import asyncio, os, resource, sys
import pyarrow as pa
from graph_schema.errors import GraphFull
from graph_schema.open_store import open_store
from graph_schema.store import Cursor, NodeRows, WriteBatch

async def main():
    store = await open_store("ladybug:" + sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
    cursor = None
    for position in range(1, 100):
        rows = pa.table({"track_id": [f"{position}-{n}" for n in range(3000)], "title": ["x" * 200] * 3000})
        following = Cursor("log", position, "0x")
        try:
            await store.write(WriteBatch(following, cursor, [NodeRows("Track", rows)]))
        except GraphFull as error:
            print("full", cursor.position if cursor else 0, error, flush=True)
            os._exit(0)
        cursor = following

asyncio.run(main())
"""


OPEN = """
import asyncio, sys
from graph_schema.open_store import open_store

asyncio.run(open_store(sys.argv[1]))
"""


def _run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def _start_writer(url: str) -> subprocess.Popen[bytes]:
    """Start a process that owns the graph and has committed a batch."""
    command = [sys.executable, "-m", "tests.kit.write_until_killed", url, ""]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


async def test_the_second_owner_is_told_who_the_first_is(tmp_path: Path) -> None:
    url = f"ladybug:{tmp_path / 'graph'}"
    store = await open_store(url)
    try:
        second = _run_python(OPEN, url)
        assert "GraphOwned" in second.stderr
        assert f"process {os.getpid()} " in second.stderr
        with pytest.raises(GraphOwned) as caught:
            await open_store(url)
        assert caught.value.owner_pid == os.getpid()
    finally:
        await store.close()
    await (await open_store(url)).close()


async def test_a_killed_owner_leaves_the_graph_free(tmp_path: Path) -> None:
    url = f"ladybug:{tmp_path / 'graph'}"
    process = _start_writer(url)
    with pytest.raises(GraphOwned) as caught:
        await open_store(url)
    assert caught.value.owner_pid == process.pid
    _kill(process)
    await (await open_store(url)).close()


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphFolderMissing, match="nowhere"):
        await open_store(f"ladybug:{tmp_path / 'nowhere' / 'graph'}")


async def test_a_file_that_is_no_graph_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    path.write_bytes(b"not a graph" * 1000)
    with pytest.raises(GraphCorrupt, match="graph"):
        await open_store(f"ladybug:{path}")
    assert path.read_bytes() == b"not a graph" * 1000


async def test_a_graph_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    url = f"ladybug:{tmp_path / 'graph'}"
    store = await open_store(url)
    assert isinstance(store, TransactionalStore)
    await store._in_write(lambda tx: tx.run(PUT_VERSION, one_row({"version": SCHEMA_VERSION + 1})))
    await store.close()
    with pytest.raises(WrongSchemaVersion) as caught:
        await open_store(url)
    assert (caught.value.found, caught.value.known) == (SCHEMA_VERSION + 1, SCHEMA_VERSION)


async def test_a_full_disk_is_said_and_loses_nothing_committed(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    child = _run_python(FILL_A_SMALL_DISK, str(path))
    assert child.stdout.startswith("full "), child.stdout + child.stderr
    committed = int(child.stdout.split()[1])
    store = await open_store(f"ladybug:{path}")
    cursor = await store.read_cursor("log")
    assert (cursor.position if cursor else 0) == committed
    assert (await store.read_nodes("Track")).num_rows == committed * 3000
    await Writer(store, "log", cursor).write(nodes("Track", track_id=["after"], title=["room again"]))
    await store.close()
    store = await open_store(f"ladybug:{path}")
    assert (await store.read_nodes("Track")).num_rows == committed * 3000 + 1
    await store.close()


@pytest.mark.parametrize(
    "url", ["", "ladybug:", "sqlite:x", "graph.db", "neo4j:host", "bolt://me:secret@host:1"]
)
async def test_an_unknown_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UnknownGraphUrl) as caught:
        await open_store(url)
    assert "secret" not in str(caught.value)


def test_importing_the_package_loads_no_driver() -> None:
    code = (
        "import sys, graph_schema.open_store, graph_schema.snapshot, graph_schema.queries;"
        "print([name for name in ('neo4j', 'ladybug') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_full_names_its_place() -> None:
    assert "graph.x" in str(GraphFull("graph.x", "no space left on device"))


async def test_many_blocks_are_undone_in_little_memory(tmp_path: Path) -> None:
    """Each statement of a transaction keeps memory until its end, so their number may not grow with depth."""
    store = await LadybugStore.open(tmp_path / "graph.ladybug", buffer_pool_bytes=48 << 20)
    await store.migrate()
    chain = Writer(store, "chain:1")
    first = await chain.write(block=block(1))
    for number in range(2, 14):
        await chain.write(
            edges("HOLDS", "Account", "Track", source=["0x1"], target=["t"], amount=[str(number)]),
            nodes("Track", track_id=["t"], price_wei=[str(number)]),
            block=block(number),
        )
    await store.undo_blocks([block(number) for number in range(13, 1, -1)], first)
    assert await store.read_pending_blocks() == [block(1)]
    assert (await store.read_nodes("Track")).num_rows == (await store.read_edges("HOLDS")).num_rows == 0
    await store.close()
