"""Whether a graph is what it must be: constraints, orphans, cursors; and its sums, against the chain's own.

Each check says what it looked at and what to do when it fails; a failing one never hides the next. Owns the
list. Changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.snapshot import all_edges, snapshot_digest
from graph_schema.store import BlockRef, Cursor, GraphStore, StoreState
from ingest.chain_journal import ChainJournal, Place
from ingest.interaction_log import InteractionLog
from tunefi.check_result import CheckResult
from tunefi.ids import Hash32, hex_of

_NEWEST = 1 << 62
"""A height above every block: nothing is taken back."""
REBUILD = "run `tunefi graph rebuild`, which makes it anew from journal and log"


async def check_graph(
    store: GraphStore, journal: ChainJournal, log: InteractionLog, chain_id: int
) -> AsyncIterator[CheckResult]:
    """Yield what is found in the graph, and between it and the journal and the log; no node is asked."""
    cursors = await store.read_cursors()
    kept = await store.read_digest(_NEWEST)
    state = await store.read_state(_NEWEST)
    chain, read_log = state.cursors.get(f"chain:{chain_id}"), state.cursors.get("log")
    yield _check_keys(state.nodes)
    yield _check_pairs(state.edges)
    yield _check_ends(state.nodes, state.edges)
    yield _check_pending(state.pending, chain)
    yield await _check_undo(store)
    if cursors == state.cursors:
        yield await asyncio.to_thread(_check_digest, state, kept)
    yield await asyncio.to_thread(_check_journal, journal, chain)
    yield await asyncio.to_thread(_check_log, log, read_log)


def _check_keys(nodes: Mapping[str, pa.Table]) -> CheckResult:
    """Every node has a key that no other node of its label has."""
    bad = sorted(label for label, rows in nodes.items() if _repeated(rows, [NODE_BY_LABEL[label].key]))
    return _finding("keys", bad, f"{_count(nodes)} nodes with a key each", "nodes share a key in")


def _check_pairs(edges: Mapping[str, pa.Table]) -> CheckResult:
    """Every relationship is there once."""
    ends = ["source_label", "source", "target_label", "target"]
    bad = sorted(
        type_
        for type_, rows in edges.items()
        if _repeated(rows, [*ends, *EDGE_BY_TYPE[type_].discriminators])
    )
    return _finding("pairs", bad, f"{_count(edges)} relationships, each once", "relationships repeat in")


def _check_ends(nodes: Mapping[str, pa.Table], edges: Mapping[str, pa.Table]) -> CheckResult:
    """Every relationship ends at nodes that are there."""
    bad = sorted({type_ for type_, rows in edges.items() for _ in _missing_ends(nodes, rows)})
    return _finding("ends", bad, "every relationship ends at nodes", "nodes are missing at the ends of")


def _missing_ends(nodes: Mapping[str, pa.Table], rows: pa.Table) -> Iterator[str]:
    for end in ("source", "target"):
        for label in pc.unique(rows[f"{end}_label"]).to_pylist():
            keys = rows.filter(pc.equal(rows[f"{end}_label"], label))[end]
            known = nodes[label][NODE_BY_LABEL[label].key]
            if pc.any(pc.invert(pc.is_in(keys, value_set=known.combine_chunks()))).as_py():
                yield label


def _check_pending(pending: Sequence[BlockRef], cursor: Cursor | None) -> CheckResult:
    """The blocks that can be undone are one chain, whose end is the cursor."""
    broken = [str(child.number) for parent, child in pairwise(pending) if child.parent_hash != parent.hash]
    if pending and (cursor is None or pending[-1].hash != cursor.hash):
        broken.append(f"the cursor {cursor}")
    return _finding("pending", broken, f"{len(pending)} blocks that can be undone", "no chain of blocks at")


async def _check_undo(store: GraphStore) -> CheckResult:
    """Every undo record belongs to a block that can be undone."""
    rows = await store.query("MATCH (u:Undo) RETURN DISTINCT u.block_hash AS hash")
    known = {block.hash for block in await store.read_pending_blocks()}
    orphans = sorted(row["hash"] for row in rows if row["hash"] not in known)
    return _finding("undo", orphans, f"undo records of {len(rows)} blocks", "undo records of unknown blocks")


def _check_digest(state: StoreState, kept: Hash32) -> CheckResult:
    """The hash that every write keeps up to date is the one of the rows."""
    rows = snapshot_digest(state.nodes, all_edges(state))
    drifted = [] if rows == kept else [f"{hex_of(kept)}, not {hex_of(rows)}"]
    good = f"the kept digest is that of the rows, {hex_of(rows)}"
    return _finding("digest", drifted, good, "the kept digest is")


def _check_journal(journal: ChainJournal, cursor: Cursor | None) -> CheckResult:
    """The journal holds what the graph has applied."""
    newest, oldest = journal.newest(), journal.oldest()
    if cursor is None:
        return CheckResult("journal", True, "the graph has applied no block")
    place = Place(cursor.position, cursor.hash)
    ok = journal.ending_at(place) is not None or (oldest is not None and oldest.parent == place)
    detail = f"the graph is at {place}, the journal ends at {newest.last if newest else 'nothing'}"
    return CheckResult("journal", ok, detail, "restore the journal of this graph, or build the graph anew")


def _check_log(log: InteractionLog, cursor: Cursor | None) -> CheckResult:
    """The log holds the entry up to which the graph was projected."""
    head = log.head()
    if cursor is None:
        return CheckResult("log", True, f"the graph holds no entry, the log {head.position}")
    found = log.hash_at(cursor.position)
    ok = found is not None and found.hex() == cursor.hash.removeprefix("0x")
    detail = f"the graph is at entry {cursor.position}, the log at {head.position}"
    return CheckResult("log", ok, detail, "give this graph's log (TUNEFI_LOG_URL), or build the graph anew")


def _repeated(rows: pa.Table, keys: list[str]) -> bool:
    grouped = rows.group_by(keys, use_threads=False).aggregate([])
    return bool(grouped.num_rows != rows.num_rows or any(rows[key].null_count for key in keys))


def _count(tables: Mapping[str, pa.Table]) -> int:
    return sum(table.num_rows for table in tables.values())


def _finding(name: str, bad: list[str], good: str, wrong: str) -> CheckResult:
    detail = f"{wrong} {', '.join(bad[:5])}" if bad else good
    return CheckResult(name, not bad, detail, REBUILD)
