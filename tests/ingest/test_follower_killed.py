"""A follower that is killed in the middle goes on where it was, to the graph of the whole chain."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.rows import read_all_rows
from tunefi.chain.deployment import Deployment, save_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

pytestmark = pytest.mark.evm
ROOT = Path(__file__).parents[2]
NewStore = Callable[[], Coroutine[Any, Any, GraphStore]]


@pytest.mark.parametrize("blocks", [1, 9, 15])
async def test_a_killed_follower_resumes_to_the_same_graph(
    rpc: JsonRpc,
    deployment: Deployment,
    signers: list[Signer],
    tmp_path: Path,
    new_store: NewStore,
    blocks: int,
) -> None:
    await Stage(rpc, deployment, signers).play_everything()
    await mine(rpc, 2)
    record = save_deployment(deployment, tmp_path)
    graph, log = f"ladybug:{tmp_path / 'killed'}", f"sqlite:///{tmp_path / 'log.sqlite'}"
    applied = await asyncio.to_thread(_follow_until_killed, _url(rpc), record, graph, log, blocks)
    resumed = await open_store(graph)
    cursor = await resumed.read_cursor("chain:31337")
    assert cursor is not None
    assert cursor.position >= applied
    with ChainJournal(log, deployment.chain_id) as journal:
        status = await ChainFollower(rpc, resumed, deployment, journal=journal).follow_to_head()
        told = [change.block for change in journal.read_changes(0, 1_000) if change.kind == "applied"]
    assert told == sorted(set(told))
    assert told[-1] == status.head_block
    whole = await new_store()
    await ChainFollower(rpc, whole, deployment).follow_to_head()
    assert await read_all_rows(resumed) == await read_all_rows(whole)
    assert await read_all_rows(resumed, final_only=True) == await read_all_rows(whole, final_only=True)
    await resumed.close()


def _follow_until_killed(url: str, record: Path, graph: str, log: str, blocks: int) -> int:
    """Let a child follow, kill it after some blocks, and return the last that it told of."""
    command = [sys.executable, "-m", "tests.kit.follow_slowly", url, str(record), graph, log]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(blocks)]
        assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    return told[-1]


def _url(rpc: JsonRpc) -> str:
    return rpc.node
