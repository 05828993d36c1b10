"""How a batch becomes changes of rows: the same for both stores.

Owns the order (digest, cursor, what is taken away, what is put, undo records) and what each does to a row's
two parts. Refuses to know drivers.
"""

from collections.abc import AsyncIterator, Sequence

import numpy as np
import pyarrow as pa

from graph_schema.errors import NotPending, StaleCursor
from graph_schema.kinds import FLAGS, EdgeKind, Kind, edge_kind, edge_kinds, node_kind
from graph_schema.merging import (
    beside_stored,
    check_keys,
    check_rows,
    merge_with_stored,
    merge_within_batch,
)
from graph_schema.properties import Source
from graph_schema.row_changes import DELETED, RowChanges, plan_changes, write_changes
from graph_schema.running_digest import lock_digest, save_digest, update_digest
from graph_schema.statements import (
    DROP_BLOCKS_ABOVE,
    DROP_BLOCKS_UP_TO,
    DROP_UNDO_UP_TO,
    LOCK_CURSOR,
    MOVE_CURSOR,
    READ_BLOCKS,
    match_edges_of,
    match_stored,
)
from graph_schema.store import IN_BLOCK, BlockRef, Cursor, WriteBatch
from graph_schema.transaction import Transaction
from graph_schema.undo import (
    drop_replaced,
    keep_replaced,
    one_row,
    plan_put_back,
    read_undo_records,
    replaced_above,
)

Said = dict[Kind, list[pa.Table]]
"""What a batch says of the rows of each kind, in order: keys, properties, `in_block`, `deleted`."""


def stream_of(cursor_source: str) -> Source:
    """Return which stream a cursor belongs to."""
    return Source.LOG if cursor_source == "log" else Source.CHAIN


async def apply_batch(tx: Transaction, batch: WriteBatch) -> None:
    """Write a batch and move its cursor within an open transaction.

    Raises:
        StaleCursor: The store is elsewhere than the batch expects.
    """
    digest = await lock_digest(tx)
    await _lock_cursor(tx, batch.cursor.source, batch.expected)
    source = stream_of(batch.cursor.source)
    taken, put = await _taken(tx, batch, source), _put(batch, source)
    if source is Source.LOG:
        # Its properties add up, so that what is put starts from what is left after the taking.
        update_digest(digest, await _write(tx, await _plan_chain(tx, taken, source), source))
        changes = await _write(tx, await _plan_log(tx, put), source)
    else:
        both = {kind: [*taken.get(kind, []), *put.get(kind, [])] for kind in [*taken, *put]}
        changes = await _write(tx, await _plan_chain(tx, both, source), source)
        if batch.blocks:
            await keep_replaced(tx, batch.blocks, [(change.kind, change.replaced) for change in changes])
    update_digest(digest, changes)
    await save_digest(tx, digest)
    await _move_cursor(tx, batch.cursor)


async def _write(tx: Transaction, changes: list[RowChanges], source: Source) -> list[RowChanges]:
    await write_changes(tx, changes, source)
    return changes


async def _plan_chain(tx: Transaction, said: Said, source: Source) -> list[RowChanges]:
    """Return what becomes of rows by setting and taking away alone, block by block."""
    plans = []
    for kind, tables in said.items():
        rows = pa.concat_tables(tables, promote_options="default").combine_chunks()
        plans.append(plan_changes(kind, source, rows, await _read_stored(tx, kind, rows)))
    return plans


async def _plan_log(tx: Transaction, said: Said) -> list[RowChanges]:
    """Return what becomes of rows by the rule of each property."""
    plans = []
    for kind, tables in said.items():
        given = pa.concat_tables(tables, promote_options="default").drop_columns([IN_BLOCK, DELETED])
        given = merge_within_batch(kind, given.combine_chunks())
        stored = await _read_stored(tx, kind, given)
        needed = stored.select(given.column_names)
        merged = merge_with_stored(kind, beside_stored(kind, given, needed))
        said_now = _said(merged.select([*given.column_names]), 0)
        plans.append(plan_changes(kind, Source.LOG, said_now, stored, exact=frozenset(given.column_names)))
    return plans


async def _read_stored(tx: Transaction, kind: Kind, rows: pa.Table) -> pa.Table:
    return await tx.run(match_stored(kind, tx.dialect), check_keys(kind, rows))


def _said(rows: pa.Table, block: int, *, deleted: bool = False) -> pa.Table:
    """Return rows with the columns that say which block they are of, and whether they go."""
    if IN_BLOCK not in rows.column_names:
        rows = rows.append_column(IN_BLOCK, pa.array(np.full(rows.num_rows, block)))
    return rows.append_column(DELETED, pa.array(np.full(rows.num_rows, deleted)))


def _checked(kind: Kind, rows: pa.Table, source: Source, block: int) -> pa.Table:
    """Return rows of a batch in the types of the schema."""
    if IN_BLOCK not in rows.column_names:
        return _said(check_rows(kind, rows, source), block)
    checked = check_rows(kind, rows.drop_columns([IN_BLOCK]), source)
    return _said(checked.append_column(IN_BLOCK, rows[IN_BLOCK]), block)


def _only_block(batch: WriteBatch) -> int:
    """Return the height that rows without one are of."""
    return batch.blocks[-1].number if batch.blocks else 0


