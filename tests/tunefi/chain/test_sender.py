"""Transactions arrive in order and once, and a refusal says why."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ingest.handlers.music import EditionTerms
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import MalformedArguments, TransactionNotMined, TransactionReverted
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import Signer

pytestmark = pytest.mark.evm


@pytest.fixture
def sender(rpc: JsonRpc, signers: list[Signer]) -> TransactionSender:
    return TransactionSender(rpc, signers[0])


async def balance(rpc: JsonRpc, address: str) -> int:
    return int(await rpc.call("eth_getBalance", address, "latest"), 16)


async def test_many_transactions_of_many_signers_arrive_once_each(
    sender: TransactionSender, rpc: JsonRpc, signers: list[Signer]
) -> None:
    target = "0x" + "77" * 20
    transactions = [Transaction(target, value_wei=1, signer=signers[n % 4]) for n in range(60)]
    receipts = await sender.send_many(transactions)
    assert len({receipt.transaction_hash for receipt in receipts}) == 60
    assert await balance(rpc, target) == 60


async def test_two_senders_of_one_key_do_not_disturb_each_other(
    sender: TransactionSender, rpc: JsonRpc, signers: list[Signer]
) -> None:
    other = TransactionSender(rpc, signers[0])
    target = "0x" + "78" * 20
    for one in (sender, other, sender, other):
        await one.send(Transaction(target, value_wei=1))
    assert await balance(rpc, target) == 4


async def test_tasks_share_a_sender(sender: TransactionSender, rpc: JsonRpc) -> None:
    target = "0x" + "79" * 20
    await asyncio.gather(*(sender.send(Transaction(target, value_wei=1)) for _ in range(10)))
    assert await balance(rpc, target) == 10


async def test_a_revert_is_named_before_anything_is_sent(
    sender: TransactionSender, rpc: JsonRpc, signers: list[Signer], deployment: Deployment
) -> None:
    before = await rpc.call("eth_blockNumber")
    stake = deployment.contract("StakingContract").transaction("stake", 0)
    for attempt in (sender.send(stake), sender.simulate(stake)):
        with pytest.raises(TransactionReverted, match="nothing was sent") as caught:
            await attempt
        assert (caught.value.error, caught.value.arguments) == ("ZeroAmount", {})
    unstake = deployment.contract("StakingContract").transaction("unstake", 5, signer=signers[3])
    with pytest.raises(TransactionReverted) as caught:
        await sender.send(unstake)
    assert caught.value.error == "InsufficientBalance"
    assert caught.value.arguments == {"account": signers[3].address, "available": 0, "wanted": 5}
    assert await rpc.call("eth_blockNumber") == before


async def test_an_error_of_a_contract_behind_the_contract_is_named(
    sender: TransactionSender, deployment: Deployment
) -> None:
    with pytest.raises(TransactionReverted, match="ERC20InsufficientAllowance"):
        await sender.send(deployment.contract("StakingContract").transaction("stake", 5))


async def test_a_view_that_reverts_says_why(rpc: JsonRpc, deployment: Deployment) -> None:
    with pytest.raises(TransactionReverted, match="WrongKeeperSet"):
        await deployment.contract("RecommendationGraph").read(rpc, "checkKeepers", 99, [])


async def test_a_revert_in_its_block_is_explained(
    sender: TransactionSender, rpc: JsonRpc, signers: list[Signer], deployment: Deployment
) -> None:
    """Two transactions that are fine one by one: the second of a block finds the state changed."""
    music = deployment.contract("MusicNFT")
    await sender.send(music.transaction("registerArtist", "a", signers[7].address, signer=signers[5]))
    await sender.send(
        music.transaction(
            "mintEdition", EditionTerms("a", "t", 1, 10, royalty_bps=1_000, uri="u"), signer=signers[7]
        )
    )
    await rpc.call("evm_setAutomine", False)
    try:
        purchases = [
            music.transaction("purchase", 1, 1, s.address, value_wei=10, signer=s) for s in signers[8:]
        ]
        sending = asyncio.create_task(sender.send_many(purchases))
        await until_pooled(rpc, 2)
        await rpc.call("evm_mine")
        with pytest.raises(TransactionReverted) as caught:
            await sending
    finally:
        await rpc.call("evm_setAutomine", True)
    assert caught.value.error == "SoldOut"
    assert caught.value.transaction_hash is not None


async def until_pooled(rpc: JsonRpc, count: int) -> None:
    """Wait until so many transactions wait for a block."""
    for _ in range(500):
        if int((await rpc.call("txpool_status"))["pending"], 16) == count:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"never {count} transactions in the pool")


async def test_a_transaction_that_is_not_mined_is_named(rpc: JsonRpc, signers: list[Signer]) -> None:
    await rpc.call("evm_setAutomine", False)
    try:
        hasty = TransactionSender(rpc, signers[0], wait_seconds=0.1)
        with pytest.raises(TransactionNotMined, match="not in a block"):
            await hasty.send(Transaction(signers[1].address, value_wei=1))
        await rpc.call("evm_mine")
    finally:
        await rpc.call("evm_setAutomine", True)


@pytest.fixture
async def no_automine(rpc: JsonRpc) -> AsyncIterator[None]:
    """Blocks come when the test mines them."""
    await rpc.call("evm_setAutomine", False)
    yield
    await rpc.call("evm_setAutomine", True)


async def pooled_hashes(rpc: JsonRpc) -> list[str]:
    """What waits for a block, by nonce."""
    waiting = (await rpc.call("txpool_content"))["pending"].values()
    return [sent["hash"] for sender in waiting for _, sent in sorted(sender.items(), key=lambda n: int(n[0]))]


@pytest.mark.usefixtures("no_automine")
async def test_what_the_node_forgets_is_published_again(rpc: JsonRpc, signers: list[Signer]) -> None:
    target = "0x" + "7a" * 20
    patient = TransactionSender(rpc, signers[0], stuck_seconds=0.5)
    sending = asyncio.create_task(patient.send_many([Transaction(target, value_wei=1)] * 5))
    await until_pooled(rpc, 5)
    second = (await pooled_hashes(rpc))[1]
    assert await rpc.call("anvil_dropTransaction", second) == second
    await rpc.call("evm_mine")
    await until_pooled(rpc, 4)
    await rpc.call("evm_mine")
    assert len(await asyncio.wait_for(sending, 20)) == 5
    assert await balance(rpc, target) == 5


@pytest.mark.usefixtures("no_automine")
async def test_what_the_node_leaves_lying_is_replaced_and_arrives_once(
    rpc: JsonRpc, signers: list[Signer]
) -> None:
    target = "0x" + "7b" * 20
    patient = TransactionSender(rpc, signers[0], stuck_seconds=0.3)
    sending = asyncio.create_task(patient.send_many([Transaction(target, value_wei=1)] * 3))
    await until_pooled(rpc, 3)
    before = await pooled_hashes(rpc)
    for _ in range(500):
        if (await pooled_hashes(rpc))[0] != before[0]:
            break
        await asyncio.sleep(0.02)
    await rpc.call("evm_mine")
    receipts = await asyncio.wait_for(sending, 20)
    assert receipts[0].transaction_hash not in before
    assert [receipt.transaction_hash for receipt in receipts[1:]] == before[1:]
    assert await balance(rpc, target) == 3


async def test_more_than_a_block_takes_goes_in_parts(rpc: JsonRpc, signers: list[Signer]) -> None:
    target = "0x" + "7c" * 20
    limit = (await rpc.call("eth_getBlockByNumber", "latest", False))["gasLimit"]
    await rpc.call("evm_setBlockGasLimit", hex(200_000))
    await rpc.call("evm_mine")
    try:
        sender = TransactionSender(rpc, signers[0])
        receipts = await sender.send_many([Transaction(target, value_wei=1)] * 40)
    finally:
        await rpc.call("evm_setBlockGasLimit", limit)
    assert len({receipt.transaction_hash for receipt in receipts}) == 40
    assert await balance(rpc, target) == 40


async def test_arguments_of_the_wrong_form_are_refused(deployment: Deployment) -> None:
    staking = deployment.contract("StakingContract")
    for arguments in ((), ("five",), (-1,), (1, 2)):
        with pytest.raises(MalformedArguments, match=r"stake\(uint256\)"):
            staking.transaction("stake", *arguments)
