"""Cut a snapshot of the graph where what is final says something new."""

import asyncio

from graph_schema.snapshot import Snapshot, read_snapshot, save_snapshot
from graph_schema.store import BlockRef
from keepers.chain_reads import fetch_final_block
from keepers.context import KeeperContext
from keepers.report import JobReport, Outcome
from keepers.snapshots import find_latest_snapshot, find_snapshot, verify_nothing_new
from tunefi.progress import Progress

NAME = "snapshot"


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Cut a snapshot at the finalized block and the log's head.

    Raises:
        NoFinalizedTag: The node does not say what is final.
        SnapshotAhead: The graph has not reached the finalized block; try again later.
    """
    final = await fetch_final_block(context)
    progress.update(0, 2, f"reading the graph at block {final.number}")
    block = BlockRef(final.number, final.hash, final.parent_hash, final.timestamp_at)
    snapshot = await read_snapshot(context.store, block, context.chain_id)
    if await asyncio.to_thread(_verify_known, context, snapshot):
        return JobReport(NAME, Outcome.NOTHING, f"nothing new up to block {final.number}")
    progress.update(1, 2, "writing the snapshot")
    folder = context.home.snapshot(snapshot.digest)
    await asyncio.to_thread(save_snapshot, snapshot, folder)
    head = snapshot.log_head.position
    detail = f"snapshot {folder.name} at block {final.number} and log entry {head}"
    return JobReport(NAME, Outcome.DONE, detail)


def _verify_known(context: KeeperContext, snapshot: Snapshot) -> bool:
    if find_snapshot(context.home, snapshot.digest) is not None:
        return True
    latest = find_latest_snapshot(context.home)
    return latest is not None and verify_nothing_new(snapshot, latest.load())
