"""Fixtures of the keeper tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from graph_schema.open_store import open_store
from tests.keepers.world import World, build_world
from tests.kit.anvil import anvil_node, deployment, rpc, signers
from tests.kit.chain_scenes import Stage
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

__all__ = ["anvil_node", "deployment", "rpc", "signers"]


@pytest_asyncio.fixture
async def world(
    rpc: JsonRpc, deployment: Deployment, signers: list[Signer], tmp_path: Path
) -> AsyncIterator[World]:
    """A small world whose graph is a Ladybug of its own."""
    store = await open_store(f"ladybug:{tmp_path / 'graph.ladybug'}")
    found = await build_world(Stage(rpc, deployment, signers), store, tmp_path)
    yield found
    found.log.close()
    await store.close()
