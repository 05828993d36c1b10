"""Fixtures of the two databases of the interaction log: a fresh, empty one for each test.

The PostgreSQL server is started once for the whole session.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.interaction_log import InteractionLog
from tests.kit.postgres_server import empty_schema, running_postgres

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """A running PostgreSQL server, the same for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: sa.URL) -> Iterator[str]:
    """The URL of an empty place in a PostgreSQL database."""
    with empty_schema(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=DATABASES)
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each of the two kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def any_log(log_url: str) -> Iterator[InteractionLog]:
    """An empty log in each of the two databases."""
    log = InteractionLog(log_url)
    yield log
    log.close()


def execute(url: str, statement: str, **values: object) -> None:
    """Run one statement behind the log's back."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)
    engine.dispose()
