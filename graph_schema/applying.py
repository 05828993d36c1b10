"""How a batch becomes statements: the same for both stores.

Owns the order (cursor, deletions, nodes, relationships) and what each does to a row's two parts. Refuses
to know drivers.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.errors import NotPending, StaleCursor
from graph_schema.kinds import (
    FLAGS,
    EdgeKind,
    Kind,
    NodeKind,
    edge_kind,
    edge_kinds,
    node_kind,
    part_properties,
)
from graph_schema.merging import (
    beside_stored,
    check_keys,
    check_rows,
    is_changed,
    is_new,
    merge_with_stored,
    merge_within_batch,
)
from graph_schema.properties import Source
from graph_schema.statements import (
    DROP_BLOCKS_ABOVE,
    DROP_BLOCKS_UP_TO,
    DROP_UNDO_ABOVE,
    DROP_UNDO_UP_TO,
    LOCK_CURSOR,
    MOVE_CURSOR,
    READ_BLOCKS,
    READ_UNDO,
    Dialect,
    create_rows,
    match_edges_of,
    match_rows,
    merge_rows,
    update_rows,
)
from graph_schema.store import BlockRef, Cursor, EdgeRows, NodeRows, WriteBatch
from graph_schema.transaction import Transaction
from graph_schema.undo import (
    UndoRecorder,
    absent_state,
    one_row,
    put_back,
    put_state,
    read_states,
    state_before,
)


def stream_of(cursor_source: str) -> Source:
    """Return which stream a cursor belongs to."""
    return Source.LOG if cursor_source == "log" else Source.CHAIN


async def apply_batch(tx: Transaction, batch: WriteBatch) -> None:
    """Write a batch and move its cursor within an open transaction.

    Raises:
        StaleCursor: The store is elsewhere than the batch expects.
    """
    await _lock_cursor(tx, batch.cursor.source, batch.expected)
    source = stream_of(batch.cursor.source)
    recorder = None
    if batch.block is not None and source is Source.CHAIN:
        recorder = await UndoRecorder.start(tx, batch.block)
    writer = _PartWriter(tx, source, recorder)
    for label, keys in batch.deleted_nodes.items():
        await writer.take_nodes(node_kind(label), keys)
    for edges in batch.edges:
        if edges.deleted is not None and edges.deleted.num_rows:
            kind = edge_kind(edges.type, edges.source_label, edges.target_label)
            await writer.take(kind, check_keys(kind, edges.deleted))
    for nodes in batch.nodes:
        await writer.put(node_kind(nodes.label), nodes.rows)
    for end_kind, rows in _end_nodes(batch.nodes, batch.edges):
        await writer.put(end_kind, rows)
    for edges in batch.edges:
        if edges.rows is not None and edges.rows.num_rows:
            await writer.put(edge_kind(edges.type, edges.source_label, edges.target_label), edges.rows)
    await _move_cursor(tx, batch.cursor)


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


def _end_nodes(nodes: Sequence[NodeRows], edges: Sequence[EdgeRows]) -> Iterator[tuple[NodeKind, pa.Table]]:
    """Yield per label the ends of relationships that the batch does not write as nodes itself."""
    ends: dict[str, list[pa.ChunkedArray]] = {}
    for edge in edges:
        if edge.rows is not None and edge.rows.num_rows:
            kind = edge_kind(edge.type, edge.source_label, edge.target_label)
            keys = check_keys(kind, edge.rows)
            ends.setdefault(kind.source_label, []).append(keys["source"])
            ends.setdefault(kind.target_label, []).append(keys["target"])
    for label, columns in ends.items():
        kind_of_end = node_kind(label)
        key = kind_of_end.keys[0]
        wanted = pc.unique(pa.chunked_array([chunk for column in columns for chunk in column.chunks]))
        for given in nodes:
            if given.label == label:
                wanted = wanted.filter(pc.invert(pc.is_in(wanted, pc.unique(given.rows[key]))))
        if len(wanted):
            yield kind_of_end, pa.table({key: wanted})


class _PartWriter:
    """Writes one stream's part of rows, and keeps what it replaces where a recorder is given."""

    def __init__(self, tx: Transaction, source: Source, recorder: UndoRecorder | None) -> None:
        self._tx, self._source, self._recorder = tx, source, recorder

    async def put(self, kind: Kind, rows: pa.Table) -> None:
        """Merge rows into the store; Neo4j does it itself where nobody wants what was there before."""
        given = merge_within_batch(kind, check_rows(kind, rows, self._source))
        if self._recorder is None and self._tx.dialect is Dialect.NEO4J:
            columns = [name for name in given.column_names if name not in kind.keys]
            await self._tx.run(merge_rows(kind, columns, self._source), given)
        else:
            await self._put_beside_stored(kind, given)

    async def _put_beside_stored(self, kind: Kind, given: pa.Table) -> None:
        stored = await self._read_stored(kind, given)
        joined = merge_with_stored(kind, beside_stored(kind, given, stored), self._source)
        columns = [name for name in given.column_names if name not in kind.keys] + [FLAGS[self._source]]
        new = is_new(joined)
        changed = pc.and_not(is_changed(joined, columns), new)
        await self._keep(kind, joined.filter(pc.or_(new, changed)))
        after = joined.select([*kind.keys, *columns])
        await self._create(kind, after.filter(new), columns)
        await self._tx.run(update_rows(kind, columns, self._tx.dialect), after.filter(changed))

    async def _read_stored(self, kind: Kind, rows: pa.Table) -> pa.Table:
        """Return this stream's part of the rows that are stored, and both flags."""
        columns = [*part_properties(kind, self._source), *FLAGS.values()]
        return await self._tx.run(match_rows(kind, columns, self._tx.dialect), rows.select(list(kind.keys)))

    async def _create(self, kind: Kind, rows: pa.Table, columns: list[str]) -> None:
        other = FLAGS[Source.LOG if self._source is Source.CHAIN else Source.CHAIN]
        rows = rows.append_column(other, pa.array([False] * rows.num_rows, pa.bool_()))
        await self._tx.run(create_rows(kind, [*columns, other], self._tx.dialect), rows)

    async def _keep(self, kind: Kind, joined: pa.Table) -> None:
        if self._recorder is not None:
            await self._recorder.keep(kind, state_before(kind, joined, self._source))

    async def take(self, kind: Kind, keys: pa.Table) -> None:
        """Take this stream's part of rows away."""
        stored = await self._read_stored(kind, keys)
        asserted = stored.filter(stored[FLAGS[self._source]])
        if not asserted.num_rows:
            return
        found = asserted.select(list(kind.keys))
        await self._keep(kind, beside_stored(kind, found, asserted))
        await put_state(self._tx, kind, absent_state(kind, found, self._source), self._source)

    async def take_nodes(self, kind: NodeKind, keys: Sequence[str]) -> None:
        """Take this stream's part of nodes and of all their relationships away."""
        if not keys:
            return
        wanted = pa.table({"key": pa.array(sorted(set(keys)), pa.string())})
        for edge in edge_kinds():
            for outgoing in (True, False):
                if (edge.source_label if outgoing else edge.target_label) == kind.node.label:
                    await self._take_edges_of(edge, kind.node.label, wanted, outgoing=outgoing)
        await self.take(kind, wanted.rename_columns([kind.node.key]))

    async def _take_edges_of(self, edge: EdgeKind, label: str, wanted: pa.Table, *, outgoing: bool) -> None:
        statement = match_edges_of(edge, label, outgoing=outgoing, flag=FLAGS[self._source])
        found = await self._tx.run(statement, wanted)
        if found.num_rows:
            await self.take(edge, found.select(list(edge.keys)))


