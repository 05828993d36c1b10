"""Transactions: simulate, sign, send, wait for the receipt.

Owns nonces, fees and the decoding of reverts. Refuses to know what a transaction is for, and to send one
whose simulation reverts.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.abi import decode_revert
from tunefi.chain.artifact import Artifact, list_artifacts, load_abi
from tunefi.chain.errors import RpcError, TransactionNotMined, TransactionReverted
from tunefi.chain.logs import RawLog, parse_log
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.ids import Address

_GAS_MARGIN = 1.25
"""State may change between the estimate and the block."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What to send; `to` is None for a creation, `signer` None for the sender's own."""

    to: Address | None
    data: bytes = b""
    value_wei: int = 0
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that is in a block and did not revert."""

    transaction_hash: str
    block_number: int
    block_hash: str
    gas_used: int
    contract_address: Address | None
    logs: tuple[RawLog, ...]


class TransactionSender:
    """Sends transactions of one signer, or of several.

    Args:
        rpc: The node; whoever closes it, it is not this object.
        signer: Signs what names no other signer.
        wait_seconds: How long to wait for a receipt.
        poll_seconds: Pause between two looks for it.
    """

    def __init__(
        self, rpc: JsonRpc, signer: Signer, *, wait_seconds: float = 120.0, poll_seconds: float = 0.05
    ) -> None:
        self.rpc = rpc
        self.signer = signer
        self._wait_seconds = wait_seconds
        self._poll_seconds = poll_seconds
        self._chain_id: int | None = None
        self._lock = asyncio.Lock()

    async def fetch_chain_id(self) -> int:
        """Return the node's chain id, asked once."""
        if self._chain_id is None:
            self._chain_id = await self.rpc.fetch_chain_id()
        return self._chain_id

    async def simulate(self, transaction: Transaction) -> bytes:
        """Return what a transaction would return now; nothing is sent.

        Raises:
            TransactionReverted: It would revert; the custom error is in it.
        """
        try:
            return bytes.fromhex((await self.rpc.call("eth_call", self._fields(transaction), "latest"))[2:])
        except RpcError as error:
            raise _reverted(error) from error

    async def send(self, transaction: Transaction) -> Receipt:
        """Send one transaction and return its receipt.

        Raises:
            TransactionReverted: In simulation (nothing was sent) or in its block.
            TransactionNotMined: No receipt in time.
        """
        return (await self.send_many([transaction]))[0]

    async def send_many(self, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Send independent transactions, all in flight at once, and return their receipts in order.

        Each is simulated against the state before all of them: send those that need one another in turn.
        """
        if not transactions:
            return []
        async with self._lock:
            hashes = await self._publish(transactions)
        return [await self._wait(transaction_hash) for transaction_hash in hashes]

    async def deploy(self, artifact: Artifact, *arguments: Any) -> Receipt:
        """Create a contract; `contract_address` of the receipt says where it is."""
        return await self.send(
            Transaction(None, artifact.bytecode + artifact.abi.encode_constructor(*arguments))
        )

    async def _publish(self, transactions: Sequence[Transaction]) -> list[str]:
        gas_limits = await self._estimate(transactions)
        fees = await self._fetch_fees()
        nonces = await self._fetch_nonces(transactions)
        raws, hashes = [], []
        for transaction, gas in zip(transactions, gas_limits, strict=True):
            address = self._signer_of(transaction).address
            raw, transaction_hash = self._sign(transaction, gas, fees, nonces[address])
            nonces[address] += 1
            raws.append(("eth_sendRawTransaction", ("0x" + raw.hex(),)))
            hashes.append(transaction_hash)
        try:
            await self.rpc.call_batch(raws)
        except RpcError as error:
            if not await self._all_arrived(hashes):
                raise _reverted(error) from error
        return hashes

    async def _all_arrived(self, hashes: Sequence[str]) -> bool:
        """Whether the node has them all: a repeated request is refused when its first answer was lost."""
        return all(await self.rpc.call_batch([("eth_getTransactionByHash", (item,)) for item in hashes]))

    async def _estimate(self, transactions: Sequence[Transaction]) -> list[int]:
        """Gas limits; estimating simulates, so this is where a revert shows before anything is sent."""
        try:
            answers = await self.rpc.call_batch(
                [("eth_estimateGas", (self._fields(item),)) for item in transactions]
            )
        except RpcError as error:
            raise _reverted(error) from error
        return [int(int(answer, 16) * _GAS_MARGIN) for answer in answers]

    async def _fetch_fees(self) -> tuple[int, int]:
        """The most to pay for a unit of gas, and the tip in it, in wei."""
        block, tip = await self.rpc.call_batch(
            [("eth_getBlockByNumber", ("latest", False)), ("eth_maxPriorityFeePerGas", ())]
        )
        tip_wei = int(tip, 16)
        return 2 * int(block.get("baseFeePerGas", "0x0"), 16) + tip_wei, tip_wei

    async def _fetch_nonces(self, transactions: Sequence[Transaction]) -> dict[Address, int]:
        """Ask for the next nonce of each account, every time: others may sign with the same key."""
        await self.fetch_chain_id()
        accounts = sorted({self._signer_of(item).address for item in transactions})
        answers = await self.rpc.call_batch(
            [("eth_getTransactionCount", (item, "pending")) for item in accounts]
        )
        return {item: int(answer, 16) for item, answer in zip(accounts, answers, strict=True)}

    def _sign(
        self, transaction: Transaction, gas: int, fees: tuple[int, int], nonce: int
    ) -> tuple[bytes, str]:
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": nonce,
            "gas": gas,
            "maxFeePerGas": fees[0],
            "maxPriorityFeePerGas": fees[1],
            "value": transaction.value_wei,
            "data": transaction.data,
        }
        if transaction.to is not None:
            fields["to"] = bytes.fromhex(transaction.to[2:])
        return self._signer_of(transaction).sign_transaction(fields)

    def _fields(self, transaction: Transaction) -> dict[str, str]:
        fields = {
            "from": self._signer_of(transaction).address,
            "data": "0x" + transaction.data.hex(),
            "value": hex(transaction.value_wei),
        }
        if transaction.to is not None:
            fields["to"] = transaction.to
        return fields

    def _signer_of(self, transaction: Transaction) -> Signer:
        return transaction.signer or self.signer

    async def _wait(self, transaction_hash: str) -> Receipt:
        started = time.monotonic()
        while (answer := await self.rpc.call("eth_getTransactionReceipt", transaction_hash)) is None:
            waited = time.monotonic() - started
            if waited > self._wait_seconds:
                raise TransactionNotMined(transaction_hash, waited)
            await asyncio.sleep(self._poll_seconds)
        if int(answer["status"], 16) != 1:
            raise await self._reason(transaction_hash, answer)
        return _receipt(answer, self.rpc.node)

    async def _reason(self, transaction_hash: str, answer: dict[str, Any]) -> TransactionReverted:
        """Repeat a reverted transaction as a call on the state of its block, to learn its custom error."""
        sent = await self.rpc.call("eth_getTransactionByHash", transaction_hash)
        call = {"from": sent["from"], "to": sent["to"], "data": sent["input"], "value": sent["value"]}
        try:
            await self.rpc.call("eth_call", call, answer["blockNumber"])
        except RpcError as error:
            reverted = _reverted(error)
            if isinstance(reverted, TransactionReverted):
                return TransactionReverted(reverted.error, reverted.arguments, transaction_hash)
        return TransactionReverted("no reason", {}, transaction_hash)


def revert_data(error: RpcError) -> bytes | None:
    """Return the revert data in a node's error, or None when the error is no revert."""
    data = error.data.get("data") if isinstance(error.data, dict) else error.data
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b"" if "revert" in error.message.lower() else None


def _reverted(error: RpcError) -> Exception:
    data = revert_data(error)
    if data is None:
        return error
    return TransactionReverted(*decode_revert(data, [load_abi(name) for name in list_artifacts()]))


def _receipt(answer: dict[str, Any], node: str) -> Receipt:
    created = answer.get("contractAddress")
    return Receipt(
        answer["transactionHash"].lower(),
        int(answer["blockNumber"], 16),
        answer["blockHash"].lower(),
        int(answer["gasUsed"], 16),
        Address(created.lower()) if created else None,
        tuple(parse_log(log, node) for log in answer["logs"]),
    )
