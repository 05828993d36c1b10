"""A demonstration that is killed goes on, and its graph is the same in the other store."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kit.demo import start_demo, stop_demo
from tests.kit.neo4j_server import Neo4jServer

pytestmark = [pytest.mark.evm, pytest.mark.neo4j, pytest.mark.timeout(1_200)]

_SECONDS = 600


@dataclass(frozen=True)
class ResumedDemo:
    """A demonstration that was killed in stage 2 and then ran to its snapshot."""

    home: Path
    output: Path


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> ResumedDemo:
    folder = tmp_path_factory.mktemp("interrupted")
    home, output = folder / "home", folder / "output.log"
    process = start_demo(home, "--until", "graph", output=output)
    _wait_until_log_fills(home / "interactions.sqlite", process)
    stop_demo(process, signal.SIGKILL)
    _run_to_snapshot(home, output)
    return ResumedDemo(home, output)


def _wait_until_log_fills(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not (log.exists() and log.stat().st_size > 100_000):
        assert time.monotonic() < deadline
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)


def _run_to_snapshot(home: Path, output: Path) -> None:
    process = start_demo(home, "--until", "graph", output=output)
    assert process.wait(timeout=_SECONDS) == 0, output.read_text(errors="replace")[-3_000:]


def _outputs(home: Path, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "stages.json").read_text())[stage]["outputs"]
    return found


def test_a_killed_run_goes_on_and_nothing_is_in_the_log_twice(resumed: ResumedDemo) -> None:
    from ingest.interaction_log import InteractionLog

    log = InteractionLog.at_path(resumed.home / "interactions.sqlite")
    try:
        keys = [entry.entry.idempotency_key for entry in log.read(0, 100_000) if entry.entry is not None]
        head = log.head()
        assert log.verify_chain()
    finally:
        log.close()
    assert len(keys) == len(set(keys)) == head.position
    assert head.position == _outputs(resumed.home, "events")["log_position"]


def test_both_stores_give_the_same_snapshot_digest(
    resumed: ResumedDemo, empty_neo4j: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph_schema.snapshot import load_manifest

    in_ladybug = _outputs(resumed.home, "graph")["snapshot"]
    monkeypatch.setitem(os.environ, "TUNEFI_GRAPH_URL", empty_neo4j.uri)
    monkeypatch.setitem(os.environ, "TUNEFI_GRAPH_USER", empty_neo4j.user)
    monkeypatch.setitem(os.environ, "TUNEFI_GRAPH_PASSWORD", empty_neo4j.password)
    _run_to_snapshot(resumed.home, resumed.output)
    assert _outputs(resumed.home, "graph")["snapshot"] == in_ladybug
    folders = list((resumed.home / "snapshots").iterdir())
    assert len(folders) == 1, "the other store gave another snapshot"
    assert load_manifest(folders[0]).digest.hex() == in_ladybug.removeprefix("0x")
