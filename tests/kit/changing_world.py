"""A chain in memory and a graph that follows it: the scene of the tests of reorganisations and power cuts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph_schema.store import StoreState
from graph_schema.transactional_store import TransactionalStore
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from tests.kit.graph_fixtures import STORES
from tests.kit.model_chain import CHAIN_ID, ModelChain, ModelNode, model_client, model_deployment
from tests.kit.model_transactions import ModelTransaction as Tx
from tests.kit.wiped_graphs import assert_same_rows, open_on_server, open_small_ladybug, wipe

WINDOW = 4
MINT, BUY = Tx("mint", (1, 7)), Tx("buy", (1, 2, 3))


class World:
    """A chain whose first three blocks are final, a graph that follows it, and one to compare it with."""

    def __init__(self, store: TransactionalStore, rebuilt: TransactionalStore, folder: Path) -> None:
        self.chain = ModelChain()
        self.rpc = model_client(ModelNode(self.chain))
        self.store, self._rebuilt = store, rebuilt
        self.journal = ChainJournal(f"sqlite:///{folder / 'log.sqlite'}", CHAIN_ID)
        self.mine([MINT], [], [BUY])
        self.chain.finalize(3)

    def mine(self, *blocks: list[Tx]) -> None:
        """Mine blocks of these transactions."""
        for transactions in blocks:
            self.chain.mine(*transactions)

    async def follow(self, **options: Any) -> int:
        """Follow to the head as a program that just started, and return how many blocks were undone."""
        follower = ChainFollower(self.rpc, self.store, model_deployment(), journal=self.journal, **options)
        return (await follower.follow_to_head()).undone_blocks

    async def state(self) -> StoreState:
        """All rows of the graph at the head."""
        return await self.store.read_state(self.chain.head)

    async def check(self) -> StoreState:
        """Compare the graph with one that is built from nothing, at the head and at the final block."""
        await ChainFollower(self.rpc, self._rebuilt, model_deployment()).follow_to_head()
        for height in (self.chain.final, self.chain.head):
            mine, other = await self.store.read_state(height), await self._rebuilt.read_state(height)
            assert_same_rows(mine, other)
            assert mine.pending == other.pending
            assert await self.store.read_digest(height) == await self._rebuilt.read_digest(height)
        return mine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TransactionalStore]:
    """A graph to build from nothing."""
    store = await open_small_ladybug(tmp_path_factory.mktemp("rebuilt") / "graph.ladybug")
    yield store
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=STORES)
async def followed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TransactionalStore]:
    """The graph that follows, in each of the two stores."""
    if request.param == "neo4j":
        store = await open_on_server(request.getfixturevalue("neo4j_server"))
    else:
        store = await open_small_ladybug(tmp_path_factory.mktemp("followed") / "graph.ladybug")
    yield store
    await wipe(store)
    await store.close()


@pytest_asyncio.fixture(loop_scope="module")
async def world(
    followed: TransactionalStore, rebuilt: TransactionalStore, tmp_path: Path
) -> AsyncIterator[World]:
    """An empty graph and a young chain."""
    await wipe(followed)
    await wipe(rebuilt)
    world = World(followed, rebuilt, tmp_path)
    yield world
    await world.rpc.close()
    world.journal.close()
