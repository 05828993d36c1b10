"""Raw event logs of a range of blocks.

Owns `eth_getLogs` and the form of a log. Refuses to know what an event means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.errors import NodeUnreachable
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class RawLog:
    """One log as the node tells it; address and hashes in lower-case 0x hex."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: str
    transaction_hash: str
    log_index: int


async def fetch_logs(
    rpc: JsonRpc, from_block: int, to_block: int, addresses: Sequence[Address]
) -> list[RawLog]:
    """Return the logs of these contracts in a range of heights, both ends included, in chain order."""
    if not addresses:
        return []
    where = {"fromBlock": hex(from_block), "toBlock": hex(to_block), "address": list(addresses)}
    return parse_logs(await rpc.call("eth_getLogs", where), rpc.node)


async def fetch_block_logs(rpc: JsonRpc, block_hash: str, addresses: Sequence[Address]) -> list[RawLog]:
    """Return the logs of these contracts in exactly this block: no reorganisation slips in between."""
    if not addresses:
        return []
    return parse_logs(
        await rpc.call("eth_getLogs", {"blockHash": block_hash, "address": list(addresses)}), rpc.node
    )


def parse_log(answer: Any, node: str) -> RawLog:
    """Return the log in a node's answer, or in a receipt; raise `NodeUnreachable` when it is none."""
    try:
        return RawLog(
            address=Address(answer["address"].lower()),
            topics=tuple(bytes.fromhex(topic[2:]) for topic in answer["topics"]),
            data=bytes.fromhex(answer["data"][2:]),
            block_number=int(answer["blockNumber"], 16),
            block_hash=answer["blockHash"].lower(),
            transaction_hash=answer["transactionHash"].lower(),
            log_index=int(answer["logIndex"], 16),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUnreachable(node, "a log without address, topics, data or place") from error


def parse_logs(answer: Any, node: str) -> list[RawLog]:
    if not isinstance(answer, list):
        raise NodeUnreachable(node, "eth_getLogs answered no list")
    logs = [parse_log(log, node) for log in answer if not log.get("removed", False)]
    return sorted(logs, key=lambda log: (log.block_number, log.log_index))
