"""The raw logs of a chain, kept before they are applied: what a rebuild reads instead of a node.

    the node ─► journal (durable) ─► graph and its cursor (one transaction) ─► outbox

So after a power cut the journal may be ahead of the graph, which then takes the rest from it, and is never
behind. One branch of records is the chain as it was followed, each record the child of the one before; what
a reorganisation took back is `orphaned`, and dropped once its height is settled. Owns that branch, its
durability, and the outbox that tells of it. Refuses to know what a log means.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self, TypeVar

import sqlalchemy as sa

from ingest.block_logs import BlockLogs
from ingest.database_errors import database_errors
from ingest.errors import JournalElsewhere
from ingest.journal_payload import NO_LOGS, decode_payload, encode_payload, extend_logs_hash, logs_hashes
from ingest.journal_records import JournalRecord, JournalRecords, Place, RecordState
from ingest.log_database import open_database, parse_log_url, writing
from ingest.outbox import ChainChange, Outbox
from tunefi.chain.logs import RawLog

__all__ = ["ChainChange", "ChainJournal", "JournalRecord", "Place", "RecordState"]

T = TypeVar("T")
_LOCK = 7_223_402 << 32
"""Key of the lock in PostgreSQL that writers of one chain's journal take."""


class ChainJournal:
    """The journal of one chain in SQLite or PostgreSQL; its methods may be called from several threads.

    Args:
        url: Of the database of the interaction log: `sqlite:///PATH`, or a PostgreSQL URL.
        chain_id: Several chains share one database.
    """

    def __init__(self, url: str, chain_id: int) -> None:
        self._chain_id = chain_id
        self._records = JournalRecords(chain_id)
        self._outbox = Outbox(chain_id, self._records)
        self.where = parse_log_url(url).render_as_string(hide_password=True)
        with database_errors(self.where):
            self._engine = open_database(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def append(self, parent: Place, found: BlockLogs, state: RecordState) -> JournalRecord:
        """Write a range down, durable when this returns.

        Args:
            parent: The block before the range; the journal ends there, or is empty.
            found: Blocks and logs of the range.
            state: `OPEN` for one block that is not final, or `SETTLED`.

        Raises:
            JournalElsewhere: The journal ends at another block: someone else writes to it.
            JournalFull, JournalUnavailable: Nothing was written; try again later.
        """
        payload = encode_payload(found)
        with self._writing() as connection:
            newest = self._records.newest(connection)
            if newest is not None and newest.last != parent:
                raise JournalElsewhere(self.where, str(parent), str(newest.last))
            record = JournalRecord(
                self._records.next_position(connection),
                state,
                parent,
                Place(found.last.number, found.last.hash),
                len(found.logs),
                extend_logs_hash(newest.logs_hash if newest else NO_LOGS, found),
            )
            self._records.insert(connection, record, payload)
        return record

    def orphan_above(self, block: int) -> int:
        """Mark what a reorganisation took back, and return how many records that were."""
        with self._writing() as connection:
            return self._records.mark_orphaned(connection, block)

    def settle(self, up_to_block: int) -> None:
        """Note that blocks up to this height stay, and drop what they have replaced."""
        with self._writing() as connection:
            self._records.mark_settled(connection, up_to_block)

    def newest(self) -> JournalRecord | None:
        """Return the last record of the branch, or None when the journal is empty."""
        return self._read(self._records.newest)

    def oldest(self) -> JournalRecord | None:
        """Return the first record of the branch: a graph can be rebuilt from the block before it."""
        return self._read(self._records.oldest)

    def ending_at(self, place: Place) -> JournalRecord | None:
        """Return the record of the branch that ends with this very block, or None."""
        return self._read(lambda connection: self._records.ending_at(connection, place))

    def after(self, block: int, limit: int) -> list[JournalRecord]:
        """Return the next records of the branch above a height, lowest first."""
        return self._read(lambda connection: list(self._records.after(connection, block, limit=limit)))

    def load(self, record: JournalRecord) -> BlockLogs:
        """Return blocks and logs of a record."""
        return decode_payload(self._read(lambda found: self._records.payload(found, record.position)))

    def logs_of(self, block: int) -> list[RawLog]:
        """Return the logs of one block, in order; none where the branch does not hold it."""
        record = self._read(lambda connection: self._records.holding(connection, block))
        return [log for log in self.load(record).logs if log.block_number == block] if record else []

    def logs_hash_up_to(self, block: int) -> bytes:
        """Return the hash of all logs of the branch up to a block, which two journals can compare.

        It does not depend on where ranges end.
        """
        record = self._read(lambda connection: self._records.holding(connection, block))
        if record is None:
            return NO_LOGS
        if record.last.number == block:
            return record.logs_hash
        parent = self.ending_at(record.parent)
        found = parent.logs_hash if parent else NO_LOGS
        for number, logs_hash in logs_hashes(found, self.load(record)):
            if number > block:
                break
            found = logs_hash
        return found

    def publish(self, applied: Place, final: Place | None) -> list[ChainChange]:
        """Tell the outbox how far the graph is, and return what is new there.

        Args:
            applied: The block of the graph's cursor.
            final: The newest final block that the graph holds, where the node knows one.
        """
        with self._writing() as connection:
            return self._outbox.publish(connection, applied, final)

    def read_changes(self, after: int, limit: int) -> list[ChainChange]:
        """Return the changes that follow a position of the outbox, in order.

        Raises:
            ChangesPruned: Some of them are no longer kept.
        """
        return self._read(lambda connection: self._outbox.read(connection, after, limit))

    def prune_changes(self, keep: int) -> int:
        """Drop all but the newest changes of the outbox, and return how many were dropped."""
        with self._writing() as connection:
            return self._outbox.prune(connection, keep)

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with database_errors(self.where), self._engine.connect() as connection:
            return work(connection)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """Hold a transaction that no other writer of this journal overlaps; on SQLite it is the only one."""
        with database_errors(self.where), writing(self._engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = sa.text("SELECT pg_advisory_xact_lock(:key)")
                connection.execute(lock, {"key": _LOCK + self._chain_id})
            yield connection
