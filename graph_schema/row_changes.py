"""What a batch changes of the rows of one kind: pure, column by column in Arrow and NumPy.

Each row is followed from what is stored through what each block says of it, so that several blocks are
written at once and each can still be taken back alone. Owns that history, and the order in which changes
are written. Refuses to know where rows come from.

    one key:  stored ── block 7 ── block 9      `states`: the stream's part of the row after each
              what block 9 replaced is the state after block 7
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph_schema.kinds import FLAGS, Kind, NodeKind, part_properties
from graph_schema.properties import Source
from graph_schema.statements import create_rows, drop_rows, update_rows
from graph_schema.store import IN_BLOCK
from graph_schema.transaction import Transaction

DELETED = "deleted"
"""Column of `said` rows: the stream takes its part of the row away."""

Indexes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What happens to the rows of one kind.

    Attributes:
        columns: Those of `created` and `updated` beside the keys.
        dropped: Keys of rows that no stream asserts any more.
        replaced: The stream's part as it was before each block, with `in_block`, for what a block changed.
        before: Changed and dropped rows as they were, all properties, without flags.
        after: Created and changed rows as they will be.
    """

    kind: Kind
    columns: list[str]
    created: pa.Table
    updated: pa.Table
    dropped: pa.Table
    replaced: pa.Table
    before: pa.Table
    after: pa.Table


def state_columns(kind: Kind, source: Source) -> list[str]:
    """Return the columns of a stream's part of a row, its flag last."""
    return [*part_properties(kind, source), FLAGS[source]]


def other_source(source: Source) -> Source:
    """Return the other of the two streams."""
    return Source.LOG if source is Source.CHAIN else Source.CHAIN


def plan_changes(
    kind: Kind, source: Source, said: pa.Table, stored: pa.Table, *, exact: frozenset[str] = frozenset()
) -> RowChanges:
    """Return what becomes of rows when a stream says something of them.

    Args:
        kind: Of the rows.
        source: The stream; the other one's part stays as it is.
        said: Keys, some of the stream's properties, `in_block`, `deleted`, and if `exact` names it the flag;
            within a block in the order in which it was said.
        stored: The stored rows of these keys, all columns.
        exact: Columns in which null means null; in the others it leaves what was there.
    """
    history = _History.of(kind, source, said, stored, exact)
    first, last = history.starts, history.lasts
    asserted = history.asserted[last]
    exists = history.stored_at >= 0
    others = _stored_flags(stored, FLAGS[other_source(source)], history.stored_at)
    created = ~exists & asserted
    dropped = exists & ~asserted & ~others
    updated = exists & ~dropped & history.differs(first, last)
    columns = [*history.written, FLAGS[source]]
    of_created = history.part(last[created], columns)
    other_flag = pa.array(np.zeros(int(created.sum()), np.bool_))
    return RowChanges(
        kind,
        columns,
        of_created.append_column(FLAGS[other_source(source)], other_flag),
        history.part(last[updated], columns),
        history.part(last[dropped], []),
        history.replaced(),
        stored.take(pa.array(history.stored_at[dropped | updated])).drop_columns(list(FLAGS.values())),
        history.whole(created | updated),
    )


async def write_changes(tx: Transaction, changes: Sequence[RowChanges], source: Source) -> None:
    """Write changes: nodes before the relationships that end at them, and taken away after them."""
    nodes = [change for change in changes if isinstance(change.kind, NodeKind)]
    edges = [change for change in changes if not isinstance(change.kind, NodeKind)]
    for change in nodes:
        await _put(tx, change, source)
    for change in edges:
        await tx.run(drop_rows(change.kind, tx.dialect), change.dropped)
        await _put(tx, change, source)
    for change in nodes:
        await tx.run(drop_rows(change.kind, tx.dialect), change.dropped)


async def _put(tx: Transaction, change: RowChanges, source: Source) -> None:
    columns = change.columns
    await tx.run(update_rows(change.kind, columns, tx.dialect), change.updated)
    flags = [*columns, FLAGS[other_source(source)]]
    await tx.run(create_rows(change.kind, flags, tx.dialect), change.created)


