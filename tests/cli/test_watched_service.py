"""The real service tells Prometheus where it stands, while the chain is taken back and a node fails."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.running_service import RunningService, running_service
from tunefi.chain.blocks import fetch_block
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.health import FaultCode

pytestmark = pytest.mark.evm


@pytest.fixture
def stage(rpc: JsonRpc, deployment: Deployment, signers: list[Signer]) -> Stage:
    """The deployed system with the people who act on it."""
    return Stage(rpc, deployment, signers)


@pytest_asyncio.fixture
async def running(stage: Stage, tmp_path: Path) -> AsyncIterator[RunningService]:
    """A service that follows the chain and signs for two keepers."""
    keys = ",".join(signer.export_key() for signer in stage.signers[1:3])
    async with running_service(stage, tmp_path, keeper_keys=keys, epoch_secret="05" * 32) as service:
        yield service


async def test_a_scrape_tells_where_chain_and_log_stand(running: RunningService) -> None:
    await running.stage.register_and_mint(1)
    head = await fetch_block(running.stage.rpc, "latest")
    running.append_listen(1)
    await running.wait_until_applied(head.number)
    await running.service.ingestion.catch_up()
    found = await running.scrape()
    assert found("tunefi_chain_head_block") == found("tunefi_ingest_applied_block") == head.number
    assert found("tunefi_chain_finalized_block") == head.number - 4
    assert found("tunefi_chain_head_timestamp_seconds") == head.timestamp_at / 1e6
    assert found("tunefi_ingest_lag_blocks") == found("tunefi_ingest_lag_seconds") == 0
    assert found("tunefi_log_head_position") == found("tunefi_log_projected_position") == 1
    assert found("tunefi_log_projection_lag_entries") == found("tunefi_log_projection_lag_seconds") == 0
    for stream in ("chain", "log"):
        assert found("tunefi_graph_write_duration_seconds_count", stream=stream) >= 1
        assert found("tunefi_graph_written_rows_total", stream=stream) >= 1
    assert found("tunefi_component_up", component="ingestion") == 1
    assert found("tunefi_ingest_set_aside_logs_total") == 0


async def test_a_reorganisation_is_counted_with_its_depth(running: RunningService) -> None:
    stage = running.stage
    await stage.register_and_mint(1)
    for _ in range(3):
        await stage.buy(8, 1)
    await running.service.ingestion.catch_up()
    await stage.rpc.call("anvil_reorg", 3, [])
    await mine(stage.rpc, 1)
    await running.service.ingestion.catch_up()
    found = await running.scrape()
    assert found("tunefi_ingest_reorganisation_depth_blocks_count") == 1
    assert found("tunefi_ingest_reorganisation_depth_blocks_sum") == 3


async def test_jobs_are_counted_by_outcome(running: RunningService) -> None:
    token = running.service._token
    headers = {"Authorization": f"Bearer {token}"}
    await running.client.post("/v1/operator/jobs/post_rewards", headers=headers)
    for _ in range(100):
        found = await running.scrape()
        if found("tunefi_keeper_job_runs_total", keeper_job="post_rewards", outcome="waiting"):
            break
    assert found("tunefi_keeper_job_duration_seconds_count", keeper_job="post_rewards") >= 1
    assert found("tunefi_keeper_job_last_success_timestamp_seconds", keeper_job="post_rewards") > 1.7e9
    assert found("tunefi_keeper_job_runs_total", keeper_job="post_rewards", outcome="failed") == 0


async def test_a_node_that_is_gone_is_counted_and_named_without_its_key(running: RunningService) -> None:
    found = await running.scrape()
    node = running.installation.rpc.node
    assert found("tunefi_chain_provider_errors_total", node=node, kind="unreachable") == 0
    running.installation.rpc.nodes[0].url = "http://127.0.0.1:1/secret-key"
    await running.wait_for_fault(FaultCode.FAILED)
    found = await running.scrape()
    assert found("tunefi_chain_provider_errors_total", node=node, kind="unreachable") >= 1
    assert found("tunefi_component_up", component="ingestion") == 0
