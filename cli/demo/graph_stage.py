"""Stage 3: both streams in the graph, and a snapshot of it."""

import asyncio
from typing import Any

from cli.compose import Installation
from cli.errors import StageFailed
from cli.ingestion import Ingestion
from keepers.context import KeeperContext
from keepers.registry import run_job
from keepers.report import Outcome
from keepers.snapshots import find_latest_snapshot
from tunefi.chain.blocks import fetch_block
from tunefi.ids import hex_of
from tunefi.progress import Progress

_STAGE = "graph"


async def cut_snapshot(
    context: KeeperContext, ingestion: Ingestion, events: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """Take everything in until the last event is final, and cut a snapshot."""
    progress.update(0, 3, "log and chain into the graph")
    await ingestion.catch_up()
    progress.update(1, 3, "waiting until the last event is final")
    await ingestion.catch_up_to_final(events["block"])
    progress.update(2, 3, "cutting the snapshot")
    report = await run_job("snapshot", context, progress)
    while report.outcome is Outcome.WAITING:
        await asyncio.sleep(0.5)
        await ingestion.catch_up()
        report = await run_job("snapshot", context, progress)
    snapshot = find_latest_snapshot(context.home)
    if snapshot is None:
        raise StageFailed(_STAGE, report.detail)
    progress.update(3, 3, "done")
    return {"snapshot": hex_of(snapshot.digest), "block": snapshot.manifest.finalized_block.number}


async def check_same_chain(installation: Installation) -> None:
    """Check that the graph belongs to the chain that runs now.

    Raises:
        StageFailed: It was made from a chain that is gone.
    """
    cursor = await installation.store.read_cursor(f"chain:{installation.deployment.chain_id}")
    if cursor is None:
        return
    head = await fetch_block(installation.rpc, "latest")
    pending = await installation.store.read_pending_blocks()
    settled = pending[0].number - 1 if pending else cursor.position
    if settled > head.number:
        problem = f"it holds final block {settled}, the chain that runs now ends at {head.number}"
        raise StageFailed(_STAGE, f"the graph was made from a chain that is gone: {problem}")
