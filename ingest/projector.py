"""Takes the interaction log into the graph, batch by batch, each with its cursor in one transaction.

Owns the cursor `log`. Refuses to know what an entry means, and to go on when graph and log are not of one
history.
"""

import asyncio
from collections.abc import Sequence

from graph_schema.idle_nodes import read_leftovers
from graph_schema.store import Cursor, GraphStore, WriteBatch
from ingest.deletion import COUNTED_KINDS, build_deletion_batch, count_taggings
from ingest.entries import Entry, Kind
from ingest.errors import LogMismatch
from ingest.interaction_log import InteractionLog, StoredEntry
from ingest.measured_write import write_measured
from ingest.projection import build_log_batch
from tunefi.ids import Address, LogPosition
from tunefi.telemetry import SILENT, Telemetry

LOG_SOURCE = "log"


class LogProjector:
    """Projects one log into one graph.

    Args:
        log: Read only.
        store: The graph.
        batch_entries: Most entries in one transaction.
        telemetry: Told of writes.

    Attributes:
        position: Up to which entry the graph was found to hold the log; None before the first look.
    """

    def __init__(
        self,
        log: InteractionLog,
        store: GraphStore,
        *,
        batch_entries: int = 5_000,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._log = log
        self._store = store
        self._batch_entries = batch_entries
        self._telemetry = telemetry
        self.position: LogPosition | None = None

    async def read_position(self) -> LogPosition:
        """Return up to which entry the graph holds the log.

        Raises:
            LogMismatch: The graph was projected from another log.
        """
        cursor = await self._read_cursor()
        return LogPosition(cursor.position if cursor else 0)

    async def project(self, up_to: int | None = None) -> LogPosition:
        """Apply what follows the cursor, up to a position or the head, and return the position reached.

        Raises:
            LogMismatch: The graph was projected from another log.
            EntriesErased: The graph as of that position cannot be rebuilt; nothing was applied.
            StaleCursor: Someone else writes to this graph.
        """
        cursor = await self._read_cursor()
        await asyncio.to_thread(self._check_rebuildable, cursor.position if cursor else 0, up_to)
        while True:
            self.position = LogPosition(cursor.position if cursor else 0)
            entries = await self._read_next(cursor, up_to)
            if not entries:
                return self.position
            batch = await self._build_batch(entries, cursor)
            await write_measured(self._store, batch, self._telemetry)
            cursor = batch.cursor

    def _check_rebuildable(self, after: int, up_to: int | None) -> None:
        self._log.check_rebuildable(after, self._log.head().position if up_to is None else up_to)

    async def _read_cursor(self) -> Cursor | None:
        cursor = await self._store.read_cursor(LOG_SOURCE)
        if cursor is not None:
            found = await asyncio.to_thread(self._log.hash_at, cursor.position)
            if found is None or found.hex() != cursor.hash.removeprefix("0x"):
                raise LogMismatch(cursor.position, cursor.hash, found.hex() if found else None)
        return cursor

    async def _read_next(self, cursor: Cursor | None, up_to: int | None) -> list[StoredEntry]:
        """The next entries that can be written together: a deletion stands alone."""
        after = cursor.position if cursor else 0
        limit = self._batch_entries if up_to is None else min(self._batch_entries, up_to - after)
        entries = await asyncio.to_thread(self._log.read, after, limit) if limit > 0 else []
        deletion = next((index for index, stored in enumerate(entries) if stored.kind == Kind.DELETE), None)
        return entries if deletion is None else entries[: max(deletion, 1)]

    async def _build_batch(self, entries: Sequence[StoredEntry], expected: Cursor | None) -> WriteBatch:
        last = entries[-1]
        cursor = Cursor(LOG_SOURCE, last.position, "0x" + last.hash.hex())
        if last.kind == Kind.DELETE and last.account is not None:
            account = Address(last.account)
            earlier = await asyncio.to_thread(self._log.read_account, account, last.position, COUNTED_KINDS)
            given = count_taggings(earlier)
            leftovers = await read_leftovers(self._store, account, given)
            return build_deletion_batch(account, given, leftovers, cursor, expected)
        return build_log_batch(_present(entries), cursor, expected)


def _present(entries: Sequence[StoredEntry]) -> list[Entry]:
    """Entries that were not erased."""
    return [entry for stored in entries if (entry := stored.entry) is not None]
