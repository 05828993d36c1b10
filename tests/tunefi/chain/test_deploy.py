"""The system goes on a real chain, and only those may act who should."""

import asyncio
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.kit.anvil import system_parameters
from tunefi.chain import deploy
from tunefi.chain.artifact import list_artifacts, load_artifact
from tunefi.chain.blocks import fetch_block
from tunefi.chain.deploy import script_variables
from tunefi.chain.deployment import Deployment, deployment_path, load_deployment, save_deployment
from tunefi.chain.errors import (
    DeploymentFailed,
    DeploymentMalformed,
    DeploymentMissing,
    TransactionReverted,
    UnknownArtifact,
    UnknownMember,
)
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.foundry import find_contracts, find_tool
from tunefi.chain.logs import fetch_block_logs, fetch_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.chain.signing import Signer

pytestmark = pytest.mark.evm


async def test_every_packaged_contract_is_deployed(deployment: Deployment) -> None:
    assert sorted(deployment.contracts) == list_artifacts()
    assert len(set(deployment.contracts.values())) == len(deployment.contracts)


async def test_a_trial_without_broadcast_writes_no_record(
    rpc: JsonRpc, signers: list[Signer], tmp_path: Path
) -> None:
    head = await fetch_block(rpc, "latest")
    trial = await asyncio.to_thread(_try_script, rpc.url, signers, tmp_path)
    assert trial.returncode == 0, trial.stderr
    assert "SIMULATION COMPLETE" in trial.stdout
    assert not (tmp_path / "deployments").exists()
    assert await fetch_block(rpc, "latest") == head


async def test_the_keepers_are_set_in_ascending_order(
    deployment: Deployment, rpc: JsonRpc, signers: list[Signer]
) -> None:
    graph = deployment.contract("RecommendationGraph")
    assert list(await graph.read(rpc, "keepers")) == sorted(signer.address for signer in signers[1:4])
    assert await graph.read(rpc, "quorum") == 2
    assert await graph.read(rpc, "window") == 60


async def test_only_the_registrar_registers_artists(
    deployment: Deployment, rpc: JsonRpc, signers: list[Signer]
) -> None:
    music = deployment.contract("MusicNFT")
    registration = music.transaction("registerArtist", "artist:1", signers[7].address)
    with pytest.raises(TransactionReverted) as caught:
        await TransactionSender(rpc, signers[6]).send(registration)
    assert caught.value.error == "AccessManagedUnauthorized"
    assert caught.value.arguments == {"caller": signers[6].address}
    receipt = await TransactionSender(rpc, signers[5]).send(registration)
    (event,) = decode_logs(receipt.logs, deployment.abis()).events
    assert (event.contract, event.name) == ("MusicNFT", "ArtistRegistered")
    assert event.arguments["controller"] == signers[7].address
    assert event.arguments["artistId"] == "artist:1"


async def test_the_guardian_and_nobody_else_pauses(
    deployment: Deployment, rpc: JsonRpc, signers: list[Signer]
) -> None:
    graph = deployment.contract("RecommendationGraph")
    until = (await fetch_block(rpc, "latest")).timestamp_at // 1_000_000 + 600
    with pytest.raises(TransactionReverted, match="AccessManagedUnauthorized"):
        await TransactionSender(rpc, signers[0]).send(graph.transaction("pauseCommits", until))
    await TransactionSender(rpc, signers[4]).send(graph.transaction("pauseCommits", until))
    assert await graph.read(rpc, "pausedUntil") == until


async def test_every_log_of_the_deployment_decodes(deployment: Deployment, rpc: JsonRpc) -> None:
    head = await fetch_block(rpc, "latest")
    logs = await fetch_logs(rpc, deployment.block, head.number, list(deployment.contracts.values()))
    decoded = decode_logs(logs, deployment.abis())
    assert decoded.set_aside == []
    assert {event.name for event in decoded.events} >= {
        "Transfer",
        "KeeperSetChanged",
        "ParametersSet",
        "RoleGranted",
    }
    last = [log for log in logs if log.block_hash == head.hash]
    assert await fetch_block_logs(rpc, head.hash, list(deployment.contracts.values())) == last != []


