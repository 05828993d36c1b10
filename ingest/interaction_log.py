"""The durable, hash-chained log of what people do off the chain.

Owns its life in a database: opening, appending, reading, erasing. How entries hang together is in
`hash_chain`, how they become rows in `appending`. Refuses to judge an entry: `validation` has done that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from ingest.appending import Receipt, append_rows, build_row, insert_rows, read_head
from ingest.entries import Entry, Kind, decode_entry
from ingest.erasure import Deletion, clean_disk, erase_entries, read_open_deletions, read_unexplained
from ingest.errors import (
    BrokenChain,
    EntriesErased,
    IdempotencyConflict,
    LogFork,
    LogFull,
    LogMoved,
    LogUnavailable,
    RepeatedKey,
)
from ingest.hash_chain import GENESIS_HASH, ChainCheck, LogHead
from ingest.log_database import lock_database, open_database, open_existing, parse_log_url, writing
from ingest.log_rows import LogRow
from ingest.log_tables import ENTRIES, IS_CATALOGUE
from tunefi.ids import Address, LogPosition, Microseconds


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it stands in the log; `payload` is None once it was erased."""

    position: LogPosition
    hash: bytes
    kind: str
    account: Address | None
    payload: bytes | None
    appended_at: Microseconds

    @property
    def entry(self) -> Entry | None:
        """What it says, or None when it was erased."""
        return None if self.payload is None else decode_entry(self.payload)


