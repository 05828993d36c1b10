"""Fixtures of the ingestion tests: `new_store` opens more graphs than `store`."""

from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest_asyncio

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from tests.kit.anvil import anvil_node, deployment, rpc, signers

__all__ = ["anvil_node", "deployment", "rpc", "signers"]

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
