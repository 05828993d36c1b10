"""One row of the log, as it is stored and as keepers hand it to each other.

Owns which columns repeat what a payload says, and the form in which rows travel (an Arrow IPC stream).
Refuses to know how rows hang together.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from ingest.entries import Entry, account_of, kind_of, scope_of
from ingest.errors import MalformedEntry
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


_TRAVELLING = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("account", pa.string()),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("idempotency_key", pa.binary(), nullable=False),
        pa.field("payload", pa.binary()),
        pa.field("salt", pa.binary()),
        pa.field("content_hash", pa.binary(), nullable=False),
        pa.field("hash", pa.binary(), nullable=False),
        pa.field("appended_at", pa.int64(), nullable=False),
    ]
)


def encode_rows(rows: Sequence[LogRow]) -> bytes:
    """Return rows as an Arrow IPC stream."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_TRAVELLING)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _TRAVELLING, strict=True)]
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, _TRAVELLING, options=options) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=_TRAVELLING))
    return bytes(sink.getvalue())


def decode_rows(stream: bytes) -> list[LogRow]:
    """Return the rows of an Arrow IPC stream.

    Raises:
        MalformedEntry: It is none, or of other columns.
    """
    try:
        table = pa.ipc.open_stream(stream).read_all()
        table.validate(full=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise MalformedEntry(f"no stream of log rows ({error})") from error
    if not table.schema.equals(_TRAVELLING):
        raise MalformedEntry(f"rows with other columns than {', '.join(LogRow._fields)}")
    return [LogRow(*row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
