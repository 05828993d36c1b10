"""The database of the interaction log: how it is opened, brought to the newest schema, and written to.

Owns durability (a commit is on the disk), who writes (one at a time) and the schema's revision. Refuses to
know what the tables hold.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.errors import UnusableLogUrl
from ingest.log_migrations import migrate

_WRITES = "tunefi_writes"
_LOCK = 7_223_401
_PSYCOPG = "postgresql+psycopg"
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=8192",  # 32 MiB: keys are spread over the index, so few pages are written twice
    "secure_delete=ON",  # what a deletion erases is overwritten
    "busy_timeout=10000",
    "foreign_keys=ON",
)


def open_database(url: str) -> sa.Engine:
    """Return an engine whose database has every table of the newest schema.

    Args:
        url: `sqlite:///PATH`, or a PostgreSQL URL; `postgresql://` means psycopg 3.

    Raises:
        UnusableLogUrl: There is no such database, or no driver for it.
        NewerSchema: A later version of TuneFi has written to it.
    """
    engine = _open_engine(parse_log_url(url))
    try:
        migrate(engine, lambda: writing(engine).begin(), lock_database)
    except BaseException:
        engine.dispose()
        raise
    return engine


def open_existing(url: str) -> sa.Engine:
    """Return an engine for a database that is only read, as it is: of another keeper, or of a backup.

    Raises:
        UnusableLogUrl: There is no such database, or no driver for it.
    """
    parsed = parse_log_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise UnusableLogUrl(f"there is no file {parsed.database}")
    return _open_engine(parsed)


def parse_log_url(url: str) -> sa.URL:
    """Return the parts of a log's URL.

    Raises:
        UnusableLogUrl: It names no database that a log can be kept in.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise UnusableLogUrl("it is not of the form sqlite:///PATH or postgresql://USER@HOST/NAME") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise UnusableLogUrl(f"a log is kept in sqlite or postgresql, not in {parsed.get_backend_name()}")
    return parsed


def writing(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that write: on SQLite they take the write lock when they begin."""
    return engine.execution_options(**{_WRITES: True})


def lock_database(connection: sa.Connection) -> None:
    """Keep every other writer out until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _open_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        engine = _create_postgres(url)
        sa.event.listen(engine, "connect", _configure_postgres)
        return engine
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_postgres(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(url.set(drivername=_PSYCOPG), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise UnusableLogUrl("PostgreSQL needs the driver of `pip install tunefi[postgres]`") from error


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _configure_postgres(connection: Any, _record: Any) -> None:
    """A server may acknowledge before it has written; this log may not."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    connection.commit()
