"""A real anvil for tests: one process a session, every test on its own snapshot."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer, derive_signers

MNEMONIC = "test test test test test test test test test test test junk"


@pytest.fixture(scope="session")
def anvil_node() -> Iterator[AnvilNode]:
    """Anvil that mines a block for each transaction and whose `finalized` lags four blocks behind."""
    with AnvilNode(AnvilOptions(mnemonic=MNEMONIC, slots_in_an_epoch=2)) as node:
        yield node


@pytest_asyncio.fixture
async def rpc(anvil_node: AnvilNode) -> AsyncIterator[JsonRpc]:
    """A client of the session's anvil; what the test does to the chain is taken back after it."""
    async with JsonRpc(anvil_node.url) as client:
        snapshot = await client.call("evm_snapshot")
        yield client
        await client.call("evm_revert", snapshot)


@pytest.fixture(scope="session")
def signers() -> list[Signer]:
    """Anvil's ten funded accounts."""
    return derive_signers(MNEMONIC, 10)


async def mine(client: JsonRpc, blocks: int) -> None:
    """Mine empty blocks."""
    await client.call("anvil_mine", hex(blocks))
