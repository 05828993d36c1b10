"""A graph database that is gone for a moment is waited for, in the middle of a transaction too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph_schema.transactional_store import TransactionalStore
from tests.kit.broken_store import before_statement
from tests.kit.changing_world import World, rebuilt
from tests.kit.model_transactions import ModelTransaction as Tx
from tests.kit.neo4j_server import Neo4jServer
from tests.kit.tcp_proxy import TcpProxy, proxied
from tests.kit.wiped_graphs import open_on_server, wipe

__all__ = ["rebuilt"]

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.neo4j]


@pytest_asyncio.fixture(loop_scope="module")
async def scene(
    neo4j_server: Neo4jServer, rebuilt: TransactionalStore, tmp_path: Path
) -> AsyncIterator[tuple[World, TcpProxy]]:
    """A graph on a server that is reached through a connection that can be cut."""
    async with proxied(neo4j_server.uri) as (proxy, uri):
        store = await open_on_server(Neo4jServer(uri, neo4j_server.user, neo4j_server.password))
        await wipe(store)
        await wipe(rebuilt)
        world = World(store, rebuilt, tmp_path)
        yield world, proxy
        await wipe(store)
        await store.close()
        await world.rpc.close()
        world.journal.close()


@pytest.mark.parametrize("statement", [0, 4])
async def test_a_cut_connection_is_waited_for(scene: tuple[World, TcpProxy], statement: int) -> None:
    world, proxy = scene
    await world.follow()
    world.mine([Tx("mint_and_sell", (2, 7, 3)), Tx("follow", (2, 3))])

    def cut(_: Any) -> None:
        if not proxy.cuts:
            proxy.cut(seconds=0.3)

    with before_statement(world.store, statement, cut):
        await world.follow()
    assert proxy.cuts == 1
    await world.check()
