"""The whole system put on a chain by the contracts' own script, contracts/script/Deploy.s.sol.

Owns running that script. Refuses to know the order of deployment and who may do what: the script decides
and checks both. Refuses to fund, to bond or to choose parameters.
"""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tunefi.chain.blocks import fetch_block
from tunefi.chain.deployment import Deployment, load_deployment
from tunefi.chain.errors import DeploymentFailed
from tunefi.chain.foundry import find_contracts, find_tool
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.ids import ZERO_ADDRESS, Address, Wei

_SCRIPT = "script/Deploy.s.sol:Deploy"
_TIMEOUT_SECONDS = 600.0
_REASON_CHARACTERS = 800


@dataclass(frozen=True, slots=True)
class SystemParameters:
    """What a deployment fixes, in the names of the script's variables (contracts/README.md).

    Attributes:
        keepers: In any order; at most 64.
        quorum: More than half of them.
        window_seconds: How long an epoch is pending when nothing is demanded.
        answer_time_seconds, challenge_time_seconds: For demands and what follows them.
        unbonding_delay_seconds: Longer than window + 2 (answer time + challenge time).
        min_deposit_wei: Of a demand, in wei of ether.
        reward_delay_seconds: Between posting a reward root and its taking force.
        ether_factor, token_factor: What a wei of fees counts as a seed of trust, in millionths.
        sequencer_feed: Says whether a rollup's sequencer is up; zero on other chains.
        treasury: Gets the protocol fees; None: the deployer.
        supply_recipient: Gets the token's supply; None: the deployer.
        guardian_term_seconds: From the deployment on.
    """

    keepers: tuple[Address, ...]
    quorum: int
    min_bond_wei: Wei
    guardian: Address
    registrar: Address
    window_seconds: int = 86_400
    answer_time_seconds: int = 86_400
    challenge_time_seconds: int = 86_400
    max_validity_seconds: int = 86_400
    min_deposit_wei: Wei = Wei(10**16)  # noqa: RUF009
    deposit_gas_multiple: int = 2
    withholding_penalty_bps: int = 5_000
    unstaking_delay_seconds: int = 604_800
    unbonding_delay_seconds: int = 1_209_600
    reward_delay_seconds: int = 172_800
    fee_bps: int = 500
    market_fee_bps: int = 250
    ether_factor: int = 1_000_000
    token_factor: int = 1_000_000
    supply_wei: Wei = Wei(10**27)  # noqa: RUF009
    cap_wei: Wei = Wei(2 * 10**27)  # noqa: RUF009
    voting_delay_seconds: int = 86_400
    voting_period_seconds: int = 604_800
    late_quorum_extension_seconds: int = 86_400
    proposal_threshold_wei: Wei = Wei(10**23)  # noqa: RUF009
    quorum_percent: int = 4
    timelock_delay_seconds: int = 172_800
    guardian_term_seconds: int = 15_552_000
    sequencer_feed: Address = ZERO_ADDRESS
    treasury: Address | None = None
    supply_recipient: Address | None = None


async def deploy_system(rpc_url: str, deployer: Signer, parameters: SystemParameters) -> Deployment:
    """Deploy, wire and check every contract, hand everything to governance, and return where all is.

    Args:
        rpc_url: The node.
        deployer: Pays; keeps no permission.
        parameters: What the deployment fixes.

    Raises:
        FoundryMissing, ContractsMissing: forge or the contracts' sources are not here.
        DeploymentFailed: The script ended with an error; the message holds it.
    """
    with tempfile.TemporaryDirectory(dir=_scratch_folder()) as scratch:
        await _run_script(rpc_url, script_variables(deployer, parameters), Path(scratch))
        deployment = _load_only(Path(scratch))
    async with JsonRpc(rpc_url) as rpc:
        genesis = await fetch_block(rpc, 0)
    return replace(deployment, genesis_hash=genesis.hash)


def script_variables(deployer: Signer, parameters: SystemParameters) -> dict[str, str]:
    """Return the script's variables: each field in capitals behind TUNEFI_, and the key."""
    values = {name: getattr(parameters, name) for name in parameters.__dataclass_fields__}
    values["keepers"] = ",".join(sorted(parameters.keepers))
    for name in ("treasury", "supply_recipient"):
        values[name] = values[name] or deployer.address
    variables = {f"TUNEFI_{name.upper()}": str(value) for name, value in values.items()}
    return {**variables, "TUNEFI_DEPLOYER_KEY": "0x" + deployer.export_key().removeprefix("0x")}


async def _run_script(rpc_url: str, variables: Mapping[str, str], records: Path) -> None:
    """Run the script; key and address travel in the environment, because anyone can read a command line."""
    environment = {
        **os.environ,
        **variables,
        "TUNEFI_RPC_URL": rpc_url,
        "TUNEFI_DEPLOYMENTS_DIR": str(records),
        "FOUNDRY_BROADCAST": str(records / "broadcast"),
        "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1",
    }
    process = await asyncio.create_subprocess_exec(
        *(str(find_tool("forge")), "script", _SCRIPT, "--rpc-url", "target", "--broadcast", "--slow"),
        cwd=find_contracts(),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _TIMEOUT_SECONDS)
    except TimeoutError as error:
        raise DeploymentFailed(f"forge did not end within {_TIMEOUT_SECONDS:g} s") from error
    finally:
        await _end(process)
    if process.returncode:
        raise DeploymentFailed(output.decode(errors="replace").strip()[-_REASON_CHARACTERS:])


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill forge unless it has ended, and close its pipe: left alone it would go on deploying."""
    if process.returncode is None:
        process.kill()
        await process.communicate()


def _load_only(folder: Path) -> Deployment:
    written = sorted(folder.glob("*.json"))
    if len(written) != 1:
        raise DeploymentFailed(f"the script wrote {len(written)} records instead of one")
    return load_deployment(written[0])


def _scratch_folder() -> Path:
    """Return the one folder besides the project's own that the script may write to."""
    folder = find_contracts() / "cache" / "deployments"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
