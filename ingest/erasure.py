"""What a deletion erases from the log: payloads and salts of what its account said before it.

Owns which entries these are, and that their bytes leave the disk. Refuses to decide when: that depends on
the epochs built on them, which keepers know.
"""

from contextlib import closing
from typing import NamedTuple

import sqlalchemy as sa

from ingest.entries import Kind
from ingest.log_tables import ENTRIES, IS_DELETION
from tunefi.ids import Address, LogPosition


class Deletion(NamedTuple):
    """The newest deletion of an account, and where it stands in the log."""

    account: Address
    position: LogPosition


_OTHER = ENTRIES.alias("other")
_SAID_BEFORE = (
    (_OTHER.c.account == ENTRIES.c.account)
    & (_OTHER.c.position < ENTRIES.c.position)
    & (_OTHER.c.kind != Kind.DELETE.value)
    & _OTHER.c.payload.is_not(None)
)


def read_open_deletions(connection: sa.Connection, up_to: int) -> list[Deletion]:
    """Return the deletions up to a position of accounts that have something left to erase."""
    statement = (
        sa.select(ENTRIES.c.account, sa.func.max(ENTRIES.c.position))
        .where(IS_DELETION, ENTRIES.c.position <= up_to, sa.exists().where(_SAID_BEFORE))
        .group_by(ENTRIES.c.account)
        .order_by(sa.func.max(ENTRIES.c.position))
    )
    return [Deletion(*row) for row in connection.execute(statement)]


def erase_entries(connection: sa.Connection, deletion: Deletion) -> int:
    """Erase what an account said before its deletion, deletions apart; return how many entries."""
    where = (
        (ENTRIES.c.account == deletion.account)
        & (ENTRIES.c.position < deletion.position)
        & (ENTRIES.c.kind != Kind.DELETE.value)
        & ENTRIES.c.payload.is_not(None)
    )
    return connection.execute(sa.update(ENTRIES).where(where).values(payload=None, salt=None)).rowcount


def read_unexplained(connection: sa.Connection, after: int, up_to: int) -> LogPosition | None:
    """Return the first erased entry of a range whose account is not deleted within it, or None."""
    explained = (
        (_OTHER.c.account == ENTRIES.c.account)
        & (_OTHER.c.position > ENTRIES.c.position)
        & (_OTHER.c.position <= up_to)
        & (_OTHER.c.kind == Kind.DELETE.value)
    )
    statement = sa.select(sa.func.min(ENTRIES.c.position)).where(
        ENTRIES.c.payload.is_(None),
        ENTRIES.c.position > after,
        ENTRIES.c.position <= up_to,
        ~sa.exists().where(explained),
    )
    found: int | None = connection.scalar(statement)
    return None if found is None else LogPosition(found)


def clean_disk(engine: sa.Engine) -> None:
    """Let go of the pages that still hold what was erased.

    SQLite overwrites as it erases (`secure_delete`), and its write-ahead log is emptied here. PostgreSQL
    frees the room, and writes over it when it needs it.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {ENTRIES.name}")
        return
    with closing(engine.raw_connection()) as raw:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