class InteractionLog:
    """One log in SQLite or PostgreSQL; its methods may be called from several threads.

    Args:
        url: `sqlite:///PATH` or a PostgreSQL URL of SQLAlchemy.
    """

    def __init__(self, url: str) -> None:
        self._open(url, open_database)

    @classmethod
    def existing(cls, url: str) -> Self:
        """Open a log that is only read, as it is: nothing is created or brought to a newer schema."""
        log = cls.__new__(cls)
        log._open(url, open_existing)
        return log

    def _open(self, url: str, open_engine: Callable[[str], sa.Engine]) -> None:
        self.where = parse_log_url(url).render_as_string(hide_password=True)
        with self._errors():
            self._engine = open_engine(url)

    @classmethod
    def at_path(cls, path: Path) -> Self:
        """Open, or create, a log in a SQLite file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{path}")

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        """Append entries in one transaction, durable when this returns.

        Returns:
            A receipt for each, in order. An entry whose key was used for the same content is not appended
            again: its receipt is that of the first, with `duplicate`.

        Raises:
            IdempotencyConflict: A key was used for another content; nothing was appended.
            LogFull, LogUnavailable: Nothing was appended; send again later.
        """
        rows = [build_row(entry) for entry in entries]
        with self._errors(), writing(self._engine).begin() as connection:
            return _without_conflicts(append_rows(connection, entries, rows))

    def append_each(self, entries: Sequence[Entry]) -> list[Receipt | IdempotencyConflict]:
        """Append like `append`, but let conflicting entries fall out one by one instead of refusing all."""
        rows = [build_row(entry) for entry in entries]
        with self._errors(), writing(self._engine).begin() as connection:
            return append_rows(connection, entries, rows)

    def append_rows(self, rows: Sequence[LogRow], after: LogHead) -> None:
        """Take over rows of another keeper's log, checked by `replication`, in one transaction.

        Args:
            rows: As they stand there.
            after: The head that they follow.

        Raises:
            LogMoved: This log has another head; nothing was taken over.
            RepeatedKey: Two entries have one idempotency key; nothing was taken over.
        """
        with self._errors(), writing(self._engine).begin() as connection:
            lock_database(connection)
            if (head := read_head(connection)) != after:
                raise LogMoved(after.position, head.position)
            try:
                insert_rows(connection, rows)
            except IntegrityError as error:
                raise RepeatedKey(rows[0].position, rows[-1].position) from error

    def head(self) -> LogHead:
        """Return the newest position and its hash."""
        with self._errors(), self._engine.connect() as connection:
            return read_head(connection)

    def hash_at(self, position: int) -> bytes | None:
        """Return the hash of an entry, the zero hash for position 0, or None when there is no such entry."""
        if position == 0:
            return GENESIS_HASH
        with self._errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(ENTRIES.c.hash).where(ENTRIES.c.position == position))

    def read(self, after: int, limit: int) -> list[StoredEntry]:
        """Return at most `limit` entries that follow position `after`, in order."""
        return self._read(sa.select(ENTRIES).where(ENTRIES.c.position > after).limit(limit))

    def read_rows(self, after: int, limit: int) -> list[LogRow]:
        """Return at most `limit` rows that follow position `after`, as they stand.

        In pages, because a long transaction would keep the database from cleaning up.
        """
        statement = sa.select(ENTRIES).where(ENTRIES.c.position > after).order_by(ENTRIES.c.position)
        with self._errors(), self._engine.connect() as connection:
            return [LogRow(*row) for row in connection.execute(statement.limit(limit))]

    def rows_after(self, head: LogHead, limit: int) -> list[LogRow]:
        """Return at most `limit` rows that follow a head that another keeper holds.

        Raises:
            LogFork: This log has another entry there, or none.
        """
        if (ours := self.hash_at(head.position)) != head.hash:
            raise LogFork(head.position, "whoever asks", ours or b"", head.hash)
        return self.read_rows(head.position, limit)

    def read_catalogue(self, after: int, limit: int) -> list[StoredEntry]:
        """Return at most `limit` catalogue entries that follow position `after`, in order."""
        return self._read(sa.select(ENTRIES).where(IS_CATALOGUE, ENTRIES.c.position > after).limit(limit))

    def read_account(self, account: Address, before: int, kinds: Iterable[Kind] = Kind) -> list[StoredEntry]:
        """Return the entries of one account below position `before`, in order.

        Args:
            account: Whose.
            before: Position of the first entry that is not wanted.
            kinds: Only these; an account may have listened a million times.
        """
        where = (ENTRIES.c.account == account) & (ENTRIES.c.position < before)
        return self._read(sa.select(ENTRIES).where(where, ENTRIES.c.kind.in_([kind.value for kind in kinds])))

    def find_deletions(self, up_to: int) -> list[Deletion]:
        """Return the deletions up to a position of accounts that have something left to erase."""
        with self._errors(), self._engine.connect() as connection:
            return read_open_deletions(connection, up_to)

    def erase(self, deletions: Iterable[Deletion]) -> int:
        """Erase payloads and salts of what accounts said before their deletions; hashes and deletions stay.

        Returns:
            How many entries were erased now.
        """
        with self._errors(), writing(self._engine).begin() as connection:
            erased = sum(erase_entries(connection, deletion) for deletion in deletions)
        with self._errors():
            clean_disk(self._engine)
        return erased

    def check_rebuildable(self, after: int, up_to: int) -> None:
        """Check that what happened up to a position can still be told from the entries behind another.

        Raises:
            EntriesErased: A later deletion has erased one of them.
        """
        with self._errors(), self._engine.connect() as connection:
            if (position := read_unexplained(connection, after, up_to)) is not None:
                raise EntriesErased(position, up_to)

    def check_chain(self, expected: LogHead | None = None) -> LogHead:
        """Walk the chain of hashes from the first entry and return the head.

        Args:
            expected: A head that must be on the chain, such as one that was committed.

        Raises:
            BrokenChain: Names the first entry that is not what was appended.
        """
        check = ChainCheck(self.read_rows, expected)
        while check.run_page():
            pass
        return check.head

    def verify_chain(self) -> bool:
        """Return whether every entry is what was appended; `check_chain` names the first that is not."""
        try:
            self.check_chain()
        except BrokenChain:
            return False
        return True

    def _read(self, statement: sa.Select[Any]) -> list[StoredEntry]:
        with self._errors(), self._engine.connect() as connection:
            return [
                StoredEntry(row.position, row.hash, row.kind, row.account, row.payload, row.appended_at)
                for row in connection.execute(statement.order_by(ENTRIES.c.position))
            ]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            reason = str(error.orig)
            if "full" in reason or "No space left" in reason or "disk I/O error" in reason:
                raise LogFull(self.where) from error
            raise LogUnavailable(self.where, reason) from error
        except DBAPIError as error:
            raise LogUnavailable(self.where, str(error.orig)) from error


def _without_conflicts(results: Sequence[Receipt | IdempotencyConflict]) -> list[Receipt]:
    """The receipts, when nothing is in conflict; raised within the transaction, a conflict undoes it."""
    for result in results:
        if isinstance(result, IdempotencyConflict):
            raise result
    return [result for result in results if isinstance(result, Receipt)]
