"""Block headers by number, hash or tag.

Owns their form. Refuses to know what is in a block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tunefi.chain.errors import NodeUnreachable, NoFinalizedTag, RpcError, UnknownBlock
from tunefi.chain.rpc import JsonRpc

Tag = Literal["earliest", "latest", "safe", "finalized", "pending"]


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """A block's place in the chain; `timestamp_at` is its time in microseconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp_at: int


async def fetch_block(rpc: JsonRpc, block: int | Tag | str) -> BlockHeader:
    """Return a header by number, tag, or 0x hash of 32 bytes.

    Raises:
        UnknownBlock: The node has no such block.
    """
    if isinstance(block, str) and block.startswith("0x"):
        answer = await rpc.call("eth_getBlockByHash", block, False)
    else:
        answer = await rpc.call("eth_getBlockByNumber", _reference(block), False)
    if answer is None:
        raise UnknownBlock(block)
    return parse_header(answer, rpc.node)


async def fetch_blocks(rpc: JsonRpc, numbers: Sequence[int]) -> list[BlockHeader]:
    """Return the headers at these heights, in their order, in as few requests as possible."""
    answers = await rpc.call_batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
    for number, answer in zip(numbers, answers, strict=True):
        if answer is None:
            raise UnknownBlock(number)
    return [parse_header(answer, rpc.node) for answer in answers]


async def fetch_finalized(rpc: JsonRpc) -> BlockHeader:
    """Return the newest block that is final.

    Raises:
        NoFinalizedTag: The node does not know one; refuse to pay and to commit.
    """
    try:
        return await fetch_block(rpc, "finalized")
    except UnknownBlock as error:
        raise NoFinalizedTag("it has no such block") from error
    except RpcError as error:
        raise NoFinalizedTag(error.message) from error


def parse_header(answer: Any, node: str) -> BlockHeader:
    """Return the header in a node's answer; raise `NodeUnreachable` when it has none."""
    try:
        return BlockHeader(
            int(answer["number"], 16),
            answer["hash"].lower(),
            answer["parentHash"].lower(),
            int(answer["timestamp"], 16) * 1_000_000,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUnreachable(node, "a block without number, hash, parent or time") from error


def _reference(block: int | str) -> str:
    return hex(block) if isinstance(block, int) else block
