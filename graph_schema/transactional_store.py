"""Everything a store does, above its transactions: the part that Ladybug and Neo4j share.

Owns the public methods of `GraphStore`. Refuses to know drivers: a store adds how a transaction is
opened, committed and retried.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from graph_schema import applying
from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.errors import UnknownLabel, WrongSchemaVersion
from graph_schema.kinds import EdgeKind, Kind, all_kinds, edge_kind, edge_kinds, node_kind
from graph_schema.listened_on import build_listened_on
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.properties import Source
from graph_schema.rows import encode_edge_rows
from graph_schema.running_digest import read_stored_digest
from graph_schema.statements import (
    ALL_FLAGS,
    LOCK_ALL_CURSORS,
    READ_BLOCKS,
    READ_CURSORS,
    read_all,
)
from graph_schema.store import BlockRef, Cursor, StoreState, WriteBatch
from graph_schema.transaction import Transaction
from graph_schema.undo import read_replaced, take_back
from tunefi.ids import Hash32

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[T]]


class TransactionalStore(ABC):
    """A graph store over read and write transactions."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where the graph is, for messages; never holds credentials."""

    @abstractmethod
    async def _in_write(self, work: Work[T]) -> T:
        """Run `work` in a write transaction: committed when it returns, rolled back when it raises."""

    @abstractmethod
    async def _in_read(self, work: Work[T]) -> T:
        """Run `work` in a read transaction."""

    @abstractmethod
    async def _migrate_from(self, version: int) -> None:
        """Run the steps after `version`, noting each."""

    @abstractmethod
    async def _read_version(self) -> int:
        """Return the schema version, 0 for an empty graph."""

    @abstractmethod
    async def query(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one read-only statement that both stores speak; see `graph_schema.queries`."""

    @abstractmethod
    async def close(self) -> None:
        """Release files and connections; the store cannot be used afterwards."""

    async def migrate(self) -> int:
        """Bring the schema to the newest version and return it; safe to repeat.

        Raises:
            WrongSchemaVersion: The graph is newer than this program.
        """
        version = await self._read_version()
        if version > SCHEMA_VERSION:
            raise WrongSchemaVersion(self.place, version, SCHEMA_VERSION)
        if version < SCHEMA_VERSION:
            await self._migrate_from(version)
        return SCHEMA_VERSION

    async def write(self, batch: WriteBatch) -> None:
        """Apply a batch and move its cursor in one transaction; see `GraphStore.write`."""
        await self._in_write(lambda tx: applying.apply_batch(tx, batch))

    async def undo_blocks(self, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
        """Take back what the highest pending blocks wrote, all or none; see `GraphStore.undo_blocks`."""
        await self._in_write(lambda tx: applying.undo_blocks(tx, blocks, cursor))

    async def forget_undo(self, up_to_block: int) -> None:
        """Drop the undo records of blocks up to and including this height: they are final."""
        await self._in_write(lambda tx: applying.forget_undo(tx, up_to_block))

    async def read_cursor(self, source: str) -> Cursor | None:
        """Return how far `source` has been applied, or None."""
        return (await self.read_cursors()).get(source)

    async def read_cursors(self) -> dict[str, Cursor]:
        """Return how far every source has been applied."""
        cursors = applying.cursors_of(await self._in_read(lambda tx: tx.run(READ_CURSORS)))
        return {cursor.source: cursor for cursor in cursors}

    async def read_pending_blocks(self) -> list[BlockRef]:
        """Return the blocks that can still be undone, lowest first."""
        return applying.blocks_of(await self._in_read(lambda tx: tx.run(READ_BLOCKS)))

    async def read_nodes(self, label: str, *, final_only: bool = False) -> pa.Table:
        """Return all rows of a label, sorted by key; `final_only` takes back what pending blocks wrote."""
        kind = node_kind(label)
        return await self._in_read(lambda tx: _read_nodes(tx, kind, final_only=final_only))

    async def read_edges(self, type_: str, *, final_only: bool = False) -> pa.Table:
        """Return all rows of a relationship, sorted, with columns source_label, source, target_label,
        target, discriminators and properties."""
        if type_ not in EDGE_BY_TYPE or EDGE_BY_TYPE[type_].source is Source.CUT:
            raise UnknownLabel(type_)
        return await self._in_read(lambda tx: _read_edges(tx, type_, final_only=final_only))

    async def read_digest(self, final_block: int) -> Hash32:
        """Return the digest of all rows as they were after a block; see `GraphStore.read_digest`."""
        return await self._in_write(lambda tx: _read_digest(tx, final_block))

    async def read_state(self, final_block: int) -> StoreState:
        """Return all rows at one moment, as they were after block `final_block`.

        What pending blocks above it wrote is taken back in the answer; the store is not changed. Writers
        wait meanwhile.
        """
        return await self._in_write(lambda tx: _read_state(tx, final_block))


async def _read_nodes(tx: Transaction, kind: Kind, *, final_only: bool) -> pa.Table:
    states = await read_replaced(tx, -1) if final_only else {}
    return shown(kind, take_back(kind, await tx.run(read_all(kind)), states.get(kind, [])))


async def _read_edges(tx: Transaction, type_: str, *, final_only: bool) -> pa.Table:
    states = await read_replaced(tx, -1) if final_only else {}
    tables = [
        shown(kind, take_back(kind, await tx.run(read_all(kind)), states.get(kind, [])))
        for kind in edge_kinds(type_)
    ]
    return sorted_edges(type_, tables)


async def _read_state(tx: Transaction, final_block: int) -> StoreState:
    cursors = applying.cursors_of(await tx.run(LOCK_ALL_CURSORS))
    pending = applying.blocks_of(await tx.run(READ_BLOCKS))
    states = await read_replaced(tx, final_block)
    nodes: dict[str, pa.Table] = {}
    edges: dict[str, list[pa.Table]] = {}
    for kind in all_kinds():
        rows = shown(kind, take_back(kind, await tx.run(read_all(kind)), states.get(kind, [])))
        if isinstance(kind, EdgeKind):
            edges.setdefault(kind.edge.type, []).append(rows)
        else:
            nodes[kind.node.label] = rows
    return StoreState(
        nodes,
        {type_: sorted_edges(type_, tables) for type_, tables in edges.items()},
        {cursor.source: cursor for cursor in cursors},
        tuple(pending),
    )


async def _read_digest(tx: Transaction, final_block: int) -> Hash32:
    await tx.run(LOCK_ALL_CURSORS)
    replaced = await read_replaced(tx, final_block)
    digest = await read_stored_digest(tx, replaced)
    played, created = [
        shown(kind, take_back(kind, await tx.run(read_all(kind)), replaced.get(kind, [])))
        for kind in (edge_kind("PLAYED_ON", "Account", "Track"), edge_kind("CREATED", "Artist", "Track"))
    ]
    digest.add(encode_edge_rows("LISTENED_ON", build_listened_on(played, created)))
    return digest.digest()


def shown(kind: Kind, rows: pa.Table) -> pa.Table:
    """Return rows without the hidden flags; nodes sorted by key, relationships with their labels."""
    rows = rows.drop_columns(list(ALL_FLAGS)).combine_chunks()
    if not isinstance(kind, EdgeKind):
        return rows.sort_by(kind.keys[0])
    labels = pa.table(
        {
            "source_label": pa.array([kind.source_label] * rows.num_rows, pa.string()),
            "source": rows["source"],
            "target_label": pa.array([kind.target_label] * rows.num_rows, pa.string()),
        }
    )
    for name in rows.column_names[1:]:
        labels = labels.append_column(name, rows[name])
    return labels


def sorted_edges(type_: str, tables: list[pa.Table]) -> pa.Table:
    """Return the relationships of one type, sorted by labels, keys and discriminators."""
    keys = ["source_label", "source", "target_label", "target", *EDGE_BY_TYPE[type_].discriminators]
    return pa.concat_tables(tables).sort_by([(key, "ascending") for key in keys]).combine_chunks()
