"""The events of one contract over many blocks, read in ranges that nodes accept.

Owns the reading. Refuses to judge events: a log that does not decode is passed over.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tunefi.chain.contract import Contract
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.log_ranges import LogParts, PartSize
from tunefi.chain.logs import fetch_logs
from tunefi.chain.rpc import JsonRpc

_BLOCKS_AT_FIRST = 5_000


async def fetch_events(
    rpc: JsonRpc, contract: Contract, from_block: int, to_block: int
) -> AsyncGenerator[ChainEvent]:
    """Yield the events of a contract in chain order, both ends included.

    Raises:
        NodeUnreachable: The node does not answer; begin again later.
    """
    parts = LogParts(
        lambda first, last: fetch_logs(rpc, first, last, [contract.address]), len, PartSize(_BLOCKS_AT_FIRST)
    )
    async with aclosing(parts.fetch(from_block, to_block)) as found:
        async for logs in found:
            for event in decode_logs(logs, {contract.address: contract.abi}).events:
                yield event
