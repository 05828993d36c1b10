"""Small graphs and batches for tests.

Owns builders of batches and of hypothesis strategies; refuses to know stores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from graph_schema.store import IN_BLOCK, BlockRef, Cursor, EdgeRows, GraphStore, NodeRows, WriteBatch


def block(number: int, branch: str = "a") -> BlockRef:
    """Return a block of a branch."""
    return BlockRef(number, f"0x{branch}{number}", f"0x{branch}{number - 1}", number * 1_000_000)


def edges(type_: str, source_label: str, target_label: str, **columns: list[object]) -> EdgeRows:
    """Return rows of one relationship, column by column."""
    return EdgeRows(type_, source_label, target_label, pa.table(columns))


def gone(type_: str, source_label: str, target_label: str, **columns: list[object]) -> EdgeRows:
    """Return rows of one relationship to take away."""
    return EdgeRows(type_, source_label, target_label, deleted=pa.table(columns))


def nodes(label: str, **columns: list[object]) -> NodeRows:
    """Return rows of one label, column by column."""
    return NodeRows(label, pa.table(columns))


@dataclass
class Writer:
    """Writes one stream after another batch, and keeps count of its cursor."""

    store: GraphStore
    source: str
    at: Cursor | None = field(default=None)

    async def write(
        self,
        *rows: NodeRows | EdgeRows,
        block: BlockRef | None = None,
        deleted: dict[str, list[str]] | None = None,
    ) -> Cursor:
        """Write rows as the next batch."""
        position = block.number if block else (self.at.position if self.at else 0) + 1
        cursor = Cursor(self.source, position, block.hash if block else f"0x{position:064x}")
        batch = WriteBatch(
            cursor,
            self.at,
            [row for row in rows if isinstance(row, NodeRows)],
            [row for row in rows if isinstance(row, EdgeRows)],
            deleted or {},
            [block] if block else [],
        )
        await self.store.write(batch)
        self.at = cursor
        return cursor

    async def write_blocks(
        self, blocks: Sequence[BlockRef], rows: Sequence[Sequence[NodeRows | EdgeRows]]
    ) -> None:
        """Write what each of several blocks says as one batch."""
        placed = [_in_block(one, at) for at, said in zip(blocks, rows, strict=True) for one in said]
        cursor = Cursor(self.source, blocks[-1].number, blocks[-1].hash)
        batch = WriteBatch(
            cursor,
            self.at,
            [row for row in placed if isinstance(row, NodeRows)],
            [row for row in placed if isinstance(row, EdgeRows)],
            blocks=blocks,
        )
        await self.store.write(batch)
        self.at = cursor

    async def undo(self, block: BlockRef) -> None:
        """Take the highest block back."""
        cursor = Cursor(self.source, block.number - 1, block.parent_hash)
        await self.store.undo_blocks([block], cursor)
        self.at = cursor


def _in_block(rows: NodeRows | EdgeRows, block: BlockRef) -> NodeRows | EdgeRows:
    def placed(table: pa.Table | None) -> pa.Table | None:
        if table is None:
            return None
        return table.append_column(IN_BLOCK, pa.array([block.number] * table.num_rows, pa.int64()))

    if isinstance(rows, NodeRows):
        return replace(rows, rows=placed(rows.rows))
    return replace(rows, rows=placed(rows.rows), deleted=placed(rows.deleted))
