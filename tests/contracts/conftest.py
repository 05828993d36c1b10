"""The whole system on a chain of its own, with four epochs that are funded and final: tests try cases on it
and send nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.contracts.scene import Scene, build_scene
from tests.kit.anvil import MNEMONIC, signers
from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

__all__ = ["signers"]


@pytest.fixture(scope="session")
def scene(signers: list[Signer]) -> Iterator[Scene]:
    """The deployed system."""
    with AnvilNode(AnvilOptions(mnemonic=MNEMONIC)) as node:
        yield asyncio.run(build_scene(node.url, signers))


@pytest_asyncio.fixture
async def rpc(scene: Scene) -> AsyncIterator[JsonRpc]:
    """A client of its chain."""
    async with JsonRpc(scene.url, timeout_seconds=60.0, batch_limit=25) as client:
        yield client