def _put(batch: WriteBatch, source: Source) -> Said:
    """Return what a batch puts: nodes, the ends of its relationships, relationships."""
    said: Said = {}
    block = _only_block(batch)
    for nodes in batch.nodes:
        kind: Kind = node_kind(nodes.label)
        said.setdefault(kind, []).append(_checked(kind, nodes.rows, source, block))
    edges: Said = {}
    for edge in batch.edges:
        if edge.rows is not None and edge.rows.num_rows:
            kind = edge_kind(edge.type, edge.source_label, edge.target_label)
            edges.setdefault(kind, []).append(_checked(kind, edge.rows, source, block))
    for kind, tables in edges.items():
        assert isinstance(kind, EdgeKind)
        for rows in tables:
            for label, end in ((kind.source_label, "source"), (kind.target_label, "target")):
                of_end = node_kind(label)
                ends = rows.select([end, IN_BLOCK]).rename_columns([of_end.keys[0], IN_BLOCK])
                distinct = ends.group_by(ends.column_names, use_threads=False).aggregate([])
                said.setdefault(of_end, []).append(_said(distinct, block))
    return said | edges


async def _taken(tx: Transaction, batch: WriteBatch, source: Source) -> Said:
    """Return what a batch takes away: relationships, and nodes with all of theirs."""
    said: Said = {}
    block = _only_block(batch)
    for edges in batch.edges:
        if edges.deleted is not None and edges.deleted.num_rows:
            kind = edge_kind(edges.type, edges.source_label, edges.target_label)
            keys = check_keys(kind, edges.deleted)
            if IN_BLOCK in edges.deleted.column_names:
                keys = edges.deleted.select([*kind.keys, IN_BLOCK])
            said.setdefault(kind, []).append(_said(keys, block, deleted=True))
    for label, nodes in batch.deleted_nodes.items():
        async for kind_, keys in _nodes_and_theirs(tx, label, nodes, source):
            said.setdefault(kind_, []).append(_said(keys, block, deleted=True))
    return said


async def _nodes_and_theirs(
    tx: Transaction, label: str, nodes: Sequence[str], source: Source
) -> AsyncIterator[tuple[Kind, pa.Table]]:
    """Yield the keys of nodes, and those of the relationships by which a stream joins them."""
    kind = node_kind(label)
    wanted = pa.table({"key": pa.array(sorted(set(nodes)), pa.string())})
    yield kind, wanted.rename_columns([kind.node.key])
    for edge in edge_kinds():
        for outgoing in (True, False):
            if (edge.source_label if outgoing else edge.target_label) == label:
                statement = match_edges_of(edge, label, outgoing=outgoing, flag=FLAGS[source])
                found = await tx.run(statement, wanted)
                if found.num_rows:
                    yield edge, found.select(list(edge.keys))


async def _lock_cursor(tx: Transaction, source: str, expected: Cursor | None) -> None:
    found = cursors_of(await tx.run(LOCK_CURSOR, one_row({"source": source})))
    if (found[0] if found else None) != expected:
        raise StaleCursor(source, expected, found[0] if found else None)


async def _move_cursor(tx: Transaction, cursor: Cursor) -> None:
    row = {"source": cursor.source, "position": cursor.position, "hash": cursor.hash}
    await tx.run(MOVE_CURSOR, one_row(row))


def cursors_of(rows: pa.Table) -> list[Cursor]:
    """Return the cursors in a table; one that was locked and never moved is none."""
    return [Cursor(**row) for row in rows.to_pylist() if row["position"] is not None]


async def undo_blocks(tx: Transaction, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
    """Take back what the highest pending blocks wrote and move the cursor, within an open transaction.

    Raises:
        NotPending: A block is not the highest that can be undone when its turn comes.
    """
    digest = await lock_digest(tx)
    await tx.run(LOCK_CURSOR, one_row({"source": cursor.source}))
    pending = blocks_of(await tx.run(READ_BLOCKS))
    for block in blocks:
        highest = pending.pop().hash if pending else None
        if highest != block.hash:
            raise NotPending(block.hash, highest)
    if blocks:
        update_digest(digest, await _put_back(tx, blocks[-1]))
        await save_digest(tx, digest)
    await _move_cursor(tx, cursor)


async def _put_back(tx: Transaction, lowest: BlockRef) -> list[RowChanges]:
    """Put rows back as they were before a block and those above it, and forget these blocks."""
    below = BlockRef(lowest.number - 1, lowest.parent_hash, "", 0)
    records = await read_undo_records(tx, below.number)
    plans = await plan_put_back(tx, replaced_above(records, below.number))
    await drop_replaced(tx, records, below)
    await tx.run(DROP_BLOCKS_ABOVE, one_row({"block_number": below.number}))
    return await _write(tx, plans, Source.CHAIN)


def blocks_of(rows: pa.Table) -> list[BlockRef]:
    """Return the blocks in a table, lowest first."""
    return sorted((BlockRef(**row) for row in rows.to_pylist()), key=lambda block: block.number)


async def forget_undo(tx: Transaction, up_to_block: int) -> None:
    """Drop the undo records of blocks up to and including a height, within an open transaction."""
    limit: dict[str, object] = {"block_number": up_to_block}
    await tx.run(DROP_UNDO_UP_TO, one_row(limit))
    await tx.run(DROP_BLOCKS_UP_TO, one_row(limit))
