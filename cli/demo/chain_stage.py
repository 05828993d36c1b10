"""Stage 1: contracts on a chain, keepers bonded, the first epochs' rewards paid in."""

import asyncio
from dataclasses import replace
from typing import Any

from cli.demo.cast import Cast
from cli.demo.economy import Economy
from cli.demo.options import FUNDED_EPOCHS, MIN_BOND_WEI, REWARD_BUDGET_WEI, system_parameters
from tunefi.chain.artifact import list_artifacts, load_artifact
from tunefi.chain.blocks import fetch_block, fetch_finalized
from tunefi.chain.deploy import deploy_system
from tunefi.chain.deployment import (
    Deployment,
    deployment_path,
    fetch_wrong_contracts,
    load_deployment,
    save_deployment,
)
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.hashing import keccak256
from tunefi.home import Home
from tunefi.progress import Progress

_PAUSE_SECONDS = 0.2


def chain_inputs(cast: Cast) -> dict[str, Any]:
    """Return what the deployment depends on: parameters and the contracts' code."""
    codes = {name: keccak256(load_artifact(name).bytecode).hex() for name in list_artifacts()}
    return {"parameters": repr(system_parameters(cast)), "code": codes}


async def wait_for_history(rpc: JsonRpc) -> None:
    """Wait until the finalized block is one of this run.

    A node that was loaded from a file knows the state of its last block only, and what decides about money
    is read at the finalized one, a few seconds behind.
    """
    loaded = (await fetch_block(rpc, "latest")).number
    while loaded and (await fetch_finalized(rpc)).number < loaded:  # noqa: ASYNC110  # blocks come by themselves
        await asyncio.sleep(_PAUSE_SECONDS)


async def verify_deployed(rpc: JsonRpc, home: Home) -> bool:
    """Return whether the recorded contracts are on this chain, code for code."""
    path = deployment_path(home.deployments, await rpc.fetch_chain_id())
    if not path.exists():
        return False
    return not await fetch_wrong_contracts(rpc, load_deployment(path))


async def set_up_chain(rpc: JsonRpc, cast: Cast, home: Home, progress: Progress) -> dict[str, Any]:
    """Deploy the contracts, bond the keepers and pay in the first budgets."""
    sender = TransactionSender(rpc, cast.deployer)
    progress.update(0, 3, "deploying contracts")
    deployment = await _deploy(rpc, cast, home)
    economy = Economy(sender, deployment, cast)
    progress.update(1, 3, "bonding keepers")
    await economy.bond_keepers(MIN_BOND_WEI, cast.keepers)
    progress.update(2, 3, "paying in rewards")
    await economy.fund_epochs(1, FUNDED_EPOCHS, REWARD_BUDGET_WEI)
    progress.update(3, 3, "done")
    return {"contracts": dict(deployment.contracts), "block": deployment.block}


async def _deploy(rpc: JsonRpc, cast: Cast, home: Home) -> Deployment:
    """Deploy by the contracts' script, or return what an interrupted run has deployed."""
    if await verify_deployed(rpc, home):
        return load_deployment(deployment_path(home.deployments, await rpc.fetch_chain_id()))
    deployed = await deploy_system(rpc.url, cast.deployer, system_parameters(cast))
    # Anvil makes a genesis block of its own at each start, and after loading its file shows any of them.
    deployment = replace(deployed, genesis_hash=None)
    save_deployment(deployment, home.deployments)
    return deployment
