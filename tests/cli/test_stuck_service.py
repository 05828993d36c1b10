"""A service that is stuck says at `/readyz` what is wrong and what to do, and is ready again afterwards."""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import LogUnavailable, ReorgTooDeep
from ingest.hash_chain import LogHead
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.lying_node import Answer, lying_node, refuse
from tests.kit.rows import read_all_rows
from tests.kit.running_service import running_service
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.health import FaultCode

pytestmark = pytest.mark.evm

WINDOW = 4
"""Blocks by which `finalized` lags on the test's anvil."""


class FadingNode:
    """A real node behind a proxy that leaves out what it is told to.

    Attributes:
        without: `finalized`, `eth_getLogs`, or nothing.
    """

    def __init__(self, behind: str) -> None:
        self.behind, self.without = behind, ""

    def __call__(self, _number: int, request: Any) -> Answer:
        """Answer as the node behind does, or refuse."""
        calls = request if isinstance(request, list) else [request]
        if self.without and any(self.without in (call["method"], *call["params"][:1]) for call in calls):
            return (
                refuse(request, -32000, "finalized block not found")
                if self.without == "finalized"
                else (503, b"")
            )
        asked = urllib.request.Request(
            self.behind, json.dumps(request).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return 200, answer.read()


@pytest.fixture
def stage(rpc: JsonRpc, deployment: Deployment, signers: list[Signer]) -> Stage:
    """The deployed system with the people who act on it."""
    return Stage(rpc, deployment, signers)


@pytest.fixture
def fading(stage: Stage) -> Iterator[tuple[FadingNode, str]]:
    """A node that a test makes fade, and its address."""
    node = FadingNode(stage.rpc.url)
    with lying_node(node) as url:
        yield node, url


async def test_a_halted_follower_makes_the_service_unready_for_good(stage: Stage, tmp_path: Path) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    async with running_service(stage, tmp_path) as running:
        await running.wait_until_ready()
        for _ in range(WINDOW + 1):
            await stage.buy(8, 1)
        await running.service.ingestion.catch_up()
        before = await read_all_rows(running.installation.store)
        await stage.rpc.call("anvil_reorg", WINDOW + 1, [])
        fault = await running.wait_for_fault(FaultCode.HALTED)
        assert fault["component"] == "ingestion"
        assert "rebuild the graph" in fault["detail"]
        assert "restart the service" in fault["action"]
        await mine(stage.rpc, 3)
        with pytest.raises(ReorgTooDeep):
            await running.service.ingestion.catch_up()
        assert (await running.read_readiness())[0] == 503
        assert await read_all_rows(running.installation.store) == before
        found = await running.scrape()
        assert found("tunefi_component_fault", component="ingestion", code="halted") == 1
        assert (await running.client.get("/healthz")).status_code == 200


async def test_a_follower_that_gets_no_logs_fails_and_lags_until_it_does(
    stage: Stage, fading: tuple[FadingNode, str], tmp_path: Path
) -> None:
    node, url = fading
    async with running_service(stage, tmp_path, rpc_url=url, max_lag_seconds=600) as running:
        await running.wait_until_ready()
        node.without = "eth_getLogs"
        await stage.pass_time(3_600)
        fault = await running.wait_for_fault(FaultCode.LAGGING)
        assert re.search(r"\d blocks and 36\d\d s behind the head, 600 s", fault["detail"])
        assert "nodes" in fault["action"]
        assert (await running.wait_for_fault(FaultCode.FAILED))["component"] == "ingestion"
        assert (await running.scrape())("tunefi_ingest_lag_seconds") >= 3_600
        node.without = ""
        await running.wait_until_ready()
        assert (await running.scrape())("tunefi_ingest_lag_seconds") == 0


async def test_a_node_without_finality_makes_the_service_unready(
    stage: Stage, fading: tuple[FadingNode, str], tmp_path: Path
) -> None:
    node, url = fading
    node.without = "finalized"
    async with running_service(stage, tmp_path, rpc_url=url) as running:
        fault = await running.wait_for_fault(FaultCode.NO_FINAL_BLOCK)
        assert "TUNEFI_RPC_URL" in fault["action"]
        node.without = ""
        await running.wait_until_ready()


async def test_entries_that_do_not_reach_the_graph_make_the_service_unready(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.register_and_mint(1)
    async with running_service(stage, tmp_path, max_lag_seconds=0.2) as running:
        await running.wait_until_ready()
        async with running.service.ingestion._lock:
            running.append_listen(1)
            fault = await running.wait_for_fault(FaultCode.PROJECTION_BEHIND)
            assert fault["detail"].startswith("1 entries of the log are not in the graph")
            assert (await running.scrape())("tunefi_log_projection_lag_entries") == 1
        await running.wait_until_ready()


async def test_a_log_that_does_not_answer_makes_the_service_unready(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> LogHead:
        raise LogUnavailable("postgresql://db.test/tunefi", "connection refused")

    async with running_service(stage, tmp_path) as running:
        await running.wait_until_ready()
        monkeypatch.setattr(running.installation.log, "head", gone)
        fault = await running.wait_for_fault(FaultCode.NO_ANSWER)
        assert "connection refused" in fault["detail"]
        found = await running.scrape()
        assert "tunefi_log_head_position" not in found.names
        assert found("tunefi_component_fault", component="ingestion", code="no_answer") == 1
        monkeypatch.undo()
        await running.wait_until_ready()


async def test_a_defect_halts_ingestion_and_is_not_lost(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fall_over(*_arguments: object) -> None:
        raise ZeroDivisionError("a defect")

    async with running_service(stage, tmp_path) as running:
        await running.wait_until_ready()
        monkeypatch.setattr(running.service.ingestion.follower, "follow_to_head", fall_over)
        fault = await running.wait_for_fault(FaultCode.HALTED)
        assert fault["detail"] == "ZeroDivisionError: a defect"
    assert "a defect" in caplog.text
