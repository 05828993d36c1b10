"""The first block or entry at which two graphs parted, though both were told the same.

Journal and log are told again into a fresh graph up to where the two differ: it says which of them is wrong,
and what was said of the rows in question on the way says since when. Owns the telling. Refuses to repair.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph_schema.row_differences import RowDifference, find_row_differences, find_rows
from graph_schema.snapshot import Snapshot, read_snapshot
from graph_schema.store import Cursor, GraphStore, WriteBatch
from ingest.block_logs import BlockLogs, decode_block_logs
from ingest.chain_events import read_chain_batch
from ingest.chain_journal import ChainJournal, Place
from ingest.editions import KeptEditions
from ingest.entries import Kind
from ingest.errors import JournalIncomplete
from ingest.interaction_log import InteractionLog, StoredEntry
from ingest.projection import build_log_batch
from ingest.projector import LogProjector
from ingest.row_history import RowHistory, RowKey, Said, find_parting
from tunefi.chain.deployment import Deployment
from tunefi.ids import Address

_RECORDS_AT_ONCE, _ENTRIES_AT_ONCE = 100, 1_000


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """Where a row that two graphs hold differently went wrong.

    Attributes:
        row: The row.
        wrong: `mine`, `other` or `both`.
        since: The first block or entry after which it can have; None: none wrote it since both were alike.
    """

    row: RowDifference
    wrong: str
    since: Said | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        since = {"source": self.since.source, "position": self.since.position} if self.since else None
        return {**self.row.as_dict(), "wrong": self.wrong, "since": since}


class HistoryRetold:
    """Tells journal and log again, and listens for some rows.

    Args:
        journal: Of the chain.
        log: Of the interactions.
        deployment: Its contracts.
        fresh: An empty graph.
    """

    def __init__(
        self, journal: ChainJournal, log: InteractionLog, deployment: Deployment, fresh: GraphStore
    ) -> None:
        self._journal, self._log, self._deployment, self._fresh = journal, log, deployment, fresh
        self._abis = deployment.abis()
        self._editions = KeptEditions(fresh)

    async def trace(
        self, mine: Snapshot, other: Snapshot, same: Snapshot | None, rows: Sequence[RowDifference]
    ) -> list[RowOrigin]:
        """Return where rows went wrong, in the order of blocks and entries.

        Args:
            mine: One graph; `other` is the other one at the same block and entry.
            other: What differs from it.
            same: Both of them when they were still alike; None: at the beginning.
            rows: By `find_row_differences` of the two.

        Raises:
            JournalIncomplete, EntriesErased: The history cannot be told again that far.
        """
        history = RowHistory((row.kind, row.key) for row in rows)
        block, head = mine.finalized_block, mine.log_head
        await self._tell_chain(Place(block.number, block.hash), history, _block_of(same))
        await LogProjector(self._log, self._fresh).project(head.position)
        await asyncio.to_thread(self._tell_log, head.position, history, same.log_head.position if same else 0)
        true = await read_snapshot(self._fresh, block, mine.chain_id)
        before = find_rows(same, history.said) if same else {}
        faults = {
            side: {_key(row): row for row in find_row_differences(true, graph)}
            for side, graph in (("mine", mine), ("other", other))
        }
        found = [_origin(row, faults, history.said[_key(row)], before.get(_key(row))) for row in rows]
        return sorted(found, key=_order)

    async def _tell_chain(self, last: Place, history: RowHistory, above: int) -> None:
        """Write what the journal holds up to a block."""
        cursor, at = None, await self._beginning()
        while at.position < last.number:
            records = await asyncio.to_thread(self._journal.after, at.position, _RECORDS_AT_ONCE)
            for record in [one for one in records if one.parent.number < last.number]:
                found = await asyncio.to_thread(self._journal.load, record)
                place = last if record.last.number >= last.number else record.last
                after = replace(at, position=place.number, hash=place.hash)
                batch = await self._batch_of(found, after, cursor)
                history.hear("chain", batch, above=above)
                await self._fresh.write(batch)
                cursor = at = after
            if not records:
                break
        if at.position < last.number:
            raise JournalIncomplete(self._journal.where, str(last), f"ends at block {at.position}")

    async def _beginning(self) -> Cursor:
        oldest = await asyncio.to_thread(self._journal.oldest)
        if oldest is None or oldest.parent.number >= max(self._deployment.block, 1):
            begins = f"begins after {oldest.parent}" if oldest else "is empty"
            raise JournalIncomplete(self._journal.where, f"block {self._deployment.block}", begins)
        source = f"chain:{self._deployment.chain_id}"
        return Cursor(source, oldest.parent.number, oldest.parent.hash)

    async def _batch_of(self, found: BlockLogs, after: Cursor, expected: Cursor | None) -> WriteBatch:
        """What a range says up to a block, each row with the block that says it."""
        logs = [log for log in found.logs if log.block_number <= after.position]
        decoded = decode_block_logs(BlockLogs(found.last, found.headers, logs), self._abis)
        return await read_chain_batch(
            self._fresh,
            self._deployment,
            decoded.events,
            decoded.times,
            cursor=after,
            expected=expected,
            editions=self._editions,
            each_block=True,
        )

    def _tell_log(self, last: int, history: RowHistory, above: int) -> None:
        """Hear what entries say; only those of a batch that concerns the rows are looked at one by one."""
        position = above
        while position < last:
            stored = self._log.read(position, min(_ENTRIES_AT_ONCE, last - position))
            said = [one for one in stored if one.entry is not None]
            cursor = Cursor("log", stored[-1].position, "")
            entries = [one.entry for one in said if one.entry is not None]
            deleted = any(one.kind == Kind.DELETE for one in said)
            if deleted or history.concerns(build_log_batch(entries, cursor, None)):
                for one in said:
                    history.hear("log", _batch_of_entry(one), above=above, entry=one.position)
            position = stored[-1].position


def _batch_of_entry(stored: StoredEntry) -> WriteBatch:
    cursor = Cursor("log", stored.position, "")
    if stored.kind == Kind.DELETE and stored.account is not None:
        return WriteBatch(cursor, None, deleted_nodes={"Account": [Address(stored.account)]})
    assert stored.entry is not None
    return build_log_batch([stored.entry], cursor, None)


def _origin(
    row: RowDifference,
    faults: dict[str, dict[RowKey, RowDifference]],
    said: Sequence[Said],
    before: dict[str, Any] | None,
) -> RowOrigin:
    wrong = [side for side in ("mine", "other") if _key(row) in faults[side]]
    partings = [find_parting(faults[side][_key(row)], said, before) for side in wrong]
    known = [one for one in partings if one is not None]
    since = min(known, key=lambda one: (one.source, one.position)) if known else None
    return RowOrigin(row, "both" if len(wrong) == 2 else wrong[0], since)


def _key(row: RowDifference) -> RowKey:
    return row.kind, row.key


def _order(origin: RowOrigin) -> tuple[bool, str, int]:
    since = origin.since
    return (since is None, since.source if since else "", since.position if since else 0)


def _block_of(same: Snapshot | None) -> int:
    return same.finalized_block.number if same else -1
