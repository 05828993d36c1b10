"""Transactions: simulate, sign, send, wait for the receipt.

Owns nonces, fees and the decoding of reverts. Refuses to know what a transaction is for, and to send one
whose simulation reverts. Nodes forget what they accepted, and leave it lying: anvil mines nothing more when a
block was too small for all that was ready, or when a block came between its look at a nonce and its putting
the transaction into the pool. So no more is in flight than a block takes, and what is stuck is replaced.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tunefi.chain.abi import decode_revert
from tunefi.chain.artifact import Artifact, list_artifacts, load_abi
from tunefi.chain.errors import RpcError, TransactionNotMined, TransactionReverted
from tunefi.chain.in_flight import InFlight
from tunefi.chain.logs import RawLog, parse_log
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.ids import Address

_GAS_MARGIN = 1.25
"""State may change between the estimate and the block."""
_FRESH_SLOTS_GAS = 66_300
"""What an estimate misses when a second has passed until the block: checkpoints of votes take new slots."""
_RECEIPTS_AT_ONCE = 200
"""Receipts asked for in one look; blocks take transactions about in the order they were published."""


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
        wait_seconds: How long to wait for the next receipt.
        poll_seconds: Pause between two looks for it.
        stuck_seconds: After so long without a receipt, what the node has forgotten is published again, and
            the next transaction of each signer is replaced by one with a higher fee.
    """

    def __init__(
        self,
        rpc: JsonRpc,
        signer: Signer,
        *,
        wait_seconds: float = 120.0,
        poll_seconds: float = 0.05,
        stuck_seconds: float = 15.0,
    ) -> None:
        self.rpc = rpc
        self.signer = signer
        self._wait_seconds = wait_seconds
        self._poll_seconds = poll_seconds
        self._stuck_seconds = stuck_seconds
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
        """Send independent transactions, as many at once as a block takes; return their receipts in order.

        Each is simulated against the state before all of them: send those that need one another in turn.

        Raises:
            TransactionReverted: In simulation (nothing was sent), or in its block: the first that did, when
                all are in a block.
            TransactionNotMined: No further receipt in time.
        """
        if not transactions:
            return []
        gas_limits = await self._estimate(transactions)
        answers: list[dict[str, Any]] = []
        for part in _split_by_gas(gas_limits, await self._fetch_block_gas()):
            async with self._lock:
                published = await self._publish(transactions[part], gas_limits[part])
            answers += await self._wait(published)
        for answer in answers:
            if int(answer["status"], 16) != 1:
                raise await self._reason(answer)
        return [_receipt(answer, self.rpc.node) for answer in answers]

    async def deploy(self, artifact: Artifact, *arguments: Any) -> Receipt:
        """Create a contract; `contract_address` of the receipt says where it is."""
        return await self.send(
            Transaction(None, artifact.bytecode + artifact.abi.encode_constructor(*arguments))
        )

    async def _publish(
        self, transactions: Sequence[Transaction], gas_limits: Sequence[int]
    ) -> list[InFlight]:
        chain_id = await self.fetch_chain_id()
        fees = await self._fetch_fees()
        nonces = await self._fetch_nonces(transactions)
        signed = []
        for item, gas in zip(transactions, gas_limits, strict=True):
            signer = self._signer_of(item)
            nonce = nonces[signer.address]
            signed.append(InFlight(signer, item.to, item.data, item.value_wei, chain_id, nonce, gas, fees))
            nonces[signer.address] += 1
        try:
            await self.rpc.call_batch([("eth_sendRawTransaction", (item.raw,)) for item in signed])
        except RpcError:  # also when the first answer was lost and the repeated request is refused
            try:
                await self._publish_missing(signed)
            except RpcError as error:
                raise _reverted(error) from error
        return signed

    async def _publish_missing(self, signed: Sequence[InFlight]) -> None:
        """Publish what the node does not know, one by one; the first refusal is raised."""
        known = await self.rpc.call_batch(
            [("eth_getTransactionByHash", (item.hashes[-1],)) for item in signed]
        )
        for item, found in zip(signed, known, strict=True):
            if found is None:
                await self.rpc.call("eth_sendRawTransaction", item.raw)

    async def _unblock(self, missing: Sequence[InFlight]) -> None:
        """Bring what is stuck to the node's attention; a nonce that is taken by now is no reason to stop."""
        with suppress(RpcError):
            await self._publish_missing(missing)
        for item in {item.signer.address: item for item in reversed(missing)}.values():
            item.raise_fees()
            with suppress(RpcError):
                await self.rpc.call("eth_sendRawTransaction", item.raw)

    async def _estimate(self, transactions: Sequence[Transaction]) -> list[int]:
        """Gas limits; estimating simulates, so this is where a revert shows before anything is sent."""
        try:
            answers = await self.rpc.call_batch(
                [("eth_estimateGas", (self._fields(item),)) for item in transactions]
            )
        except RpcError as error:
            raise _reverted(error) from error
        return [int(int(answer, 16) * _GAS_MARGIN) + _FRESH_SLOTS_GAS for answer in answers]

    async def _fetch_fees(self) -> tuple[int, int]:
        """The most to pay for a unit of gas, and the tip in it, in wei."""
        block, tip = await self.rpc.call_batch(
            [("eth_getBlockByNumber", ("latest", False)), ("eth_maxPriorityFeePerGas", ())]
        )
        tip_wei = int(tip, 16)
        return 2 * int(block.get("baseFeePerGas", "0x0"), 16) + tip_wei, tip_wei

    async def _fetch_block_gas(self) -> int:
        return int((await self.rpc.call("eth_getBlockByNumber", "latest", False))["gasLimit"], 16)

    async def _fetch_nonces(self, transactions: Sequence[Transaction]) -> dict[Address, int]:
        """Ask for the next nonce of each account, every time: others may sign with the same key."""
        accounts = sorted({self._signer_of(item).address for item in transactions})
        answers = await self.rpc.call_batch(
            [("eth_getTransactionCount", (item, "pending")) for item in accounts]
        )
        return {item: int(answer, 16) for item, answer in zip(accounts, answers, strict=True)}

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

    async def _wait(self, published: Sequence[InFlight]) -> list[dict[str, Any]]:
        """Return the node's receipts in order."""
        answers: dict[int, dict[str, Any]] = {}
        missing = list(published)
        progress_at = unblocked_at = time.monotonic()
        while missing:
            found = await self._fetch_receipts(missing[:_RECEIPTS_AT_ONCE])
            answers |= found
            missing = [item for item in missing if id(item) not in answers]
            now = time.monotonic()
            if found:
                progress_at = unblocked_at = now
                continue
            if now - progress_at > self._wait_seconds:
                raise TransactionNotMined(missing[0].hashes[-1], now - progress_at)
            if now - unblocked_at > self._stuck_seconds:
                await self._unblock(missing)
                unblocked_at = now
            await asyncio.sleep(self._poll_seconds)
        return [answers[id(item)] for item in published]

    async def _fetch_receipts(self, published: Sequence[InFlight]) -> dict[int, dict[str, Any]]:
        forms = [(item, transaction_hash) for item in published for transaction_hash in item.hashes]
        found = await self.rpc.call_batch([("eth_getTransactionReceipt", (form,)) for _, form in forms])
        return {id(item): answer for (item, _), answer in zip(forms, found, strict=True) if answer}

    async def _reason(self, answer: dict[str, Any]) -> TransactionReverted:
        """Repeat a reverted transaction as a call on the state of its block, to learn its custom error."""
        transaction_hash = answer["transactionHash"].lower()
        sent = await self.rpc.call("eth_getTransactionByHash", transaction_hash)
        call = {"from": sent["from"], "to": sent["to"], "data": sent["input"], "value": sent["value"]}
        try:
            await self.rpc.call("eth_call", call, answer["blockNumber"])
        except RpcError as error:
            reverted = _reverted(error)
            if isinstance(reverted, TransactionReverted):
                return TransactionReverted(reverted.error, reverted.arguments, transaction_hash)
        return TransactionReverted("no reason", {}, transaction_hash)


def _split_by_gas(gas_limits: Sequence[int], block_gas: int) -> list[slice]:
    """Cut a sequence of transactions into runs that fit into a block each."""
    parts, start, used = [], 0, 0
    for index, gas in enumerate(gas_limits):
        if used + gas > block_gas and index > start:
            parts.append(slice(start, index))
            start, used = index, 0
        used += gas
    return [*parts, slice(start, len(gas_limits))]


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
