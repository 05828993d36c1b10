"""Raw logs of blocks into the graph: decoded, handled, written with the cursor in one transaction.

Owns what becomes of a log that does not decode: it is counted, told, and stops nothing. Refuses to know
where logs came from.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from graph_schema.store import BlockRef, Cursor, GraphStore
from ingest.block_logs import BlockLogs, block_of, decode_block_logs, joined_logs
from ingest.chain_events import read_chain_batch
from ingest.editions import KeptEditions
from ingest.errors import HandlerFailed
from ingest.journal_records import Place
from ingest.measured_write import write_measured
from tunefi.chain.deployment import Deployment
from tunefi.chain.events import SetAside
from tunefi.telemetry import SILENT, Telemetry

_LOG = logging.getLogger(__name__)

IsOnChain = Callable[[int, str], Awaitable[bool]]
"""Whether the chain has the block of this height and hash now."""


class ChainApplier:
    """Writes what the chain of one deployment says into one graph, and keeps no journal.

    Attributes:
        cursor_source: Name of the chain's cursor.
        set_aside: How many logs did not decode since the start.
    """

    def __init__(self, store: GraphStore, deployment: Deployment, telemetry: Telemetry = SILENT) -> None:
        self._store = store
        self._telemetry = telemetry
        self._deployment = deployment
        self._abis = deployment.abis()
        self._editions = KeptEditions(store)
        self.cursor_source = f"chain:{deployment.chain_id}"
        self.set_aside = 0

    async def read_beginning(self) -> Place | None:
        """Return the block after which a new graph must begin, or None where it may choose."""
        return None

    async def catch_up(self, cursor: Cursor, is_on_chain: IsOnChain, *, new: bool) -> Cursor:
        """Apply what was written down and not yet applied, and return the cursor after it."""
        return cursor

    async def apply(self, found: BlockLogs, cursor: Cursor, *, new: bool = False) -> Cursor:
        """Write a range of final blocks and return the cursor after it.

        Args:
            found: The range that follows the cursor.
            cursor: Where the graph is.
            new: The graph holds no cursor yet.

        Raises:
            HandlerFailed: An event cannot become rows; nothing of the range was written.
            StaleCursor: Someone else writes to this graph.
        """
        return await self._write(found, cursor, (), new=new)

    async def apply_open(self, found: Sequence[BlockLogs], cursor: Cursor, *, new: bool = False) -> Cursor:
        """Write blocks that are not final with undo records, all at once, and return the cursor after them.

        Args:
            found: Single blocks, the first of which follows the cursor.
            cursor: Where the graph is.
            new: The graph holds no cursor yet.

        Raises:
            HandlerFailed: An event cannot become rows; the blocks before its own were written.
            StaleCursor: Someone else writes to this graph.
        """
        try:
            return await self._write(joined_logs(found), cursor, [block_of(one) for one in found], new=new)
        except HandlerFailed as failed:
            if before := [one for one in found if one.last.number < failed.block]:
                await self._write(joined_logs(before), cursor, [block_of(one) for one in before], new=new)
            raise

    async def _write(
        self, found: BlockLogs, cursor: Cursor, blocks: Sequence[BlockRef], *, new: bool
    ) -> Cursor:
        decoded = decode_block_logs(found, self._abis)
        after = Cursor(self.cursor_source, found.last.number, found.last.hash)
        try:
            batch = await read_chain_batch(
                self._store,
                self._deployment,
                decoded.events,
                decoded.times,
                cursor=after,
                expected=None if new else cursor,
                editions=self._editions,
                blocks=blocks,
            )
            await write_measured(self._store, batch, self._telemetry)
        except BaseException:
            self._editions.forget()
            raise
        for aside in decoded.set_aside:
            self._tell(aside)
        return after

    async def undo(self, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
        """Take back the highest pending blocks, highest first, in one transaction."""
        self._editions.forget()
        await self._store.undo_blocks(blocks, cursor)

    async def settle(self, up_to_block: int) -> None:
        """Drop the undo records of blocks up to a height: they stay."""
        await self._store.forget_undo(up_to_block)

    async def publish(self, cursor: Cursor, final: Place | None) -> None:
        """Tell consumers how far the graph is, and what of it is final."""

    def _tell(self, aside: SetAside) -> None:
        self.set_aside += 1
        log = aside.log
        _LOG.warning("log %d of block %d set aside: %s", log.log_index, log.block_number, aside.reason)
