"""Cutting a snapshot: all rows of the graph at one finalized block and one head of the interaction log.

Owns the cut: what pending blocks wrote is taken back, and LISTENED_ON, which joins the two streams, is
derived. Also the door to everything about snapshots: its tables (`snapshot_tables`) and its files
(`snapshot_files`). Refuses to know what anyone computes from a snapshot.
"""

import asyncio

import pyarrow as pa

from graph_schema.errors import SnapshotAhead, SnapshotOffBranch
from graph_schema.listened_on import build_listened_on
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.snapshot_files import Manifest, load_manifest, load_snapshot, save_snapshot
from graph_schema.snapshot_tables import ZERO_HASH, LogHead, Snapshot, snapshot_digest
from graph_schema.store import BlockRef, GraphStore, StoreState

__all__ = [
    "LogHead",
    "Manifest",
    "Snapshot",
    "all_edges",
    "build_listened_on",
    "load_manifest",
    "load_snapshot",
    "read_snapshot",
    "save_snapshot",
    "snapshot_digest",
]


async def read_snapshot(store: GraphStore, finalized: BlockRef, chain_id: int) -> Snapshot:
    """Cut a snapshot at a finalized block and at the log head that the graph has reached.

    Args:
        store: The graph; writers wait while it is read.
        finalized: The block that the node calls finalized, or a lower one of the same branch.
        chain_id: The chain of that block; the graph's cursor `chain:<chain_id>` is held against it.

    Raises:
        SnapshotAhead: The graph has not applied that block yet; wait and repeat.
        SnapshotOffBranch: The graph has applied another block of that height; wait and repeat.
    """
    state = await store.read_state(finalized.number)
    _check_branch(state, finalized, chain_id)
    edges = all_edges(state)
    digest = await asyncio.to_thread(snapshot_digest, state.nodes, edges)
    log = state.cursors.get("log")
    head = LogHead(log.position, log.hash) if log else LogHead(0, ZERO_HASH)
    return Snapshot(state.nodes, edges, chain_id, finalized, head, SCHEMA_VERSION, digest)


def all_edges(state: StoreState) -> dict[str, pa.Table]:
    """Return the stored relationships of a moment and those that are derived at the cut."""
    return {**state.edges, "LISTENED_ON": build_listened_on(state.edges["PLAYED_ON"], state.edges["CREATED"])}


def _check_branch(state: StoreState, finalized: BlockRef, chain_id: int) -> None:
    cursor = state.cursors.get(f"chain:{chain_id}")
    applied = cursor.position if cursor else 0
    if applied < finalized.number:
        raise SnapshotAhead(finalized.number, applied)
    known = {block.number: block.hash for block in state.pending}
    if cursor:
        known[cursor.position] = cursor.hash
    if known.get(finalized.number, finalized.hash) != finalized.hash:
        raise SnapshotOffBranch(finalized.number, finalized.hash, known[finalized.number])
