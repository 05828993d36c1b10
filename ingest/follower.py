"""Follows a chain to its head, block by block, and takes back what the chain takes back.

Four parts: the range to apply next, the fetching of its events, the filter of what the cursor says is done,
the writing. Invariants:

- The cursor's block is the child of what was applied before, hash by hash.
- A block that is not final is written with undo records; they are dropped once it is final.
- Nothing is undone before the common ancestor is known to be within reach.

Owns the cursor `chain:<chain id>`. Refuses to go on when the chain replaced more than can be undone.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from graph_schema.store import BlockRef, Cursor, GraphStore
from ingest.block_logs import BlockLogs
from ingest.chain_applier import ChainApplier
from ingest.chain_journal import ChainJournal, Place
from ingest.chain_source import ChainSource
from ingest.errors import ReorgTooDeep
from ingest.journalled_applier import JournalledApplier, Observer
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.telemetry import SILENT, Telemetry

_LOG = logging.getLogger(__name__)
_HEADERS_A_REQUEST = 100
_LOGS_A_WRITE = 10_000

Goal = int | Literal["latest", "finalized"]
"""How far a chain is followed: to a height, to the head, or to the last block that cannot be taken back."""


@dataclass(slots=True)
class FollowerStatus:
    """How far the follower is.

    Attributes:
        applied_at: Time of the newest block that was applied since the start.
        head_at: Time of the newest block of the chain.
        final_block: Newest block that counts for money; None: the node has no such tag, pay nothing.
        undone_blocks: How many blocks reorganisations took back since the start.
        set_aside: How many logs did not decode since the start.
    """

    applied_block: int | None = None
    head_block: int | None = None
    final_block: int | None = None
    applied_at: int | None = None
    head_at: int | None = None
    undone_blocks: int = 0
    set_aside: int = 0

    @property
    def lag_blocks(self) -> int | None:
        """How many blocks the graph is behind the head."""
        if self.applied_block is None or self.head_block is None:
            return None
        return max(0, self.head_block - self.applied_block)

    @property
    def lag_seconds(self) -> float | None:
        """How much younger the head is than what the graph shows, by the chain's own clock."""
        if self.lag_blocks == 0:
            return 0.0
        if self.applied_at is None or self.head_at is None:
            return None
        return max(0.0, (self.head_at - self.applied_at) / 1_000_000)


