"""Block headers by number, hash or tag.

Owns their form. Refuses to know what is in a block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from tunefi.chain.errors import (
    NodeContradiction,
    NodeUnreachable,
    NoFinalizedTag,
    RpcError,
    UnknownBlock,
)
from tunefi.chain.node_errors import Meaning, judge
from tunefi.chain.quantity import parse_quantity
from tunefi.chain.rpc import JsonRpc

_BLOOM_BYTES = 256
Tag = Literal["earliest", "latest", "safe", "finalized", "pending"]


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """A block's place in the chain; `timestamp_at` is its time in microseconds.

    Attributes:
        logs_bloom: Which logs it can hold (`tunefi.chain.bloom`), or None where it was not asked of a node.
    """

    number: int
    hash: str
    parent_hash: str
    timestamp_at: int
    logs_bloom: bytes | None = field(default=None, repr=False, compare=False)


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
    header = parse_header(answer, rpc.node)
    if block not in (header.number, header.hash) and not _is_tag(block):
        raise NodeContradiction(rpc.node, f"asked for block {block}, it gave {header.number} {header.hash}")
    return header


async def fetch_blocks(rpc: JsonRpc, numbers: Sequence[int]) -> list[BlockHeader]:
    """Return the headers at these heights, in their order, in as few requests as possible."""
    answers = await rpc.call_batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
    for number, answer in zip(numbers, answers, strict=True):
        if answer is None:
            raise UnknownBlock(number)
    headers = [parse_header(answer, rpc.node) for answer in answers]
    if [header.number for header in headers] != list(numbers):
        raise NodeContradiction(rpc.node, "blocks of other heights than were asked for")
    return headers


def check_links(headers: Sequence[BlockHeader], node: str) -> None:
    """Raise `NodeContradiction` unless each block is the child of the one before it.

    Args:
        headers: By height, without a gap.
        node: Whose headers they are.
    """
    for parent, child in pairwise(headers):
        if child.parent_hash != parent.hash:
            raise NodeContradiction(node, f"block {child.number} is no child of {parent.hash}")


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
        if judge(error) is Meaning.BUSY:
            raise
        raise NoFinalizedTag(error.message) from error


def parse_header(answer: Any, node: str) -> BlockHeader:
    """Return the header in a node's answer; raise `NodeUnreachable` when it has none."""
    try:
        return BlockHeader(
            parse_quantity(answer["number"], node),
            answer["hash"].lower(),
            answer["parentHash"].lower(),
            parse_quantity(answer["timestamp"], node) * 1_000_000,
            _parse_bloom(answer.get("logsBloom")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUnreachable(node, "a block without number, hash, parent or time") from error


def _parse_bloom(found: str | None) -> bytes | None:
    bloom = None if found is None else bytes.fromhex(found.removeprefix("0x"))
    return bloom if bloom is not None and len(bloom) == _BLOOM_BYTES else None


def _is_tag(block: int | str) -> bool:
    return isinstance(block, str) and not block.startswith("0x")


def _reference(block: int | str) -> str:
    return hex(block) if isinstance(block, int) else block
