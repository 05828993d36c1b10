"""The one interface of the two graph stores, and the batch that is written through it.

Owns the promises: a batch and the cursor it advances to are one transaction; a row written from a block
that is not final yet can be undone. Refuses to know which store answers. The contract suite in
tests/graph_schema holds both stores to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from tunefi.ids import Hash32

IN_BLOCK = "in_block"
"""Column of rows of a batch: the height of the block that they are of."""


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by height and hash; `timestamp_at` is its time in microseconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp_at: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source has been applied.

    `source` is `log` or `chain:<chain id>`; `position` a log position or block number, `hash` the hash
    of that entry or block.
    """

    source: str
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class NodeRows:
    """Rows of one label: the key column, then any of its properties (null leaves the old value)."""

    label: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """Rows of one relationship between one pair of labels.

    Columns `source` and `target` hold the keys of the two nodes, which are created where missing; then
    discriminators and any properties. `deleted` is a table of rows (source, target, discriminators) to
    take away.
    """

    type: str
    source_label: str
    target_label: str
    rows: pa.Table | None = None
    deleted: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """What is written in one transaction: deletions first, then rows.

    Who writes decides which part of a row is meant: a batch of `log` touches properties fed by the log
    alone, one of `chain:…` those fed by the chain, and a row exists as long as either stream asserts it.
    So a deletion takes away the stream's own part; `deleted_nodes` also those of all relationships of
    the nodes. `expected` is the cursor that the store must hold now (None: none yet), `cursor` the one it
    holds afterwards; a batch whose expectation fails raises `StaleCursor` and writes nothing.

    `blocks` are given, lowest first, for rows of blocks that are not final: what each replaces is kept until
    `forget_undo`. Of several blocks, each row says in the column `in_block` to which it belongs; what a
    later block says counts over what an earlier one said, also where it takes a row away.
    """

    cursor: Cursor
    expected: Cursor | None
    nodes: Sequence[NodeRows] = ()
    edges: Sequence[EdgeRows] = ()
    deleted_nodes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    blocks: Sequence[BlockRef] = ()

    @property
    def row_count(self) -> int:
        """How many nodes and relationships are written or deleted."""
        tables = [part.rows for part in self.nodes]
        tables += [table for part in self.edges for table in (part.rows, part.deleted) if table is not None]
        deleted = sum(len(keys) for keys in self.deleted_nodes.values())
        return deleted + sum(int(table.num_rows) for table in tables)


@dataclass(frozen=True, slots=True)
class StoreState:
    """All rows of a graph at one moment, sorted by key, with the cursors of that moment."""

    nodes: Mapping[str, pa.Table]
    edges: Mapping[str, pa.Table]
    cursors: Mapping[str, Cursor]
    pending: Sequence[BlockRef]


class GraphStore(Protocol):
    """The graph of section 3, in Ladybug or Neo4j."""

    async def migrate(self) -> int:
        """Bring the schema to the newest version and return it; safe to repeat."""
        ...

    async def write(self, batch: WriteBatch) -> None:
        """Apply a batch and move its cursor in one transaction.

        Raises:
            StaleCursor: The store is elsewhere than the batch expects; read the cursor and go on from it.
            UnknownLabel, UnknownProperty, ForeignProperty: A label, type or property is not in the schema,
                or is fed by the other stream.
            MissingKey, KeyTooLong, WrongColumnType, MalformedWei: A value is not what the schema says.
        """
        ...

    async def read_cursor(self, source: str) -> Cursor | None:
        """Return how far `source` has been applied, or None."""
        ...

    async def read_cursors(self) -> dict[str, Cursor]:
        """Return how far every source has been applied."""
        ...

    async def read_state(self, final_block: int) -> StoreState:
        """Return all rows at one moment as they were after block `final_block`; writers wait meanwhile."""
        ...

    async def read_digest(self, final_block: int) -> Hash32:
        """Return the digest of the snapshot at a block and the log's head of now; writers wait meanwhile.

        It comes from the hash that each write keeps up to date, what pending blocks above replaced, and the
        rows that are derived at the cut.
        """
        ...

    async def read_pending_blocks(self) -> list[BlockRef]:
        """Return the blocks that can still be undone, lowest first."""
        ...

    async def undo_blocks(self, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
        """Take back everything that these blocks wrote, all or none, and move the cursor to `cursor`.

        Args:
            blocks: The highest pending blocks, highest first.
            cursor: The parent of the last of them.

        Raises:
            NotPending: One of them is not the highest that can be undone; nothing was undone.
        """
        ...

    async def forget_undo(self, up_to_block: int) -> None:
        """Drop the undo records of blocks up to and including this height: they are final."""
        ...

    async def read_nodes(self, label: str, *, final_only: bool = False) -> pa.Table:
        """Return all rows of a label, sorted by key; `final_only` takes back what pending blocks wrote."""
        ...

    async def read_edges(self, type_: str, *, final_only: bool = False) -> pa.Table:
        """Return all rows of a relationship, sorted, with columns source_label, source, target_label,
        target, discriminators and properties."""
        ...

    async def query(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one read-only statement that both stores speak; see `graph_schema.queries`."""
        ...

    async def close(self) -> None:
        """Release files and connections; the store cannot be used afterwards."""
        ...