class ChainFollower:
    """Takes the events of one deployment into one graph.

    Args:
        rpc: The node.
        store: The graph.
        deployment: Its contracts, and the block before which none existed.
        range_blocks: Most final blocks in one write.
        window_blocks: How many blocks can be undone where the node has no `finalized` tag.
        telemetry: Told of writes and reorganisations.
        journal: Where raw logs are written down before they are applied; None for a graph that is thrown
            away, such as one to compare with.
        observers: Told of each range that was applied, undone or became final, where there is a journal.
        sample_share: Share of the ranges of final blocks that are read from a second node too.
    """

    def __init__(
        self,
        rpc: JsonRpc,
        store: GraphStore,
        deployment: Deployment,
        *,
        range_blocks: int = 1_000,
        window_blocks: int = 128,
        sample_share: float = 0.0,
        telemetry: Telemetry = SILENT,
        journal: ChainJournal | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._source = ChainSource(
            rpc,
            deployment,
            window_blocks=window_blocks,
            sample_share=sample_share,
            range_blocks=range_blocks,
        )
        self._applier = (
            ChainApplier(store, deployment, telemetry)
            if journal is None
            else JournalledApplier(store, deployment, journal, observers, telemetry=telemetry)
        )
        self._store = store
        self._deployment = deployment
        self._window_blocks = window_blocks
        self._telemetry = telemetry
        self._checked = False
        self._new = False
        self.cursor_source = self._applier.cursor_source
        self.status = FollowerStatus()

    async def follow_to_head(self, *, to: Goal = "latest") -> FollowerStatus:
        """Apply everything up to the head of now, and return where the follower stands.

        Args:
            to: Apply nothing beyond this height, or beyond the last block that cannot be taken back.

        Raises:
            ChainIdMismatch: The node serves another chain.
            ReorgTooDeep, HeadWentBack, NodesDisagree: Nothing more may be applied; see the message.
            HandlerFailed: An event cannot be applied; its block was not.
            JournalBehind, JournalElsewhere: The journal is not this graph's, or has another writer.
            StaleCursor: Someone else writes to this graph.
            NodeUnreachable: Ask again later.
        """
        if not self._checked:
            await self._source.check()
            self._checked = True
        final = await self._source.fetch_final()
        head = await self._source.fetch_head()
        self.status.head_block, self.status.head_at = head.number, head.timestamp_at
        self.status.final_block = final.number if final else None
        settled = final or await self._source.fetch_header(max(0, head.number - self._window_blocks))
        if settled is not None:
            await self._advance(*await self._limit(settled, head, to), final)
        return self.status

    async def _advance(self, settled: BlockHeader, head: BlockHeader, final: BlockHeader | None) -> None:
        cursor = await self._read_or_start(settled)
        caught_up = await self._applier.catch_up(cursor, self._on_chain, new=self._new)
        self._new = self._new and caught_up == cursor
        cursor = await self._undo_to_chain(caught_up)
        await self._forget_settled(settled)
        if cursor.position < settled.number:
            cursor = await self._apply_settled(cursor, settled)
        cursor = await self._apply_open(cursor, head)
        if final is not None and final.number <= cursor.position:
            await self._applier.publish(cursor, Place(final.number, final.hash))
        self.status.applied_block = cursor.position

    async def _limit(
        self, settled: BlockHeader, head: BlockHeader, to: Goal
    ) -> tuple[BlockHeader, BlockHeader]:
        """The last settled block and the last one that are to be applied."""
        if to == "latest":
            return settled, head
        if to == "finalized":
            return settled, settled
        last = await self._source.fetch_header(to) if to < head.number else head
        last = last or head
        return min(settled, last, key=lambda header: header.number), last

    async def _read_or_start(self, settled: BlockHeader) -> Cursor:
        """The stored cursor; on a new graph one just before the deployment, on a block that stays."""
        cursor = await self._store.read_cursor(self.cursor_source)
        if cursor is not None:
            self._new = False
            return cursor
        self._new = True
        if (beginning := await self._applier.read_beginning()) is not None:
            return Cursor(self.cursor_source, beginning.number, beginning.hash)
        number = min(max(0, self._deployment.block - 1), settled.number)
        header = settled if number == settled.number else await self._source.fetch_header(number)
        return self._cursor_at(header or settled)

    async def _undo_to_chain(self, cursor: Cursor) -> Cursor:
        """Take back the applied blocks that the chain no longer has, in one transaction."""
        if await self._on_chain(cursor.position, cursor.hash):
            return cursor
        lost = await self._find_lost(cursor)
        cursor = Cursor(self.cursor_source, lost[-1].number - 1, lost[-1].parent_hash)
        await self._applier.undo(lost, cursor)
        self.status.undone_blocks += len(lost)
        self.status.applied_block = cursor.position
        self._telemetry.took_back(len(lost))
        _LOG.warning("the chain took back %d blocks; going on from block %d", len(lost), cursor.position)
        return cursor

    async def _find_lost(self, cursor: Cursor) -> list[BlockRef]:
        """The pending blocks above the common ancestor, highest first."""
        pending = await self._store.read_pending_blocks()
        lost: list[BlockRef] = []
        for block in reversed(pending):
            lost.append(block)
            if await self._on_chain(block.number - 1, block.parent_hash):
                return lost
        raise ReorgTooDeep(cursor.position, lost[-1].number if lost else cursor.position)

    async def _on_chain(self, number: int, hash_: str) -> bool:
        header = await self._source.fetch_header(number)
        return header is not None and header.hash == hash_

    async def _forget_settled(self, settled: BlockHeader) -> None:
        """Drop the undo records of pending blocks that became final."""
        done = [block for block in await self._store.read_pending_blocks() if block.number <= settled.number]
        if not done:
            return
        at_height = {block.number: block.hash for block in done}
        if at_height.get(settled.number, settled.hash) == settled.hash:
            await self._applier.settle(settled.number)

    async def _apply_settled(self, cursor: Cursor, settled: BlockHeader) -> Cursor:
        """Apply final blocks in ranges, without undo records."""
        ranges = self._source.fetch_ranges(cursor.position + 1, cursor.hash, settled)
        async with aclosing(ranges):
            async for found in ranges:
                cursor = await self._write(found, cursor)
        return cursor

    async def _apply_open(self, cursor: Cursor, head: BlockHeader) -> Cursor:
        """Apply blocks that are not final; stop where the chain changed meanwhile.

        The next blocks are fetched while those before are written.
        """
        ahead = asyncio.create_task(self._fetch_open(cursor.position, cursor.hash, head))
        try:
            while found := await ahead:
                last = found[-1].last
                ahead = asyncio.create_task(self._fetch_open(last.number, last.hash, head))
                after = await self._applier.apply_open(found, cursor, new=self._new)
                cursor = self._note(found[-1], after)
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)
        return cursor

    async def _fetch_open(self, number: int, hash_: str, head: BlockHeader) -> list[BlockLogs]:
        """Return the blocks that follow one, as many as a write holds well; none where it is gone."""
        if number >= head.number:
            return []
        headers = await self._source.fetch_headers(number + 1, min(number + _HEADERS_A_REQUEST, head.number))
        if not headers or headers[0].parent_hash != hash_:
            return []
        found: list[BlockLogs] = []
        logs = 0
        for header in headers:
            block = await self._source.fetch_block(header)
            if block is None:
                break
            found.append(block)
            logs += len(block.logs)
            if logs >= _LOGS_A_WRITE:
                break
        return found

    async def _write(self, found: BlockLogs, cursor: Cursor) -> Cursor:
        return self._note(found, await self._applier.apply(found, cursor, new=self._new))

    def _note(self, found: BlockLogs, after: Cursor) -> Cursor:
        self.status.set_aside = self._applier.set_aside
        self._new = False
        self.status.applied_block, self.status.applied_at = after.position, found.last.timestamp_at
        return after

    def _cursor_at(self, header: BlockHeader) -> Cursor:
        return Cursor(self.cursor_source, header.number, header.hash)
