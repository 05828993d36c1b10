"""One deployment for all tests of a module that commit and challenge; each on its own snapshot."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.kit.anvil import MNEMONIC, system_parameters
from tests.kit.chain_scenes import Stage
from tests.kit.court import Court, bond_all
from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.deploy import deploy_system
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import derive_signers


@pytest.fixture(scope="module")
def court_chain() -> Iterator[tuple[str, Deployment]]:
    """A chain with the whole system and three bonded keepers."""
    with AnvilNode(AnvilOptions(mnemonic=MNEMONIC, slots_in_an_epoch=2)) as node:
        yield node.url, asyncio.run(_deploy(node.url))


@pytest_asyncio.fixture
async def court(court_chain: tuple[str, Deployment]) -> AsyncIterator[Court]:
    """The court; what the test does to the chain is taken back after it."""
    url, deployment = court_chain
    async with JsonRpc(url) as rpc:
        snapshot = await rpc.call("evm_snapshot")
        yield Court(Stage(rpc, deployment, derive_signers(MNEMONIC, 10)))
        await rpc.call("evm_revert", snapshot)


async def _deploy(url: str) -> Deployment:
    signers = derive_signers(MNEMONIC, 10)
    parameters = replace(
        system_parameters(signers),
        window_seconds=3_600,
        answer_time_seconds=600,
        challenge_time_seconds=600,
        unbonding_delay_seconds=1_209_600,
    )
    deployment = await deploy_system(url, signers[0], parameters)
    async with JsonRpc(url) as rpc:
        await bond_all(Stage(rpc, deployment, signers))
    return deployment
