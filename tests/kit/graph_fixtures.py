"""Fixtures of the two graph stores: a fresh, empty one for each test.

The Neo4j server is started once for the whole session.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from tests.kit.neo4j_server import Neo4jServer, running_neo4j

STORES = ["ladybug", pytest.param("neo4j", marks=pytest.mark.neo4j)]


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Neo4jServer]:
    """A running Neo4j server, the same for all tests."""
    with running_neo4j() as server:
        yield server


@pytest.fixture
def empty_neo4j(neo4j_server: Neo4jServer) -> Neo4jServer:
    """The running server with no node in it; constraints stay."""
    from neo4j import GraphDatabase

    auth = (neo4j_server.user, neo4j_server.password)
    with GraphDatabase.driver(neo4j_server.uri, auth=auth) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
    return neo4j_server


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An empty graph in each of the two stores."""
    opened = await open_empty(request.param, request, tmp_path)
    yield opened
    await opened.close()


async def open_empty(name: str, request: pytest.FixtureRequest, folder: Path) -> GraphStore:
    """Return an empty graph in the named store."""
    if name == "ladybug":
        return await open_store(f"ladybug:{folder / 'graph.ladybug'}")
    server: Neo4jServer = request.getfixturevalue("empty_neo4j")
    return await open_store(server.uri, user=server.user, password=server.password)
