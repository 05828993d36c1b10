"""The durable, hash-chained log of what people do off the chain.

    hash(0) = 32 zero bytes
    hash(i) = keccak256(hash(i-1) || uint64be(i) || keccak256(salt || payload))

The salt is random and kept beside the payload, so that both can be erased and nothing can be guessed from
the hash. Owns order, durability and idempotency. Refuses to judge an entry: `validation` has done that.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from ingest.entries import Entry, account_of, decode_entry, encode_content, encode_entry, kind_of, scope_of
from ingest.errors import BrokenChain, IdempotencyConflict, LogFull, LogUnavailable, MalformedEntry
from ingest.log_tables import ENTRIES, METADATA, lock_log, open_engine, writing
from tunefi.hashing import keccak256
from tunefi.ids import Address, LogPosition, Microseconds

GENESIS_HASH = bytes(32)
_KEYS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest entry: position 0 and a zero hash when there is none."""

    position: LogPosition
    hash: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands in the log; `duplicate` when it already stood there."""

    position: LogPosition
    hash: bytes
    idempotency_key: bytes
    duplicate: bool = False


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
        self._engine = open_engine(url)
        self.where = self._engine.url.render_as_string(hide_password=True)
        with self._errors():
            METADATA.create_all(writing(self._engine))

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
        with self._errors(), writing(self._engine).begin() as connection:
            receipts = _append(connection, entries)
            for receipt in receipts:
                if isinstance(receipt, IdempotencyConflict):
                    raise receipt
            return [receipt for receipt in receipts if isinstance(receipt, Receipt)]

    def append_each(self, entries: Sequence[Entry]) -> list[Receipt | IdempotencyConflict]:
        """Append like `append`, but let conflicting entries fall out one by one instead of refusing all."""
        with self._errors(), writing(self._engine).begin() as connection:
            return _append(connection, entries)

    def head(self) -> LogHead:
        """Return the newest position and its hash."""
        with self._errors(), self._engine.connect() as connection:
            return _head(connection)

    def hash_at(self, position: int) -> bytes | None:
        """Return the hash of an entry, the zero hash for position 0, or None when there is no such entry."""
        if position == 0:
            return GENESIS_HASH
        with self._errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(ENTRIES.c.hash).where(ENTRIES.c.position == position))

    def read(self, after: int, limit: int) -> list[StoredEntry]:
        """Return at most `limit` entries that follow position `after`, in order."""
        return self._read(sa.select(ENTRIES).where(ENTRIES.c.position > after).limit(limit))

    def read_account(self, account: Address, before: int) -> list[StoredEntry]:
        """Return the entries of one account below position `before`, in order."""
        where = (ENTRIES.c.account == account) & (ENTRIES.c.position < before)
        return self._read(sa.select(ENTRIES).where(where))

    def erase(self, account: Address, up_to: int) -> int:
        """Erase payloads and salts of an account up to a position; return how many. Hashes stay."""
        where = (
            (ENTRIES.c.account == account) & (ENTRIES.c.position <= up_to) & ENTRIES.c.payload.is_not(None)
        )
        with self._errors(), writing(self._engine).begin() as connection:
            return connection.execute(
                sa.update(ENTRIES).where(where).values(payload=None, salt=None)
            ).rowcount

    def check_chain(self, expected: LogHead | None = None) -> LogHead:
        """Walk the chain of hashes from the first entry and return the head.

        Args:
            expected: A head that must be on the chain, such as one that was committed.

        Raises:
            BrokenChain: Names the first entry that is not what was appended.
        """
        previous, position = GENESIS_HASH, 0
        statement = sa.select(ENTRIES).order_by(ENTRIES.c.position).execution_options(yield_per=5_000)
        with self._errors(), self._engine.connect() as connection:
            for row in connection.execute(statement):
                position += 1
                previous = _checked_hash(previous, position, row)
                if expected is not None and position == expected.position and previous != expected.hash:
                    raise BrokenChain(position, "its hash is not the one that was committed")
        if expected is not None and position < expected.position:
            raise BrokenChain(position + 1, "it is missing")
        return LogHead(LogPosition(position), previous)

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


def _append(connection: sa.Connection, entries: Sequence[Entry]) -> list[Receipt | IdempotencyConflict]:
    lock_log(connection)
    head = _head(connection)
    known = _read_known(connection, entries)
    rows: list[dict[str, Any]] = []
    receipts: list[Receipt | IdempotencyConflict] = []
    for entry in entries:
        payload = encode_entry(entry)
        key = _key_of(entry)
        if (earlier := known.get((scope_of(entry), key))) is not None:
            receipts.append(_receipt_of_known(earlier, entry, key))
            continue
        row = _build_row(head, entry, payload, key)
        head = LogHead(row["position"], row["hash"])
        rows.append(row)
        known[scope_of(entry), key] = (row["position"], row["hash"], payload)
        receipts.append(Receipt(row["position"], row["hash"], key))
    if rows:
        connection.execute(sa.insert(ENTRIES), rows)
    return receipts


def _build_row(head: LogHead, entry: Entry, payload: bytes, key: bytes) -> dict[str, Any]:
    position = head.position + 1
    salt = os.urandom(32)
    content_hash = keccak256(salt + payload)
    return {
        "position": position,
        "kind": kind_of(entry).value,
        "account": account_of(entry),
        "scope": scope_of(entry),
        "idempotency_key": key,
        "payload": payload,
        "salt": salt,
        "content_hash": content_hash,
        "hash": entry_hash(head.hash, position, content_hash),
        "appended_at": time.time_ns() // 1_000,
    }


def entry_hash(previous: bytes, position: int, content_hash: bytes) -> bytes:
    """Return the hash of the entry at `position`, whose predecessor has the hash `previous`."""
    return keccak256(previous + position.to_bytes(8) + content_hash)


def _checked_hash(previous: bytes, position: int, row: sa.Row[Any]) -> bytes:
    if row.position != position:
        raise BrokenChain(position, "it is missing")
    if row.payload is not None and keccak256(row.salt + row.payload) != row.content_hash:
        raise BrokenChain(position, "its payload was changed")
    if entry_hash(previous, position, row.content_hash) != row.hash:
        raise BrokenChain(position, "its hash does not follow from the one before")
    return bytes(row.hash)


def _head(connection: sa.Connection) -> LogHead:
    statement = sa.select(ENTRIES.c.position, ENTRIES.c.hash).order_by(ENTRIES.c.position.desc()).limit(1)
    row = connection.execute(statement).first()
    return LogHead(LogPosition(0), GENESIS_HASH) if row is None else LogHead(row.position, row.hash)


_Known = tuple[int, bytes, bytes | None]
"""Position, hash and payload of an entry that stands in the log."""


def _read_known(connection: sa.Connection, entries: Sequence[Entry]) -> dict[tuple[str, bytes], _Known]:
    """The entries of the log that have one of these keys."""
    keys = list({_key_of(entry) for entry in entries})
    known: dict[tuple[str, bytes], _Known] = {}
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = ENTRIES.c.idempotency_key.in_(keys[start : start + _KEYS_A_QUERY])
        for row in connection.execute(sa.select(ENTRIES).where(some)):
            known[row.scope, row.idempotency_key] = (row.position, row.hash, row.payload)
    return known


def _receipt_of_known(known: _Known, entry: Entry, key: bytes) -> Receipt | IdempotencyConflict:
    position, hash_, payload = known
    if payload is None or encode_content(decode_entry(payload)) == encode_content(entry):
        return Receipt(LogPosition(position), hash_, key, duplicate=True)
    return IdempotencyConflict(key, position)


def _key_of(entry: Entry) -> bytes:
    if len(entry.idempotency_key) != 32:
        raise MalformedEntry(f"an idempotency key has 32 bytes, not {len(entry.idempotency_key)}")
    return entry.idempotency_key
