"""What an operator checks before starting a service: one function a check, each with a remedy.

Owns the list. A check never changes anything, and a failing one never hides the next.
"""

import importlib.util
import shutil
from collections.abc import AsyncIterator, Callable
from typing import Any

from tunefi.chain.blocks import fetch_finalized
from tunefi.chain.deployment import Deployment, fetch_wrong_contracts, load_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.check_result import CheckResult
from tunefi.errors import TuneFiError
from tunefi.settings import Settings

_MIN_FREE_GIB = 2.0
_GIB = 1024**3


async def run_checks(settings: Settings, deployment_file: Callable[[], Any]) -> AsyncIterator[CheckResult]:
    """Yield one result after another.

    Args:
        settings: What is to be checked.
        deployment_file: Returns the path of the deployment's record.
    """
    yield _check_home(settings)
    yield _check_disk(settings)
    yield _check_parts()
    yield _check_secrets(settings)
    async with JsonRpc(*settings.rpc_url, attempts=1) as rpc:
        nodes = [await _check_node(url, settings) for url in settings.rpc_url]
        for node in nodes:
            yield node
        if not any(node.ok for node in nodes):
            return
        yield await _check_finalized(rpc)
        deployment, result = _check_deployment(deployment_file)
        yield result
        if deployment is None:
            return
        yield await _check_code(rpc, deployment)
        async for result in _check_keepers(rpc, deployment, settings):
            yield result


def _check_home(settings: Settings) -> CheckResult:
    try:
        settings.paths.create()
        probe = settings.home / ".writable"
        probe.write_text("")
        probe.unlink()
    except (TuneFiError, OSError) as error:
        return CheckResult("home", False, str(error), "set TUNEFI_HOME to a folder that you may write")
    return CheckResult("home", True, str(settings.home))


def _check_disk(settings: Settings) -> CheckResult:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    free_gib = shutil.disk_usage(folder).free / _GIB
    detail = f"{free_gib:.1f} GiB free at {folder}"
    remedy = f"free disk until {_MIN_FREE_GIB:.0f} GiB are left, or move TUNEFI_HOME"
    return CheckResult("disk", free_gib >= _MIN_FREE_GIB, detail, remedy)


def _check_parts() -> CheckResult:
    wanted = {"serve": "fastapi", "keepers": "apscheduler", "train": "torch_geometric", "neo4j": "neo4j"}
    absent = [extra for extra, module in wanted.items() if importlib.util.find_spec(module) is None]
    essential = [extra for extra in absent if extra in {"serve", "keepers"}]
    detail = f"extras not installed: {', '.join(absent)}" if absent else "all extras are installed"
    return CheckResult("packages", not essential, detail, f"pip install 'tunefi[{','.join(absent)}]'")


def _check_secrets(settings: Settings) -> CheckResult:
    try:
        for key in settings.keeper_keys:
            Signer.from_hex(key.get_secret_value())
        if settings.operator_key is not None:
            Signer.from_hex(settings.operator_key.get_secret_value())
        if settings.keeper_keys and settings.epoch_secret is None:
            return CheckResult(
                "keys",
                False,
                "keeper keys without an epoch secret",
                "set TUNEFI_EPOCH_SECRET to the keepers' shared 32 bytes",
            )
    except TuneFiError as error:
        return CheckResult("keys", False, str(error), "a key is 32 bytes in hexadecimal, with or without 0x")
    return CheckResult("keys", True, f"{len(settings.keeper_keys)} keeper keys")


async def _check_node(url: str, settings: Settings) -> CheckResult:
    async with JsonRpc(url, attempts=1) as rpc:
        try:
            await rpc.check_chain_id(settings.chain_id)
        except TuneFiError as error:
            return CheckResult(
                "node", False, str(error), "start the node, or correct TUNEFI_RPC_URL and TUNEFI_CHAIN_ID"
            )
        return CheckResult("node", True, f"chain {settings.chain_id} at {rpc.node}")


async def _check_finalized(rpc: JsonRpc) -> CheckResult:
    try:
        header = await fetch_finalized(rpc)
    except TuneFiError as error:
        return CheckResult(
            "finality",
            False,
            str(error),
            "use a node that knows the `finalized` tag: nothing is paid without it",
        )
    return CheckResult("finality", True, f"finalized block {header.number}")


def _check_deployment(deployment_file: Callable[[], Any]) -> tuple[Deployment | None, CheckResult]:
    try:
        deployment = load_deployment(deployment_file())
    except TuneFiError as error:
        return None, CheckResult(
            "deployment", False, str(error), "set TUNEFI_DEPLOYMENT to the record of the deployment"
        )
    return deployment, CheckResult(
        "deployment", True, f"{len(deployment.contracts)} contracts since block {deployment.block}"
    )


async def _check_code(rpc: JsonRpc, deployment: Deployment) -> CheckResult:
    wrong = await fetch_wrong_contracts(rpc, deployment)
    detail = (
        f"other code, or none, at {', '.join(wrong)}" if wrong else "every contract has the recorded code"
    )
    return CheckResult(
        "contracts", not wrong, detail, "the record is of another chain or of an earlier deployment"
    )


async def _check_keepers(
    rpc: JsonRpc, deployment: Deployment, settings: Settings
) -> AsyncIterator[CheckResult]:
    graph, staking = deployment.contract("RecommendationGraph"), deployment.contract("StakingContract")
    minimum = await graph.read(rpc, "minBond")
    for key in settings.keeper_keys:
        address = Signer.from_hex(key.get_secret_value()).address
        member = await graph.read(rpc, "isKeeper", address)
        bond = await staking.read(rpc, "bondOf", address)
        detail = f"{address}: {'in' if member else 'not in'} the keeper set, bond {bond} of {minimum} wei"
        remedy = "ask governance to add the keeper, and bond the missing tokens in StakingContract"
        yield CheckResult("keeper", bool(member) and bond >= minimum, detail, remedy)