@dataclass(frozen=True, slots=True)
class _History:
    """The states of all rows, one row after another: each begins with what is stored, then what was said.

    Attributes:
        said_at: Where in `said` each state comes from; what is stored has none.
        blocks: The block of each state.
        starts: Place of each row's stored state; `lasts` that of its last one.
        stored_at: Where in `stored` each row is, -1: nowhere.
        states: The stream's properties, a state a row.
        asserted: Whether the stream asserts the row.
        written: Properties that can have changed.
    """

    kind: Kind
    source: Source
    said: pa.Table
    stored: pa.Table
    said_at: Indexes
    blocks: Indexes
    starts: Indexes
    lasts: Indexes
    stored_at: Indexes
    states: dict[str, pa.Array]
    asserted: Mask
    written: list[str]

    @classmethod
    def of(
        cls, kind: Kind, source: Source, said: pa.Table, stored: pa.Table, exact: frozenset[str]
    ) -> "_History":
        rows, stored_at = _rows_of(kind, said, stored)
        count, total = said.num_rows, len(stored_at)
        row = np.concatenate([rows, np.arange(total)])
        block = np.concatenate([said[IN_BLOCK].to_numpy(), np.full(total, -1)])
        order = np.lexsort((np.arange(count + total), block, row))
        is_start = order >= count
        starts = np.flatnonzero(is_start)
        deleted = np.concatenate([said[DELETED].to_numpy(), np.zeros(total, np.bool_)])[order]
        given = [name for name in part_properties(kind, source) if name in said.column_names]
        states = {
            name: _filled(said, stored, name, stored_at, order, is_start | deleted | (name in exact))
            for name in part_properties(kind, source)
        }
        flag = FLAGS[source]
        flags = said[flag].to_numpy() if flag in exact else ~said[DELETED].to_numpy()
        return cls(
            kind,
            source,
            said,
            stored,
            order,
            block[order],
            starts,
            np.append(starts[1:], count + total) - 1 if total else starts,
            stored_at,
            states,
            np.concatenate([flags, _stored_flags(stored, flag, stored_at)])[order],
            list(states) if deleted.any() else given,
        )

    def differs(self, before: Indexes, after: Indexes) -> Mask:
        """Return whether the states at two lists of places differ."""
        found: Mask = self.asserted[before] != self.asserted[after]
        for name in self.written:
            was, now = (self.states[name].take(pa.array(places)) for places in (before, after))
            unequal = pc.fill_null(pc.not_equal(was, now), False)
            found |= pc.or_(unequal, pc.xor(pc.is_null(was), pc.is_null(now))).to_numpy(zero_copy_only=False)
        return found

    def part(self, places: Indexes, columns: Sequence[str]) -> pa.Table:
        """Return keys and the stream's columns of the states at these places."""
        keyed = self.said_at[np.where(self.said_at[places] < self.said.num_rows, places, places + 1)]
        keys = self.said.select(list(self.kind.keys)).take(pa.array(keyed))
        for name in columns:
            keys = keys.append_column(self.kind.schema.field(name), self._state(name, places))
        return keys

    def _state(self, name: str, places: Indexes) -> pa.Array:
        if name == FLAGS[self.source]:
            return pa.array(self.asserted[places])
        return self.states[name].take(pa.array(places))

    def replaced(self) -> pa.Table:
        """Return the state before each block, for rows that the block changed, lowest block first."""
        boundary = np.ones(len(self.blocks), np.bool_)
        boundary[1:] = (self.blocks[1:] != self.blocks[:-1]) | (self.said_at[1:] >= self.said.num_rows)
        first = np.flatnonzero(boundary)
        last = np.append(first[1:], len(boundary)) - 1
        said = self.said_at[first] < self.said.num_rows
        first, last = first[said], last[said]
        changed = self.differs(first - 1, last)
        first = first[changed]
        first = first[np.argsort(self.blocks[first], kind="stable")]
        before = self.part(first - 1, state_columns(self.kind, self.source))
        return before.append_column(IN_BLOCK, pa.array(self.blocks[first]))

    def whole(self, chosen: Mask) -> pa.Table:
        """Return chosen rows as they will be: keys and the properties of both streams."""
        rows = self.part(self.lasts[chosen], list(self.states))
        at = _nullable(self.stored_at[chosen])
        for name in part_properties(self.kind, other_source(self.source)):
            rows = rows.append_column(self.kind.schema.field(name), self.stored[name].take(at))
        return rows


def _rows_of(kind: Kind, said: pa.Table, stored: pa.Table) -> tuple[Indexes, Indexes]:
    """Return which row each said one is, numbered by first key, and where each row is stored."""
    codes = np.zeros(said.num_rows + stored.num_rows, np.int64)
    for key in kind.keys:
        both = pa.chunked_array([*said[key].chunks, *stored[key].chunks], kind.schema.field(key).type)
        encoded = both.combine_chunks().dictionary_encode()
        codes = codes * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy()
    known, rows = np.unique(codes[: said.num_rows], return_inverse=True)
    stored_at = np.full(len(known), -1)
    places = np.searchsorted(known, codes[said.num_rows :])
    stored_at[places] = np.arange(stored.num_rows)
    return rows, stored_at


def _filled(
    said: pa.Table, stored: pa.Table, name: str, stored_at: Indexes, order: Indexes, stands: Mask
) -> pa.Array:
    """Return a property in each state: what was said, or else what was so before.

    `stands`: where null is a value too.
    """
    before = _whole_array(stored[name]).take(_nullable(stored_at))
    given = _whole_array(said[name]) if name in said.column_names else pa.nulls(said.num_rows, before.type)
    states = pa.concat_arrays([given, before]).take(pa.array(order))
    valid = states.is_valid().to_numpy(zero_copy_only=False) | stands
    return states.take(pa.array(np.maximum.accumulate(np.where(valid, np.arange(len(order)), 0))))


def _whole_array(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)


def _stored_flags(stored: pa.Table, flag: str, stored_at: Indexes) -> Mask:
    flags = pc.fill_null(stored[flag].take(_nullable(stored_at)), False)
    found: Mask = flags.to_numpy()
    return found


def _nullable(places: Indexes) -> pa.Array:
    """Return places as Arrow indexes; -1 becomes null."""
    return pa.array(places, pa.int64(), mask=places < 0)
