"""What consumers are told of the chain: each range that was applied, undone or became final, once, in order.

A consumer keeps the position that it has read up to. After a change `applied` it stands at `block`, after
`undone` at the block before `first_block`; `final` says that nothing up to `block` will be undone. The
outbox is derived from the journal and the graph's cursor, so that a crash between them loses no change and
tells none twice. Owns the table. Refuses to open, commit or lock.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

import sqlalchemy as sa

from ingest.errors import ChangesPruned
from ingest.journal_records import JournalRecord, JournalRecords, Place
from ingest.journal_tables import OUTBOX


class ChangeKind(StrEnum):
    """What happened to a range of blocks."""

    APPLIED = "applied"
    UNDONE = "undone"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class ChainChange:
    """One change of the chain as the graph follows it.

    Attributes:
        first_block: Lowest block of the range; of `final`, the block itself.
        block: Highest block of the range, with its `hash`.
        parent_hash: Hash of the block before the range; of `final`, the block's own.
    """

    position: int
    kind: ChangeKind
    first_block: int
    block: int
    hash: str
    parent_hash: str

    @property
    def after(self) -> Place:
        """Where a consumer stands after `applied` or `undone`."""
        if self.kind is ChangeKind.UNDONE:
            return Place(self.first_block - 1, self.parent_hash)
        return Place(self.block, self.hash)


class Outbox:
    """The changes of one chain."""

    def __init__(self, chain_id: int, records: JournalRecords) -> None:
        self._chain_id = chain_id
        self._records = records
        self._mine = OUTBOX.c.chain_id == chain_id

    def publish(self, connection: sa.Connection, applied: Place, final: Place | None) -> list[ChainChange]:
        """Add what brings a reader to where the graph is; see `ChainJournal.publish`."""
        position = connection.scalar(sa.select(sa.func.max(OUTBOX.c.position)).where(self._mine)) or 0
        changes: list[ChainChange] = []
        for kind, first, block, parent_hash in self._steps(connection, applied, final):
            position += 1
            changes.append(ChainChange(position, kind, first, block.number, block.hash, parent_hash))
        if changes:
            rows = [{"chain_id": self._chain_id, **asdict(change)} for change in changes]
            connection.execute(sa.insert(OUTBOX), rows)
        return changes

    def read(self, connection: sa.Connection, after: int, limit: int) -> list[ChainChange]:
        """Return the changes after a position; see `ChainJournal.read_changes`."""
        oldest = connection.scalar(sa.select(sa.func.min(OUTBOX.c.position)).where(self._mine))
        if oldest is not None and after + 1 < oldest:
            raise ChangesPruned(after, oldest)
        where = self._mine & (OUTBOX.c.position > after)
        statement = sa.select(OUTBOX).where(where).order_by(OUTBOX.c.position).limit(limit)
        return [_change(row) for row in connection.execute(statement)]

    def prune(self, connection: sa.Connection, keep: int) -> int:
        """Drop all but the newest changes; what `publish` goes on from always stays."""
        newest = connection.scalar(sa.select(sa.func.max(OUTBOX.c.position)).where(self._mine)) or 0
        needed = [change.position for change in (self._tip(connection), self._final(connection)) if change]
        below = min([newest - keep + 1, *needed])
        where = self._mine & (OUTBOX.c.position < below)
        return connection.execute(sa.delete(OUTBOX).where(where)).rowcount

    def _steps(
        self, connection: sa.Connection, applied: Place, final: Place | None
    ) -> Iterator[tuple[ChangeKind, int, Place, str]]:
        newest = self._tip(connection)
        told = newest.after if newest else None
        while told is not None and (lost := self._records.orphan_ending_at(connection, told)) is not None:
            yield _step(ChangeKind.UNDONE, lost)
            told = lost.parent
        above = told.number if told else -1
        for record in self._records.after(connection, above, up_to=applied.number):
            yield _step(ChangeKind.APPLIED, record)
        last_final = self._final(connection)
        if final is not None and (last_final is None or last_final.block < final.number):
            yield ChangeKind.FINAL, final.number, final, final.hash

    def _tip(self, connection: sa.Connection) -> ChainChange | None:
        return self._newest(connection, OUTBOX.c.kind != ChangeKind.FINAL)

    def _final(self, connection: sa.Connection) -> ChainChange | None:
        return self._newest(connection, OUTBOX.c.kind == ChangeKind.FINAL)

    def _newest(self, connection: sa.Connection, where: sa.ColumnElement[bool]) -> ChainChange | None:
        statement = sa.select(OUTBOX).where(self._mine & where).order_by(OUTBOX.c.position.desc()).limit(1)
        row = connection.execute(statement).first()
        return None if row is None else _change(row)


def _step(kind: ChangeKind, record: JournalRecord) -> tuple[ChangeKind, int, Place, str]:
    return kind, record.parent.number + 1, record.last, record.parent.hash


def _change(row: sa.Row[tuple[object, ...]]) -> ChainChange:
    return ChainChange(
        row.position, ChangeKind(row.kind), row.first_block, row.block, row.hash, row.parent_hash
    )
