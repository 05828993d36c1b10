"""Graphs that are opened once for many tests and emptied for each: opening one takes longer than a test."""

from pathlib import Path

from graph_schema.ladybug_store import LadybugStore
from graph_schema.open_store import open_store
from graph_schema.statements import Dialect, Statement
from graph_schema.store import StoreState
from graph_schema.transaction import Transaction
from graph_schema.transactional_store import TransactionalStore
from tests.kit.neo4j_server import Neo4jServer

_BUFFER_POOL_BYTES = 256 << 20
_LABEL = {Dialect.LADYBUG: "label(n) <> 'SchemaVersion'", Dialect.NEO4J: "NOT n:SchemaVersion"}


async def open_small_ladybug(path: Path) -> LadybugStore:
    """Open an embedded graph with little memory, which is opened faster."""
    store = await LadybugStore.open(path, buffer_pool_bytes=_BUFFER_POOL_BYTES)
    await store.migrate()
    return store


async def open_on_server(server: Neo4jServer) -> TransactionalStore:
    """Open the graph of a running server."""
    store = await open_store(server.uri, user=server.user, password=server.password)
    assert isinstance(store, TransactionalStore)
    return store


async def wipe(store: TransactionalStore) -> None:
    """Empty a graph; its schema stays."""

    async def delete(tx: Transaction) -> None:
        await tx.run(Statement(f"MATCH (n) WHERE {_LABEL[tx.dialect]} DETACH DELETE n"))

    await store._in_write(delete)


def assert_same_rows(mine: StoreState, other: StoreState) -> None:
    """Both hold the same rows; what differs is shown."""
    for name, rows in {**mine.nodes, **mine.edges}.items():
        others = other.nodes.get(name, other.edges.get(name))
        if not rows.equals(others):
            assert rows.to_pylist() == others.to_pylist(), name
