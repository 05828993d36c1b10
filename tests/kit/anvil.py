"""A real anvil for tests: one process a session, every test on its own snapshot."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.deploy import SystemParameters, deploy_system
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer, derive_signers
from tunefi.ids import Wei

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


def system_parameters(signers: list[Signer]) -> SystemParameters:
    """Return parameters with short times: keepers 1 to 3, guardian 4, registrar 5."""
    return SystemParameters(
        keepers=tuple(signer.address for signer in signers[1:4]),
        quorum=2,
        min_bond_wei=Wei(10**18),
        guardian=signers[4].address,
        registrar=signers[5].address,
        window_seconds=60,
        answer_time_seconds=60,
        challenge_time_seconds=60,
        unbonding_delay_seconds=600,
        reward_delay_seconds=5,
        voting_delay_seconds=1,
        voting_period_seconds=20,
        late_quorum_extension_seconds=1,
        timelock_delay_seconds=2,
    )


@pytest.fixture(scope="session")
def deployment(anvil_node: AnvilNode, signers: list[Signer]) -> Deployment:
    """The whole system on the session's anvil by admin 0, once: each test takes back what it adds."""
    return asyncio.run(deploy_system(anvil_node.url, signers[0], system_parameters(signers)))
