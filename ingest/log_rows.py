"""One row of the log, as it is stored and as keepers hand it to each other.

Owns which columns repeat what a payload says. Refuses to know how rows hang together.
"""

from typing import NamedTuple

from ingest.entries import Entry, account_of, kind_of, scope_of
from tunefi.ids import Address, LogPosition


class LogRow(NamedTuple):
    """A row of `ENTRIES`, its columns in the order of the table; payload and salt are None once erased."""

    position: LogPosition
    kind: str
    account: Address | None
    scope: str
    idempotency_key: bytes
    payload: bytes | None
    salt: bytes | None
    content_hash: bytes
    hash: bytes
    appended_at: int


class EntryColumns(NamedTuple):
    """The columns that repeat what the payload says, so that rows are found by them."""

    kind: str
    account: Address | None
    scope: str
    idempotency_key: bytes


def columns_of(entry: Entry) -> EntryColumns:
    """Return what an entry's columns must be."""
    return EntryColumns(kind_of(entry).value, account_of(entry), scope_of(entry), entry.idempotency_key)
