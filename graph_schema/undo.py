"""What a block that is not final yet replaced: kept with the block, put back when the block goes.

Owns the undo record: a table of keys, the chain's part of each row as it was, and whether the chain
asserted the row at all. The log's part is never recorded, because undoing a block must not touch it.
Refuses to know how rows are merged.
"""

import uuid

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.kinds import FLAGS, Kind, NodeKind, kind_by_name, part_properties
from graph_schema.merging import BEFORE, beside_stored, first_of_each_key, is_new
from graph_schema.migrations.m0003_complete_contracts import read_undo_record
from graph_schema.properties import Source
from graph_schema.statements import (
    COUNT_UNDO,
    PUT_BLOCK,
    PUT_UNDO,
    Statement,
    create_rows,
    drop_rows,
    match_rows,
    update_rows,
)
from graph_schema.store import BlockRef
from graph_schema.transaction import Transaction


def state_columns(kind: Kind, source: Source) -> list[str]:
    """Return the columns of a stream's part of a row, its flag last."""
    return [*part_properties(kind, source), FLAGS[source]]


def state_before(kind: Kind, joined: pa.Table, source: Source) -> pa.Table:
    """Return a stream's part of the rows as it is stored, from rows beside what is stored."""
    columns = {key: joined[key] for key in kind.keys}
    for name in state_columns(kind, source):
        columns[name] = joined[BEFORE + name]
    columns[FLAGS[source]] = pc.fill_null(columns[FLAGS[source]], False)
    return pa.table(columns)


def absent_state(kind: Kind, keys: pa.Table, source: Source) -> pa.Table:
    """Return the part of a stream that says nothing about these rows."""
    for name in state_columns(kind, source):
        keys = keys.append_column(name, pa.nulls(keys.num_rows, kind.schema.field(name).type))
    flag = pa.array([False] * keys.num_rows, pa.bool_())
    return keys.set_column(keys.num_columns - 1, FLAGS[source], flag)


async def put_state(tx: Transaction, kind: Kind, states: pa.Table, source: Source) -> None:
    """Set a stream's part of these rows exactly; a row that no stream asserts any more is deleted."""
    stored = await tx.run(match_rows(kind, list(FLAGS.values()), tx.dialect), states.select(list(kind.keys)))
    joined = beside_stored(kind, states, stored)
    other = Source.LOG if source is Source.CHAIN else Source.CHAIN
    asserted = joined[FLAGS[source]]
    new = is_new(joined)
    survives = pc.or_(asserted, pc.fill_null(joined[BEFORE + FLAGS[other]], False))
    given = joined.select(states.column_names)
    columns = state_columns(kind, source)
    await tx.run(
        drop_rows(kind, tx.dialect),
        given.filter(pc.and_not(pc.invert(survives), new)).select(list(kind.keys)),
    )
    await tx.run(update_rows(kind, columns, tx.dialect), given.filter(pc.and_not(survives, new)))
    created = given.filter(pc.and_(asserted, new))
    created = created.append_column(FLAGS[other], pa.array([False] * created.num_rows, pa.bool_()))
    await tx.run(create_rows(kind, [*columns, FLAGS[other]], tx.dialect), created)


class UndoRecorder:
    """Writes the undo records of one batch."""

    def __init__(self, tx: Transaction, block: BlockRef, sequence: int) -> None:
        self._tx, self._block, self._sequence = tx, block, sequence

    @classmethod
    async def start(cls, tx: Transaction, block: BlockRef) -> "UndoRecorder":
        """Register the block as pending and go on after its last record."""
        await tx.run(PUT_BLOCK, one_row(block_row(block)))
        counted = await tx.run(COUNT_UNDO, one_row({"block_hash": block.hash}))
        return cls(tx, block, counted["version"][0].as_py())

    async def keep(self, kind: Kind, before: pa.Table) -> None:
        """Keep the chain's part of rows as it is before they are changed."""
        if not before.num_rows:
            return
        row = {
            "undo_id": f"{self._block.hash}:{self._sequence}:{uuid.uuid4().hex[:8]}",
            "block_hash": self._block.hash,
            "block_number": self._block.number,
            "sequence": self._sequence,
            "kind": kind.name,
            "payload": encode_table(before),
        }
        self._sequence += 1
        await self._tx.run(PUT_UNDO, one_row(row))


