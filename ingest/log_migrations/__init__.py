"""Revisions of the log's database, by Alembic: `versions` holds one file each, in order.

A database from before Alembic has the tables of the first revision and is stamped with it. A table that is
added is declared on `log_tables.METADATA` and gets a revision of its own; a test holds the two together.
Owns which revision a database has. Refuses to run at import.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ingest.errors import NewerSchema

BEFORE_ALEMBIC = "m0001"
_FOLDER = Path(__file__).parent


def migrate(
    engine: sa.Engine,
    begin: Callable[[], AbstractContextManager[sa.Connection]],
    lock: Callable[[sa.Connection], None],
) -> None:
    """Bring a database to the newest revision, in one transaction; one that has it is only read.

    Args:
        engine: Of the database.
        begin: Opens a transaction that writes.
        lock: Keeps other writers out, so that of two programs that open a new database one makes it.

    Raises:
        NewerSchema: Its revision is not known here; nothing was changed.
    """
    script = ScriptDirectory(str(_FOLDER))
    with engine.connect() as connection:
        if _revision(connection) == script.get_current_head():
            return
    with begin() as connection:
        lock(connection)
        _upgrade(connection, script)


def _upgrade(connection: sa.Connection, script: ScriptDirectory) -> None:
    revision = _revision(connection)
    known = {step.revision for step in script.walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerSchema(connection.engine.url.render_as_string(hide_password=True), revision)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    if revision is None and sa.inspect(connection).has_table("entries"):
        command.stamp(config, BEFORE_ALEMBIC)
    command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
