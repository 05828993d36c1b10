"""The development chain starts, keeps its state, and says clearly why it cannot start."""

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tunefi.chain import foundry
from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.blocks import fetch_block, fetch_finalized
from tunefi.chain.errors import AnvilFailed, FoundryMissing, PortInUse
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import derive_signers

pytestmark = pytest.mark.evm
PROGRAM = Path(__file__).parents[2] / "kit" / "anvil_until_killed.py"


async def test_state_blocks_and_receipts_survive_a_restart(tmp_path: Path) -> None:
    options = AnvilOptions(state_file=tmp_path / "new" / "state.json", slots_in_an_epoch=1)
    first, second = derive_signers(options.mnemonic, 2)
    with AnvilNode(options) as node:
        async with JsonRpc(node.url) as rpc:
            receipts = [
                await TransactionSender(rpc, first).send(Transaction(second.address, value_wei=1))
                for _ in range(5)
            ]
            head = await fetch_block(rpc, "latest")
    assert not node.running
    with AnvilNode(options) as node:
        async with JsonRpc(node.url) as rpc:
            assert await fetch_block(rpc, head.number) == head
            assert await fetch_block(rpc, receipts[0].block_hash)
            assert await rpc.call("eth_getTransactionReceipt", receipts[0].transaction_hash)
            again = await TransactionSender(rpc, first).send(Transaction(second.address, value_wei=1))
            assert again.block_number == head.number + 1
            assert (await fetch_finalized(rpc)).number == again.block_number - 2


async def test_a_killed_node_starts_again_from_its_last_dump(tmp_path: Path) -> None:
    options = AnvilOptions(
        state_file=tmp_path / "state.json", block_time_seconds=0.2, state_interval_seconds=1
    )
    node = AnvilNode(options)
    node.start()
    async with JsonRpc(node.url, attempts=1) as rpc:
        while not (tmp_path / "state.json").exists() or (await fetch_block(rpc, "latest")).number < 8:
            assert node.running
    node.kill()
    assert not node.running
    with AnvilNode(options) as node:
        async with JsonRpc(node.url) as rpc:
            assert (await fetch_block(rpc, "latest")).number > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
async def test_a_killed_program_takes_its_node_along_and_loses_no_block(tmp_path: Path) -> None:
    state_file = tmp_path / "state.json"
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), str(state_file), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    said = json.loads(await program.stdout.readline())
    program.kill()
    assert await program.wait() == -signal.SIGKILL
    await _until_gone(urlsplit(said["url"]).port or 0)
    with AnvilNode(AnvilOptions(state_file=state_file)) as node:
        async with JsonRpc(node.url) as rpc:
            assert (await fetch_block(rpc, "latest")).number == said["height"] == 7


async def _until_gone(port: int) -> None:
    """Wait until nobody listens on a port."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        await asyncio.sleep(0.05)
    pytest.fail("anvil outlives the program that started it")


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)):
            AnvilNode(AnvilOptions(port=port)).start()


def test_a_node_that_ends_at_once_says_why(tmp_path: Path) -> None:
    node = AnvilNode(AnvilOptions(mnemonic="no such words", log_file=tmp_path / "anvil.log"))
    with pytest.raises(AnvilFailed, match="ended with code"):
        node.start()
    assert not node.running


def test_a_missing_anvil_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert foundry.find_tool("anvil")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(foundry, "__file__", str(tmp_path / "a" / "b" / "foundry.py"))
    with pytest.raises(FoundryMissing, match="npm ci --prefix contracts"):
        AnvilNode().start()


def test_a_mnemonic_is_not_shown() -> None:
    assert "junk" not in repr(AnvilOptions())