def block_row(block: BlockRef) -> dict[str, object]:
    """Return a block as the columns of its node."""
    return {
        "hash": block.hash,
        "number": block.number,
        "parent_hash": block.parent_hash,
        "timestamp_at": block.timestamp_at,
    }


def one_row(values: dict[str, object]) -> pa.Table:
    """Return a table of one row, for statements that need a few parameters."""
    return pa.table({name: [value] for name, value in values.items()})


def encode_table(table: pa.Table) -> bytes:
    """Return a table as compressed Arrow IPC bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def decode_table(payload: bytes) -> pa.Table:
    """Return the table that `encode_table` wrote."""
    with pa.ipc.open_stream(payload) as reader:
        return reader.read_all()


async def read_states(
    tx: Transaction, statement: Statement, parameters: dict[str, object]
) -> list[tuple[Kind, pa.Table]]:
    """Return the undo records that a statement finds, the newest first."""
    found = await tx.run(statement, one_row(parameters))
    ordered = found.sort_by([("block_number", "descending"), ("sequence", "descending")])
    kinds = [kind_by_name(name) for name in ordered["kind"].to_pylist()]
    return [
        (kind, read_undo_record(kind, decode_table(payload)))
        for kind, payload in zip(kinds, ordered["payload"].to_pylist(), strict=True)
    ]


async def put_back(tx: Transaction, states: list[tuple[Kind, pa.Table]]) -> None:
    """Put rows back as they were before the blocks whose records are given, newest first.

    A row that several blocks have changed is written once, as it was before the first of them, so that the
    number of statements does not grow with the depth. Nodes that come back are there before their
    relationships, and nodes that go are bare by then.
    """
    oldest: dict[str, list[pa.Table]] = {}
    for kind, table in reversed(states):
        oldest.setdefault(kind.name, []).append(table)
    kinds = {name: kind_by_name(name) for name in oldest}
    rows = {name: first_of_each_key(kinds[name], pa.concat_tables(oldest[name])) for name in oldest}
    nodes = [name for name, kind in kinds.items() if isinstance(kind, NodeKind)]
    for name in nodes:
        there = rows[name].filter(rows[name][FLAGS[Source.CHAIN]])
        await put_state(tx, kinds[name], there, Source.CHAIN)
    for name in kinds.keys() - set(nodes):
        await put_state(tx, kinds[name], rows[name], Source.CHAIN)
    for name in nodes:
        gone = rows[name].filter(pc.invert(rows[name][FLAGS[Source.CHAIN]]))
        await put_state(tx, kinds[name], gone, Source.CHAIN)


def take_back(kind: Kind, stored: pa.Table, states: list[pa.Table]) -> pa.Table:
    """Return the rows as they were before the blocks whose records are given, newest first.

    The store is not touched: this is how a snapshot is cut at a final block while later ones are pending.
    """
    if not states:
        return stored
    keys = list(kind.keys)
    oldest = first_of_each_key(kind, pa.concat_tables(reversed(states)))
    untouched = stored.join(oldest.select(keys), keys, join_type="left anti")
    log_columns = [*keys, *state_columns(kind, Source.LOG)]
    touched = oldest.join(stored.select(log_columns), keys, join_type="left outer")
    flag = touched.column_names.index(FLAGS[Source.LOG])
    touched = touched.set_column(flag, FLAGS[Source.LOG], pc.fill_null(touched[FLAGS[Source.LOG]], False))
    touched = touched.filter(pc.or_(touched[FLAGS[Source.LOG]], touched[FLAGS[Source.CHAIN]]))
    return pa.concat_tables([untouched.select(kind.schema.names), touched.select(kind.schema.names)])
