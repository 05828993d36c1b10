"""Raw event logs of a range of blocks.

Owns `eth_getLogs` and the form of a log. Refuses to know what an event means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.errors import NodeContradiction, NodeUnreachable
from tunefi.chain.log_places import check_places, read_places
from tunefi.chain.quantity import parse_quantity
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address

_HIGHEST_BLOCK = 2**31


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
    """Return the logs of these contracts in a range of heights, both ends included, in chain order.

    Raises:
        NodeContradiction: The answer holds what was not asked for, or cannot be of one chain.
    """
    if not addresses:
        return []
    where = {"fromBlock": hex(from_block), "toBlock": hex(to_block), "address": list(addresses)}
    answer = _list_of(await rpc.call("eth_getLogs", where), rpc.node)
    check_places(read_places(answer, rpc.node), from_block, to_block, rpc.node)
    return _of_these(parse_logs(answer, rpc.node), addresses, rpc.node)


async def fetch_block_logs(
    rpc: JsonRpc, block_hash: str, addresses: Sequence[Address] | None = None
) -> list[RawLog]:
    """Return the logs of these contracts, or of all, in exactly this block, whatever is reorganised.

    Raises:
        NodeContradiction: The answer holds what was not asked for, or cannot be of one block.
    """
    if addresses is not None and not addresses:
        return []
    where: dict[str, Any] = {"blockHash": block_hash}
    if addresses is not None:
        where["address"] = list(addresses)
    answer = _list_of(await rpc.call("eth_getLogs", where), rpc.node)
    places = read_places(answer, rpc.node)
    check_places(places, 0, _HIGHEST_BLOCK, rpc.node)
    if set(places.block_hashes) - {block_hash}:
        raise NodeContradiction(rpc.node, f"asked for logs of block {block_hash}, it gave those of another")
    logs = parse_logs(answer, rpc.node)
    return logs if addresses is None else _of_these(logs, addresses, rpc.node)


def parse_log(answer: Any, node: str) -> RawLog:
    """Return the log in a node's answer, or in a receipt; raise `NodeUnreachable` when it is none."""
    try:
        return RawLog(
            address=Address(answer["address"].lower()),
            topics=tuple(bytes.fromhex(topic[2:]) for topic in answer["topics"]),
            data=bytes.fromhex(answer["data"][2:]),
            block_number=parse_quantity(answer["blockNumber"], node),
            block_hash=answer["blockHash"].lower(),
            transaction_hash=answer["transactionHash"].lower(),
            log_index=parse_quantity(answer["logIndex"], node),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUnreachable(node, "a log without address, topics, data or place") from error


def _list_of(answer: Any, node: str) -> list[dict[str, Any]]:
    """The logs of an answer that are on the chain, still as the node wrote them."""
    if not isinstance(answer, list) or not all(isinstance(log, dict) for log in answer):
        raise NodeUnreachable(node, "eth_getLogs answered no list of logs")
    return [log for log in answer if not log.get("removed", False)]


def parse_logs(answer: Sequence[Any], node: str) -> list[RawLog]:
    logs = [parse_log(log, node) for log in answer]
    return sorted(logs, key=lambda log: (log.block_number, log.log_index))


def _of_these(logs: list[RawLog], addresses: Sequence[Address], node: str) -> list[RawLog]:
    foreign = {log.address for log in logs} - set(addresses)
    if foreign:
        raise NodeContradiction(node, f"logs of {min(foreign)}, which it was not asked for")
    return logs
