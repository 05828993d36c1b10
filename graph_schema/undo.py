"""What blocks that are not final yet replaced: kept with them, put back when they go.

Owns the undo record: for each kind a table of keys, the chain's part of each row as it was before a block,
whether the chain asserted the row at all, and the block. One record serves all blocks of a batch. The log's
part is never recorded, because undoing a block must not touch it. Refuses to know how rows are merged.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.kinds import FLAGS, Kind, kind_by_name
from graph_schema.merging import check_keys, first_of_each_key
from graph_schema.migrations.m0003_complete_contracts import read_undo_record
from graph_schema.properties import Source
from graph_schema.row_changes import DELETED, RowChanges, plan_changes, state_columns
from graph_schema.statements import (
    BLOCK_SCHEMA,
    COUNT_UNDO,
    DROP_UNDO_ABOVE,
    PUT_BLOCK,
    PUT_UNDO,
    READ_UNDO,
    UNDO_SCHEMA,
    match_stored,
)
from graph_schema.store import IN_BLOCK, BlockRef
from graph_schema.transaction import Transaction

Replaced = dict[Kind, list[pa.Table]]
"""States that blocks replaced, with `in_block`; the newest record of a kind first."""


class UndoRecord(NamedTuple):
    """Rows of one kind as they were before blocks of one write, with `in_block`."""

    kind: Kind
    states: pa.Table
    sequence: int


async def keep_replaced(
    tx: Transaction, blocks: Sequence[BlockRef], replaced: Sequence[tuple[Kind, pa.Table]]
) -> None:
    """Register the blocks of a batch as pending, lowest first, and keep what they replace."""
    await tx.run(PUT_BLOCK, _table(BLOCK_SCHEMA, [block_row(block) for block in blocks]))
    last = blocks[-1]
    counted = await tx.run(COUNT_UNDO, one_row({"block_hash": last.hash}))
    first = counted["version"][0].as_py()
    kept = [(kind, before) for kind, before in replaced if before.num_rows]
    records = [
        _record(kind, before, last, sequence) for sequence, (kind, before) in enumerate(kept, start=first)
    ]
    await tx.run(PUT_UNDO, _table(UNDO_SCHEMA, records))


def _record(kind: Kind, before: pa.Table, block: BlockRef, sequence: int) -> dict[str, object]:
    return {
        "undo_id": f"{block.hash}:{sequence}:{uuid.uuid4().hex[:8]}",
        "block_hash": block.hash,
        "block_number": block.number,
        "sequence": sequence,
        "kind": kind.name,
        "payload": encode_table(before),
    }


async def read_replaced(tx: Transaction, above_block: int) -> Replaced:
    """Return what blocks above a height replaced."""
    return replaced_above(await read_undo_records(tx, above_block), above_block)


def replaced_above(records: Sequence[UndoRecord], above_block: int) -> Replaced:
    """Return the part of undo records that is of blocks above a height."""
    found: Replaced = {}
    for kind, table, _ in records:
        of_blocks = table.filter(pc.greater(table[IN_BLOCK], above_block))
        found.setdefault(kind, []).append(of_blocks)
    return found


async def drop_replaced(tx: Transaction, records: Sequence[UndoRecord], above: BlockRef) -> None:
    """Drop records of blocks above one; a record of lower blocks too keeps their part."""
    kept = []
    for kind, table, sequence in records:
        lower = table.filter(pc.less_equal(table[IN_BLOCK], above.number))
        if lower.num_rows:
            kept.append(_record(kind, lower, above, sequence))
    await tx.run(DROP_UNDO_ABOVE, one_row({"block_number": above.number}))
    await tx.run(PUT_UNDO, _table(UNDO_SCHEMA, kept))


async def read_undo_records(tx: Transaction, above_block: int) -> list[UndoRecord]:
    """Return the records of blocks above a height, the newest first."""
    found = await tx.run(READ_UNDO, one_row({"block_number": above_block}))
    ordered = found.sort_by([("block_number", "descending"), ("sequence", "descending")])
    records: list[UndoRecord] = []
    for row in ordered.to_pylist():
        kind = kind_by_name(row["kind"])
        table = read_undo_record(kind, decode_table(row["payload"]))
        if IN_BLOCK not in table.column_names:
            table = table.append_column(
                IN_BLOCK, pa.array([row["block_number"]] * table.num_rows, pa.int64())
            )
        records.append(UndoRecord(kind, table, row["sequence"]))
    return records


def oldest_states(kind: Kind, states: Sequence[pa.Table]) -> pa.Table:
    """Return of each key the state before the lowest block, from records whose newest is first."""
    return first_of_each_key(kind, pa.concat_tables(reversed(states))).drop_columns([IN_BLOCK])


def exact_states(kind: Kind, states: Sequence[pa.Table]) -> tuple[pa.Table, frozenset[str]]:
    """Return the oldest states as what is said of rows now, and the columns in which null means null."""
    said = oldest_states(kind, states)
    said = said.append_column(IN_BLOCK, pa.array(np.zeros(said.num_rows, np.int64)))
    said = said.append_column(DELETED, pa.array(np.zeros(said.num_rows, np.bool_)))
    return said.combine_chunks(), frozenset(state_columns(kind, Source.CHAIN))


async def plan_put_back(tx: Transaction, replaced: Replaced) -> list[RowChanges]:
    """Return what puts rows back as they were before blocks: each row once, whatever happened since."""
    plans = []
    for kind, states in replaced.items():
        said, exact = exact_states(kind, states)
        stored = await tx.run(match_stored(kind, tx.dialect), check_keys(kind, said))
        plans.append(plan_changes(kind, Source.CHAIN, said, stored, exact=exact))
    return plans


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


def _table(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema)


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


def take_back(kind: Kind, stored: pa.Table, states: Sequence[pa.Table]) -> pa.Table:
    """Return the rows as they were before the blocks whose records are given, newest first.

    The store is not touched: this is how a snapshot is cut at a final block while later ones are pending.
    """
    if not states:
        return stored
    keys = list(kind.keys)
    oldest = oldest_states(kind, states)
    untouched = stored.join(oldest.select(keys), keys, join_type="left anti")
    log_columns = [*keys, *state_columns(kind, Source.LOG)]
    touched = oldest.join(stored.select(log_columns), keys, join_type="left outer")
    flag = touched.column_names.index(FLAGS[Source.LOG])
    touched = touched.set_column(flag, FLAGS[Source.LOG], pc.fill_null(touched[FLAGS[Source.LOG]], False))
    touched = touched.filter(pc.or_(touched[FLAGS[Source.LOG]], touched[FLAGS[Source.CHAIN]]))
    return pa.concat_tables([untouched.select(kind.schema.names), touched.select(kind.schema.names)])
