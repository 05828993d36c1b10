"""The development chain starts, keeps its state, and says clearly why it cannot start."""

import socket
from pathlib import Path

import pytest

from tunefi.chain import anvil
from tunefi.chain.anvil import AnvilNode, AnvilOptions, find_anvil
from tunefi.chain.blocks import fetch_block, fetch_finalized
from tunefi.chain.errors import AnvilFailed, AnvilMissing, PortInUse
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import derive_signers

pytestmark = pytest.mark.evm


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
    assert find_anvil()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(anvil, "__file__", str(tmp_path / "a" / "b" / "anvil.py"))
    with pytest.raises(AnvilMissing, match="npm ci --prefix contracts"):
        AnvilNode().start()


def test_a_mnemonic_is_not_shown() -> None:
    assert "junk" not in repr(AnvilOptions())