async def test_a_log_that_does_not_decode_is_set_aside_with_its_reason(
    deployment: Deployment, rpc: JsonRpc
) -> None:
    logs = await fetch_logs(rpc, deployment.block, deployment.block + 40, list(deployment.contracts.values()))
    good = next(log for log in logs if log.address == deployment.contracts["RecommendationGraph"])
    cut = type(good)(good.address, good.topics, good.data[:-1], *_place(good))
    strange = type(good)(good.address, (bytes(32),), good.data, *_place(good))
    anonymous = type(good)(good.address, (), b"", *_place(good))
    decoded = decode_logs([cut, good, strange, anonymous], deployment.abis())
    assert [type(event) for event in decoded.events] == [ChainEvent]
    assert [aside.log for aside in decoded.set_aside] == [cut, strange, anonymous]
    assert "does not decode" in decoded.set_aside[0].reason


async def test_an_interrupted_deployment_leaves_no_forge_behind(rpc: JsonRpc, signers: list[Signer]) -> None:
    """Nor an open pipe: the interpreter would warn of it, and a warning is an error here."""
    deploying = asyncio.create_task(deploy.deploy_system(rpc.url, signers[0], system_parameters(signers)))
    forge = await _wait_for_forge()
    deploying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await deploying
    assert not any(process.is_running() for process in forge)


async def test_a_deployment_that_takes_too_long_is_ended_and_said(
    rpc: JsonRpc, signers: list[Signer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "_TIMEOUT_SECONDS", 0.05)
    with pytest.raises(DeploymentFailed, match=r"did not end within 0\.05 s"):
        await deploy.deploy_system(rpc.url, signers[0], system_parameters(signers))
    assert _forge_runs() == []


async def test_a_deployment_is_saved_and_loaded(deployment: Deployment, tmp_path: Path) -> None:
    path = save_deployment(deployment, tmp_path)
    assert path == deployment_path(tmp_path, 31337)
    assert load_deployment(path) == deployment


def test_a_missing_or_damaged_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeploymentMissing, match="31337"):
        load_deployment(deployment_path(tmp_path, 31337))
    path = tmp_path / "31337.json"
    for text in ("{", "[]", '{"chain_id": 1, "block": 0, "contracts": {"TuneToken": "0x12"}}'):
        path.write_text(text)
        with pytest.raises(DeploymentMalformed, match="31337"):
            load_deployment(path)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownArtifact, match="Nothing"):
        load_artifact("Nothing")
    with pytest.raises(UnknownMember, match="no single member"):
        load_artifact("TuneToken").abi.encode_call("mint", 1)


def _try_script(rpc_url: str, signers: list[Signer], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_tool("forge"), "script", "script/Deploy.s.sol:Deploy", "--rpc-url", "target"],
        cwd=find_contracts(),
        env={
            **os.environ,
            **script_variables(signers[0], system_parameters(signers)),
            "TUNEFI_RPC_URL": rpc_url,
            "TUNEFI_DEPLOYMENTS_DIR": str(folder / "deployments"),
            "FOUNDRY_BROADCAST": str(folder / "broadcast"),
        },
        capture_output=True,
        check=False,
        text=True,
    )


def _place(log):  # type: ignore[no-untyped-def]
    return log.block_number, log.block_hash, log.transaction_hash, log.log_index


async def _wait_for_forge() -> list[psutil.Process]:
    """Return forge once it has run for a moment: asyncio itself cleans up while it is being started."""
    for _ in range(3_000):
        if found := _forge_runs():
            await asyncio.sleep(0.2)
            return found
        await asyncio.sleep(0.01)
    pytest.fail("forge was not started")


def _forge_runs() -> list[psutil.Process]:
    """Return this program's forge processes."""
    return [child for child in psutil.Process().children() if child.name() == "forge"]
