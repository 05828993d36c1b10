"""The table of the interaction log, and how its database is opened.

Owns the schema, fit for SQLite and PostgreSQL, and durability: a commit is on the disk. Refuses to know
what an entry says.
"""

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()

ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("account", sa.String(42), nullable=True),
    sa.Column("scope", sa.String(64), nullable=False),
    sa.Column("idempotency_key", sa.LargeBinary(32), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=True, comment="null once erased"),
    sa.Column("salt", sa.LargeBinary(32), nullable=True, comment="null once erased"),
    sa.Column("content_hash", sa.LargeBinary(32), nullable=False, comment="keccak256(salt || payload)"),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("appended_at", sa.BigInteger, nullable=False, comment="microseconds UTC"),
    sa.UniqueConstraint("scope", "idempotency_key", name="entries_idempotency"),
    sa.Index("entries_account", "account", "position"),
)

_WRITES = "tunefi_writes"


def open_engine(url: str) -> sa.Engine:
    """Return an engine for `sqlite:///PATH` or a PostgreSQL URL; SQLite is in WAL mode with full fsync."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that write: on SQLite they take the write lock when they begin."""
    return engine.execution_options(**{_WRITES: True})


def lock_log(connection: sa.Connection) -> None:
    """Keep every other writer out until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7223401)"))


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
