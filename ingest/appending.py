"""New entries to rows of the log, each following from the one before.

Owns order and idempotency within one transaction. Refuses to judge an entry: `validation` has done that.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.entries import Entry, decode_entry, encode_content, encode_entry
from ingest.errors import IdempotencyConflict, MalformedEntry
from ingest.hash_chain import EMPTY_LOG, LogHead, entry_hash
from ingest.log_database import lock_database
from ingest.log_rows import EntryColumns, LogRow, columns_of
from ingest.log_tables import ENTRIES
from tunefi.hashing import keccak256
from tunefi.ids import LogPosition

_KEYS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands in the log; `duplicate` when it already stood there."""

    position: LogPosition
    hash: bytes
    idempotency_key: bytes
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class NewRow:
    """An entry's row without its place in the log."""

    columns: EntryColumns
    payload: bytes
    salt: bytes
    content_hash: bytes

    def at(self, head: LogHead, appended_at: int) -> LogRow:
        """Return the whole row, the newest of the log."""
        content = (self.payload, self.salt, self.content_hash)
        return LogRow(head.position, *self.columns, *content, head.hash, appended_at)


def build_row(entry: Entry) -> NewRow:
    """Return an entry's row without its place in the log; needs no transaction.

    Raises:
        MalformedEntry: The idempotency key has another size than 32 bytes.
    """
    if len(entry.idempotency_key) != 32:
        raise MalformedEntry(f"an idempotency key has 32 bytes, not {len(entry.idempotency_key)}")
    payload, salt = encode_entry(entry), os.urandom(32)
    return NewRow(columns_of(entry), payload, salt, keccak256(salt + payload))


def append_rows(
    connection: sa.Connection, entries: Sequence[Entry], rows: Sequence[NewRow]
) -> list[Receipt | IdempotencyConflict]:
    """Append those rows whose key is new, and return what became of each, in order.

    Args:
        connection: In a transaction that writes.
        entries: What the rows say.
        rows: By `build_row`, one for each entry.
    """
    lock_database(connection)
    head, known, now_at = read_head(connection), _read_known(connection, rows), time.time_ns() // 1_000
    fresh: list[LogRow] = []
    receipts: list[Receipt | IdempotencyConflict] = []
    for entry, row in zip(entries, rows, strict=True):
        name = (row.columns.idempotency_key, row.columns.scope)
        if (earlier := known.get(name)) is not None:
            receipts.append(_receipt_of_known(earlier, entry))
            continue
        position = LogPosition(head.position + 1)
        head = LogHead(position, entry_hash(head.hash, position, row.content_hash))
        fresh.append(row.at(head, now_at))
        known[name] = (position, head.hash, row.payload)
        receipts.append(Receipt(position, head.hash, entry.idempotency_key))
    if fresh:
        insert_rows(connection, fresh)
    return receipts


def insert_rows(connection: sa.Connection, rows: Sequence[LogRow]) -> None:
    """Insert rows as the driver takes them: converting each value first costs as much as all hashes."""
    marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(LogRow._fields))
    statement = f"INSERT INTO {ENTRIES.name} ({', '.join(LogRow._fields)}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, list(rows))


def read_head(connection: sa.Connection) -> LogHead:
    """Return the newest entry's position and hash."""
    statement = sa.select(ENTRIES.c.position, ENTRIES.c.hash).order_by(ENTRIES.c.position.desc()).limit(1)
    row = connection.execute(statement).first()
    return EMPTY_LOG if row is None else LogHead(row.position, row.hash)


_Known = tuple[int, bytes, bytes | None]
"""Position, hash and payload of an entry that stands in the log."""


def _read_known(connection: sa.Connection, rows: Sequence[NewRow]) -> dict[tuple[bytes, str], _Known]:
    """The entries of the log that have one of these keys."""
    keys = list({row.columns.idempotency_key for row in rows})
    columns = [ENTRIES.c[name] for name in ("idempotency_key", "scope", "position", "hash", "payload")]
    known: dict[tuple[bytes, str], _Known] = {}
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = ENTRIES.c.idempotency_key.in_(keys[start : start + _KEYS_A_QUERY])
        for key, scope, *found in connection.execute(sa.select(*columns).where(some)):
            known[key, scope] = (found[0], found[1], found[2])
    return known


def _receipt_of_known(known: _Known, entry: Entry) -> Receipt | IdempotencyConflict:
    position, hash_, payload = known
    if payload is None or encode_content(decode_entry(payload)) == encode_content(entry):
        return Receipt(LogPosition(position), hash_, entry.idempotency_key, duplicate=True)
    return IdempotencyConflict(entry.idempotency_key, position)
