"""The log's database is brought to the newest schema when it is opened, and loses nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import ingest.journal_tables  # noqa: F401 (declares its tables)
from ingest.entries import Entry
from ingest.errors import NewerSchema, UnusableLogUrl
from ingest.interaction_log import InteractionLog
from ingest.log_database import open_database
from ingest.log_tables import METADATA
from tests.kit.entries import build_listen
from tests.kit.log_fixtures import execute

OLD_TABLE = """
CREATE TABLE entries (
    position BIGINT NOT NULL PRIMARY KEY, kind VARCHAR(16) NOT NULL, account VARCHAR(42),
    scope VARCHAR(64) NOT NULL, idempotency_key {bytes} NOT NULL, payload {bytes}, salt {bytes},
    content_hash {bytes} NOT NULL, hash {bytes} NOT NULL, appended_at BIGINT NOT NULL,
    CONSTRAINT entries_idempotency UNIQUE (scope, idempotency_key)
)"""


def test_revisions_make_what_the_tables_declare(log_url: str) -> None:
    engine = open_database(log_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        found = sa.inspect(connection).get_unique_constraints("entries")
    assert [constraint["column_names"] for constraint in found] == [["idempotency_key", "scope"]]
    engine.dispose()


def test_a_log_from_before_revisions_is_stamped_and_keeps_its_entries(log_url: str, tmp_path: Path) -> None:
    entries: list[Entry] = [build_listen(number) for number in range(20)]
    source = InteractionLog.at_path(tmp_path / "source.sqlite")
    head = source.append(entries)[-1]
    execute(log_url, OLD_TABLE.format(bytes="BLOB" if log_url.startswith("sqlite") else "BYTEA"))
    execute(log_url, "CREATE INDEX entries_account ON entries (account, position)")
    _copy_rows(source, log_url)
    log = InteractionLog(log_url)
    assert log.check_chain().hash == head.hash
    assert [stored.entry for stored in log.read(0, 100)] == entries
    assert all(receipt.duplicate for receipt in log.append(entries))
    log.close()
    test_revisions_make_what_the_tables_declare(log_url)


def _copy_rows(source: InteractionLog, url: str) -> None:
    engine = sa.create_engine(url)
    table = METADATA.tables["entries"]
    with source._engine.connect() as reading, engine.begin() as writing:
        writing.execute(sa.insert(table), [row._asdict() for row in reading.execute(sa.select(table))])
    source.close()
    engine.dispose()


def test_a_log_of_a_later_version_is_refused_and_left_as_it_is(log_url: str) -> None:
    InteractionLog(log_url).close()
    execute(log_url, "UPDATE alembic_version SET version_num = 'm9999'")
    with pytest.raises(NewerSchema, match="m9999"):
        InteractionLog(log_url)
    execute(log_url, "UPDATE alembic_version SET version_num = 'm0005'")
    InteractionLog(log_url).close()


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(log_url: str) -> None:
    engine = open_database(log_url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()


@pytest.mark.parametrize("url", ["", "log.sqlite", "mysql://localhost/log", "sqlite"])
def test_a_url_of_no_log_is_refused_with_the_forms_that_are(url: str) -> None:
    with pytest.raises(UnusableLogUrl, match="sqlite"):
        InteractionLog(url)
