"""Fixtures of the ingestion tests: `new_store` opens more graphs than `store`."""

from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from ingest.follower import ChainFollower
from tests.kit.anvil import anvil_node, deployment, rpc, signers
from tests.kit.chain_scenes import Stage
from tests.kit.rows import read_all_rows
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

__all__ = ["anvil_node", "deployment", "rpc", "signers"]

Rows = dict[str, list[dict[str, Any]]]
ReadRows = Callable[[], Coroutine[Any, Any, Rows]]
OpenStore = Callable[[], Coroutine[Any, Any, GraphStore]]


@pytest_asyncio.fixture
async def new_store(tmp_path: Path) -> AsyncIterator[OpenStore]:
    """A function that opens one more empty graph, embedded: what a graph is compared with."""
    opened: list[GraphStore] = []

    async def open_one() -> GraphStore:
        opened.append(await open_store(f"ladybug:{tmp_path / f'graph-{len(opened)}'}"))
        return opened[-1]

    yield open_one
    for one in opened:
        await one.close()


@pytest.fixture
def stage(rpc: JsonRpc, deployment: Deployment, signers: list[Signer]) -> Stage:
    """The deployed system with the people who act on it."""
    return Stage(rpc, deployment, signers)


@pytest.fixture
def follow(stage: Stage, store: GraphStore, new_store: OpenStore) -> ReadRows:
    """A function that takes the chain into the graph and returns all rows.

    A second graph takes it in block by block: what a handler must know of earlier blocks comes from the graph
    there, and from the batch in the first one, and both must say the same.
    """

    async def follow_both() -> Rows:
        await ChainFollower(stage.rpc, store, stage.deployment).follow_to_head()
        rows = await read_all_rows(store)
        slow = await new_store()
        await ChainFollower(stage.rpc, slow, stage.deployment, range_blocks=1).follow_to_head()
        assert await read_all_rows(slow) == rows
        return rows

    return follow_both
