"""`tunefi ingest chain` takes a chain into a graph, up to where it is told, and leaves it whole."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from graph_schema.open_store import open_store
from ingest.follower import ChainFollower
from tests.kit.anvil import anvil_node, deployment, rpc, signers
from tests.kit.chain_scenes import Stage
from tests.kit.demo import ROOT, run_tunefi
from tests.kit.rows import read_all_rows
from tests.kit.running_service import Scrape
from tunefi.chain.blocks import fetch_block
from tunefi.chain.deployment import Deployment, save_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

__all__ = ["anvil_node", "deployment", "rpc", "signers"]
pytestmark = pytest.mark.evm
_SECONDS = 120


async def read_rows(graph: str) -> dict[str, Any]:
    store = await open_store(graph)
    try:
        return await read_all_rows(store)
    finally:
        await store.close()


async def test_the_graph_is_that_of_the_chain_and_a_second_ingester_says_who_is_first(
    rpc: JsonRpc, deployment: Deployment, signers: list[Signer], tmp_path: Path
) -> None:
    await Stage(rpc, deployment, signers).register_and_mint(1)
    head = await fetch_block(rpc, "latest")
    record, graph = save_deployment(deployment, tmp_path), f"ladybug:{tmp_path / 'graph'}"
    words = ("ingest", "chain", "--deployment", str(record), "--graph", graph, "--json")
    nodes = ("--rpc", "http://127.0.0.1:9", "--rpc", rpc.node)

    def ingest(*more: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run_tunefi(tmp_path / "home", *words, *more, check=check, seconds=_SECONDS)

    final = json.loads((await asyncio.to_thread(ingest, *nodes, "--once", "--to", "finalized")).stdout)
    assert final["applied_block"] == final["final_block"] == head.number - 4
    some = json.loads((await asyncio.to_thread(ingest, *nodes, "--to", str(head.number - 1))).stdout)
    assert (some["applied_block"], some["head_block"]) == (head.number - 1, head.number)
    following = await asyncio.to_thread(_start_following, tmp_path, *words, *nodes, "--metrics-port", "0")
    try:
        await asyncio.to_thread(_wait_until_owned, following.pid, tmp_path)
        second = await asyncio.to_thread(ingest, *nodes, "--once", check=False)
        assert second.returncode == 3
        shown = await asyncio.to_thread(_scrape, tmp_path)
        assert shown("tunefi_chain_provider_errors_total", node="http://127.0.0.1:9", kind="unreachable") > 0
        assert shown("tunefi_chain_provider_errors_total", node=rpc.node, kind="unreachable") == 0
        assert f"process {following.pid}" in json.loads(second.stdout)["detail"]
    finally:
        following.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(following.wait, _SECONDS) == 130
    assert "what was done is kept" in (tmp_path / "following.log").read_text()
    await asyncio.to_thread(ingest, *nodes, "--once")
    whole = await open_store(f"ladybug:{tmp_path / 'whole'}")
    await ChainFollower(rpc, whole, deployment).follow_to_head()
    assert await read_rows(graph) == await read_all_rows(whole)
    await whole.close()


def _wait_until_owned(pid: int, folder: Path) -> None:
    """Wait until a process has the graph open: beside it lies a file that says so."""
    deadline = time.monotonic() + _SECONDS
    while not any(str(pid) in path.read_text() for path in folder.glob("graph*owner*")):
        assert time.monotonic() < deadline, (folder / "following.log").read_text()
        time.sleep(0.05)


def _scrape(folder: Path) -> Scrape:
    """What the follower shows to this machine."""
    deadline = time.monotonic() + _SECONDS
    while not (urls := re.findall(r"metrics at (\S+)\s", (folder / "following.log").read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    url = urls[0]
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
        return Scrape(answer.read().decode())


def _start_following(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TUNEFI_HOME": str(folder / "home")}
    with (folder / "following.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def test_how_far_to_go_is_said_in_one_of_three_ways(tmp_path: Path) -> None:
    done = run_tunefi(tmp_path, "ingest", "chain", "--to", "soon", check=False)
    assert done.returncode == 2
    assert "latest, finalized or the height" in done.stderr