async def undo_blocks(tx: Transaction, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
    """Take back what the highest pending blocks wrote and move the cursor, within an open transaction.

    Raises:
        NotPending: A block is not the highest that can be undone when its turn comes.
    """
    await tx.run(LOCK_CURSOR, one_row({"source": cursor.source}))
    pending = blocks_of(await tx.run(READ_BLOCKS))
    for block in blocks:
        highest = pending.pop().hash if pending else None
        if highest != block.hash:
            raise NotPending(block.hash, highest)
    if blocks:
        above: dict[str, object] = {"block_number": blocks[-1].number - 1}
        await put_back(tx, await read_states(tx, READ_UNDO, above))
        await tx.run(DROP_UNDO_ABOVE, one_row(above))
        await tx.run(DROP_BLOCKS_ABOVE, one_row(above))
    await _move_cursor(tx, cursor)


def blocks_of(rows: pa.Table) -> list[BlockRef]:
    """Return the blocks in a table, lowest first."""
    return sorted((BlockRef(**row) for row in rows.to_pylist()), key=lambda block: block.number)


async def forget_undo(tx: Transaction, up_to_block: int) -> None:
    """Drop the undo records of blocks up to and including a height, within an open transaction."""
    limit: dict[str, object] = {"block_number": up_to_block}
    await tx.run(DROP_UNDO_UP_TO, one_row(limit))
    await tx.run(DROP_BLOCKS_UP_TO, one_row(limit))
