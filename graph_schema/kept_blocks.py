"""The blocks at which a graph can still be read: the last one that stays, and those that can be undone.

Owns which they are. Refuses to ask a node.
"""

from graph_schema.errors import BlockNotKept
from graph_schema.snapshot_tables import ZERO_HASH
from graph_schema.store import BlockRef, GraphStore


async def read_settled_block(store: GraphStore, chain_id: int) -> BlockRef:
    """Return the highest applied block that can no longer be undone; of an empty graph, block 0."""
    return (await _read_kept(store, chain_id))[0]


async def read_kept_block(store: GraphStore, chain_id: int, number: int) -> BlockRef:
    """Return the block of a height, for `read_snapshot`.

    Raises:
        BlockNotKept: What the graph was at that height can no longer be told, or not yet.
    """
    kept = await _read_kept(store, chain_id)
    for block in kept:
        if block.number == number:
            return block
    raise BlockNotKept(number, kept[0].number, kept[-1].number)


async def _read_kept(store: GraphStore, chain_id: int) -> list[BlockRef]:
    """The settled block, then the pending ones, lowest first."""
    pending = await store.read_pending_blocks()
    if pending:
        lowest = pending[0]
        return [BlockRef(lowest.number - 1, lowest.parent_hash, ZERO_HASH, 0), *pending]
    cursor = await store.read_cursor(f"chain:{chain_id}")
    number, hash_ = (cursor.position, cursor.hash) if cursor else (0, ZERO_HASH)
    return [BlockRef(number, hash_, ZERO_HASH, 0)]
