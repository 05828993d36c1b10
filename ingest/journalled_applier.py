"""Ranges to journal, graph and outbox, in this order.

Owns the order, and what is done about a crash in between: what the journal has and the graph has not is
applied from the journal; what the graph has and the outbox has not is told. Refuses to go on with a
journal that lacks what the graph holds.
"""

import asyncio
from collections.abc import Callable, Sequence

from graph_schema.store import BlockRef, Cursor, GraphStore
from ingest.block_logs import BlockLogs
from ingest.chain_applier import ChainApplier, IsOnChain
from ingest.chain_journal import ChainChange, ChainJournal, JournalRecord, Place, RecordState
from ingest.errors import JournalBehind
from tunefi.chain.deployment import Deployment
from tunefi.telemetry import SILENT, Telemetry

Observer = Callable[[Sequence[ChainChange]], None]
"""Told of changes after they are in the outbox; must be quick, and must not raise."""

KEPT_CHANGES = 100_000
_RECORDS_AT_ONCE = 100


class JournalledApplier(ChainApplier):
    """Writes every range to the journal first, and tells the outbox and the observers afterwards."""

    def __init__(
        self,
        store: GraphStore,
        deployment: Deployment,
        journal: ChainJournal,
        observers: Sequence[Observer] = (),
        *,
        kept_changes: int = KEPT_CHANGES,
        telemetry: Telemetry = SILENT,
    ) -> None:
        super().__init__(store, deployment, telemetry)
        self._journal = journal
        self._observers = observers
        self._kept_changes = kept_changes

    async def read_beginning(self) -> Place | None:
        """Return where the journal begins: a new graph takes all of it."""
        oldest = await asyncio.to_thread(self._journal.oldest)
        return oldest.parent if oldest else None

    async def catch_up(self, cursor: Cursor, is_on_chain: IsOnChain, *, new: bool) -> Cursor:
        """Apply what the journal has and the graph has not; drop what the chain took back meanwhile.

        Raises:
            JournalBehind: The graph holds blocks that the journal does not.
        """
        if not new:
            await self._check_not_behind(place_of(cursor))
            await self.publish(cursor, None)
        while records := await asyncio.to_thread(self._journal.after, cursor.position, _RECORDS_AT_ONCE):
            for record in records:
                last = record.last
                if record.state is RecordState.OPEN and not await is_on_chain(last.number, last.hash):
                    await asyncio.to_thread(self._journal.orphan_above, cursor.position)
                    return cursor
                cursor, new = await self.replay(record, cursor, new=new), False
        return cursor

    async def replay(self, record: JournalRecord, cursor: Cursor, *, new: bool) -> Cursor:
        """Apply one record of the journal and return the cursor after it."""
        found = await asyncio.to_thread(self._journal.load, record)
        if record.state is RecordState.OPEN:
            after = await super().apply_open([found], cursor, new=new)
        else:
            after = await super().apply(found, cursor, new=new)
        await self.publish(after, None)
        return after

    async def apply(self, found: BlockLogs, cursor: Cursor, *, new: bool = False) -> Cursor:
        """Write a range down, then apply it; see `ChainApplier.apply`.

        Raises:
            JournalElsewhere: Someone else writes to the journal.
            JournalFull, JournalUnavailable: Nothing was applied; try again later.
        """
        await asyncio.to_thread(self._journal.append, place_of(cursor), found, RecordState.SETTLED)
        after = await super().apply(found, cursor, new=new)
        await self.publish(after, None)
        return after

    async def apply_open(self, found: Sequence[BlockLogs], cursor: Cursor, *, new: bool = False) -> Cursor:
        """Write blocks down, each for itself, then apply them; see `ChainApplier.apply_open`.

        Raises:
            JournalElsewhere: Someone else writes to the journal.
            JournalFull, JournalUnavailable: Nothing was applied; try again later.
        """
        parent = place_of(cursor)
        for one in found:
            await asyncio.to_thread(self._journal.append, parent, one, RecordState.OPEN)
            parent = Place(one.last.number, one.last.hash)
        after = await super().apply_open(found, cursor, new=new)
        await self.publish(after, None)
        return after

    async def undo(self, blocks: Sequence[BlockRef], cursor: Cursor) -> None:
        """Take blocks back, in the graph first: a journal that is ahead is one that can be caught up with."""
        await super().undo(blocks, cursor)
        await asyncio.to_thread(self._journal.orphan_above, cursor.position)
        await self.publish(cursor, None)

    async def settle(self, up_to_block: int) -> None:
        """Drop undo records, what was taken back below this height, and old changes of the outbox."""
        await super().settle(up_to_block)
        await asyncio.to_thread(self._journal.settle, up_to_block)
        await asyncio.to_thread(self._journal.prune_changes, self._kept_changes)

    async def publish(self, cursor: Cursor, final: Place | None) -> None:
        """Tell the outbox, then the observers, how far the graph is."""
        changes = await asyncio.to_thread(self._journal.publish, place_of(cursor), final)
        if changes:
            for observe in self._observers:
                observe(changes)

    async def _check_not_behind(self, applied: Place) -> None:
        if await asyncio.to_thread(self._journal.ending_at, applied) is not None:
            return
        oldest = await asyncio.to_thread(self._journal.oldest)
        if oldest is None or oldest.parent != applied:
            newest = await asyncio.to_thread(self._journal.newest)
            raise JournalBehind(self._journal.where, str(applied), str(newest.last) if newest else "nothing")


def place_of(cursor: Cursor) -> Place:
    """Return the block that a chain's cursor names."""
    return Place(cursor.position, cursor.hash)
