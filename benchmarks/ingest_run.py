"""One chain into one store, in a process of its own: `python -m benchmarks.ingest_run FOLDER GRAPH_URL`.

It prints one JSON object. Owns what is measured of a run; refuses to compare runs. The whole chain is not
final while it is taken in, so that every block is written with undo records; then all of it becomes final,
and forgetting them counts too. Credentials come in TUNEFI_GRAPH_USER and TUNEFI_GRAPH_PASSWORD.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from benchmarks.dense_chain import CHAIN_ID, DenseChain, dense_deployment, read_index
from benchmarks.errors import GraphNotEmpty
from graph_schema.open_store import open_store
from graph_schema.store import GraphStore, WriteBatch
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from tunefi.chain.rpc import JsonRpc


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What one run took.

    Attributes:
        cpu_seconds: Of this process, all threads.
        server_cpu_seconds: Of the Neo4j server, where it runs on this machine.
        node_cpu_seconds: Of the process that served the chain.
        slope: Seconds an event over the last tenth of the events, by those over the first.
        cpu_slope: The same of this process's CPU seconds.
    """

    events: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float | None
    node_cpu_seconds: float
    events_per_second: float
    peak_mib: float
    slope: float
    cpu_slope: float


@dataclass
class MeteredStore:
    """A store that notes when each batch was written: block, wall and CPU seconds."""

    store: GraphStore
    marks: list[tuple[int, float, float]] = field(default_factory=list)

    async def write(self, batch: WriteBatch) -> None:
        """Write a batch and note when that was done."""
        await self.store.write(batch)
        self.marks.append((batch.cursor.position, time.perf_counter(), time.process_time()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@contextmanager
def served_chain(chain: DenseChain) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a chain of which only block 0 is final, and yield the node's URL and its process."""
    command = [sys.executable, "-m", "benchmarks.chain_server", str(chain.folder), "--final", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.stdin.close()


async def run(chain: DenseChain, graph_url: str, user: str, password: str) -> RunFigures:
    """Take a chain into an empty graph and return what it took.

    Raises:
        GraphNotEmpty: The graph holds something already.
    """
    store = await open_store(graph_url, user=user, password=password)
    try:
        if await store.read_cursors():
            raise GraphNotEmpty(graph_url)
        with tempfile.TemporaryDirectory() as folder, served_chain(chain) as (url, node):
            journal_url = f"sqlite:///{folder}/journal.sqlite"
            async with JsonRpc(url) as rpc:
                with ChainJournal(journal_url, CHAIN_ID) as journal:
                    server = _server_process(graph_url)
                    return await _measure(chain, MeteredStore(store), rpc, journal, node, server)
    finally:
        await store.close()


async def _measure(
    chain: DenseChain,
    store: MeteredStore,
    rpc: JsonRpc,
    journal: ChainJournal,
    node: subprocess.Popen[str],
    server: psutil.Process | None,
) -> RunFigures:
    follower = ChainFollower(rpc, store, dense_deployment(), journal=journal)
    places = read_index(chain)["events"].tolist()
    server_start = _cpu_seconds(server) if server else 0.0
    start, cpu_start = time.perf_counter(), time.process_time()
    status = await follower.follow_to_head()
    assert node.stdin is not None
    node.stdin.write(f"{status.head_block}\n")
    node.stdin.flush()
    while status.final_block != status.head_block:
        status = await follower.follow_to_head()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    marks = [(0, start, cpu_start)] + [(places[block + 1], at, cpu) for block, at, cpu in store.marks]
    return RunFigures(
        events=places[-1],
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu_seconds, 2),
        server_cpu_seconds=round(_cpu_seconds(server) - server_start, 2) if server else None,
        node_cpu_seconds=round(_cpu_seconds(psutil.Process(node.pid)), 2),
        events_per_second=round(places[-1] / seconds),
        peak_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        slope=round(slope_of([(events, at) for events, at, _ in marks]), 3),
        cpu_slope=round(slope_of([(events, cpu) for events, _, cpu in marks]), 3),
    )


def slope_of(marks: list[tuple[int, float]]) -> float:
    """Return seconds an event over the last tenth of the events, by those over the first.

    Args:
        marks: Events so far and a clock, from 0 events on, ascending; between them, time passes evenly.
    """
    total = marks[-1][0]
    return (marks[-1][1] - _clock_at(marks, 0.9 * total)) / (_clock_at(marks, 0.1 * total) - marks[0][1])


def _clock_at(marks: list[tuple[int, float]], events: float) -> float:
    for (before, start), (after, end) in pairwise(marks):
        if before <= events <= after and after > before:
            return start + (end - start) * (events - before) / (after - before)
    return marks[-1][1]


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _server_process(graph_url: str) -> psutil.Process | None:
    """Return the process of this machine that listens at the graph's address."""
    if graph_url.startswith("ladybug:"):
        return None
    port = int(graph_url.rpartition(":")[2])
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr
        if listens and connection.laddr.port == port and connection.pid:  # type: ignore[union-attr]
            return psutil.Process(connection.pid)
    return None


def main() -> None:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest_run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("graph")
    options = parser.parse_args()
    user = os.environ.get("TUNEFI_GRAPH_USER", "neo4j")
    password = os.environ.get("TUNEFI_GRAPH_PASSWORD", "")
    figures = asyncio.run(run(DenseChain(options.folder), options.graph, user, password))
    sys.stdout.write(json.dumps(asdict(figures)) + "\n")


if __name__ == "__main__":
    main()
