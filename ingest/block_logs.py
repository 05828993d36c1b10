"""What a node told of some blocks, before anyone makes sense of it: the raw logs of a range.

Owns the form, and the decoding into events. Refuses to know where logs came from: a node or the journal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_schema.store import BlockRef
from tunefi.chain.abi import ContractAbi
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.events import ChainEvent, SetAside, decode_logs
from tunefi.chain.logs import RawLog
from tunefi.ids import Address, Microseconds


@dataclass(frozen=True, slots=True)
class BlockLogs:
    """The logs of a range of blocks, in chain order.

    Attributes:
        last: The last block of the range.
        headers: Each block that has a log, once.
    """

    last: BlockHeader
    headers: list[BlockHeader]
    logs: list[RawLog]


@dataclass(frozen=True, slots=True)
class BlockEvents:
    """Events of a range of blocks, in chain order, with the times of the blocks that have some."""

    events: list[ChainEvent]
    set_aside: list[SetAside]
    times: dict[int, Microseconds]


def joined_logs(found: Sequence[BlockLogs]) -> BlockLogs:
    """Return one range of several that follow one another."""
    headers = [header for one in found for header in one.headers]
    return BlockLogs(found[-1].last, headers, [log for one in found for log in one.logs])


def block_of(found: BlockLogs) -> BlockRef:
    """Return the one block of a range as the graph names it."""
    last = found.last
    return BlockRef(last.number, last.hash, last.parent_hash, last.timestamp_at)


def decode_block_logs(found: BlockLogs, abis: Mapping[Address, ContractAbi]) -> BlockEvents:
    """Return the events of a range; a log that does not decode is set aside."""
    decoded = decode_logs(found.logs, abis)
    times = {header.number: Microseconds(header.timestamp_at) for header in found.headers}
    return BlockEvents(decoded.events, decoded.set_aside, times)
