"""The records of a chain's journal within an open transaction.

Owns the statements. Refuses to open, commit or lock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ingest.journal_tables import RECORDS


class RecordState(StrEnum):
    """Where a record stands."""

    SETTLED = "settled"
    """It can no longer be undone."""
    OPEN = "open"
    """A block that a reorganisation may still take back."""
    ORPHANED = "orphaned"
    """A reorganisation took it back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block by height and hash: where a record begins after, or ends."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"block {self.number} ({self.hash})"


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """A range of blocks as it was written down, without its logs.

    Attributes:
        parent: The block before the range.
        last: Its last block.
        logs: How many logs it holds.
        logs_hash: Hash of all logs of the branch up to the last block.
    """

    position: int
    state: RecordState
    parent: Place
    last: Place
    logs: int
    logs_hash: bytes


_COLUMNS = [column for column in RECORDS.c if column is not RECORDS.c.payload]
_KEPT = RECORDS.c.state != RecordState.ORPHANED
_ORPHANED = RECORDS.c.state == RecordState.ORPHANED


class JournalRecords:
    """The records of one chain; those that are not orphaned are the branch."""

    def __init__(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self._mine = RECORDS.c.chain_id == chain_id

    def insert(self, connection: sa.Connection, record: JournalRecord, payload: bytes) -> None:
        """Add a record with its blocks and logs."""
        values = {
            "chain_id": self._chain_id,
            "position": record.position,
            "state": record.state,
            "first_block": record.parent.number + 1,
            "last_block": record.last.number,
            "parent_hash": record.parent.hash,
            "last_hash": record.last.hash,
            "logs": record.logs,
            "logs_hash": record.logs_hash,
            "payload": payload,
        }
        connection.execute(sa.insert(RECORDS), values)

    def next_position(self, connection: sa.Connection) -> int:
        """Return a position above all others."""
        newest = connection.scalar(sa.select(sa.func.max(RECORDS.c.position)).where(self._mine))
        return (newest or 0) + 1

    def payload(self, connection: sa.Connection, position: int) -> bytes:
        """Return blocks and logs of a record, encoded."""
        where = self._mine & (RECORDS.c.position == position)
        return bytes(connection.execute(sa.select(RECORDS.c.payload).where(where)).scalar_one())

    def newest(self, connection: sa.Connection) -> JournalRecord | None:
        """Return the last record of the branch."""
        return self._first(connection, _KEPT, RECORDS.c.last_block.desc())

    def oldest(self, connection: sa.Connection) -> JournalRecord | None:
        """Return the first record of the branch."""
        return self._first(connection, _KEPT, RECORDS.c.last_block)

    def ending_at(self, connection: sa.Connection, place: Place) -> JournalRecord | None:
        """Return the record of the branch that ends with this very block."""
        return self._first(connection, _KEPT & _ends_at(place), RECORDS.c.position)

    def orphan_ending_at(self, connection: sa.Connection, place: Place) -> JournalRecord | None:
        """Return the record that was taken back and ended with this block, unless the branch has it again."""
        if self.ending_at(connection, place) is not None:
            return None
        return self._first(connection, _ORPHANED & _ends_at(place), RECORDS.c.position)

    def holding(self, connection: sa.Connection, block: int) -> JournalRecord | None:
        """Return the record of the branch that holds the block of this height."""
        holds = _KEPT & (RECORDS.c.first_block <= block) & (RECORDS.c.last_block >= block)
        return self._first(connection, holds, RECORDS.c.last_block)

    def after(
        self, connection: sa.Connection, block: int, *, up_to: int | None = None, limit: int | None = None
    ) -> Iterator[JournalRecord]:
        """Yield the records of the branch above a height, lowest first."""
        above = _KEPT & (RECORDS.c.first_block > block)
        if up_to is not None:
            above &= RECORDS.c.last_block <= up_to
        yield from self._records(connection, above, RECORDS.c.last_block, limit)

    def mark_orphaned(self, connection: sa.Connection, above_block: int) -> int:
        """Take the records above a height off the branch, and return how many they were."""
        above = self._mine & _KEPT & (RECORDS.c.last_block > above_block)
        return connection.execute(sa.update(RECORDS).where(above).values(state=RecordState.ORPHANED)).rowcount

    def mark_settled(self, connection: sa.Connection, up_to_block: int) -> None:
        """Note that blocks up to a height stay, and drop what they have replaced."""
        below = self._mine & (RECORDS.c.last_block <= up_to_block)
        still_open = RECORDS.c.state == RecordState.OPEN
        connection.execute(sa.update(RECORDS).where(below & still_open).values(state=RecordState.SETTLED))
        connection.execute(sa.delete(RECORDS).where(below & _ORPHANED))

    def _first(self, connection: sa.Connection, where: Any, order: Any) -> JournalRecord | None:
        return next(self._records(connection, where, order, 1), None)

    def _records(
        self, connection: sa.Connection, where: Any, order: Any, limit: int | None
    ) -> Iterator[JournalRecord]:
        statement = sa.select(*_COLUMNS).where(self._mine & where).order_by(order).limit(limit)
        return (_record(row) for row in connection.execute(statement))


def _ends_at(place: Place) -> sa.ColumnElement[bool]:
    return (RECORDS.c.last_hash == place.hash) & (RECORDS.c.last_block == place.number)


def _record(row: sa.Row[Any]) -> JournalRecord:
    return JournalRecord(
        row.position,
        RecordState(row.state),
        Place(row.first_block - 1, row.parent_hash),
        Place(row.last_block, row.last_hash),
        row.logs,
        bytes(row.logs_hash),
    )
