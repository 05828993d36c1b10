"""The events of one contract over many blocks, read in ranges that nodes accept.

Owns the ranges. Refuses to judge events: a log that does not decode is passed over.
"""

from collections.abc import AsyncIterator

from tunefi.chain.contract import Contract
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.logs import fetch_logs
from tunefi.chain.rpc import JsonRpc

_BLOCKS_A_REQUEST = 5_000


async def fetch_events(
    rpc: JsonRpc, contract: Contract, from_block: int, to_block: int
) -> AsyncIterator[ChainEvent]:
    """Yield the events of a contract in chain order, both ends included.

    Raises:
        NodeUnreachable: The node does not answer; begin again later.
    """
    for start in range(from_block, to_block + 1, _BLOCKS_A_REQUEST):
        end = min(to_block, start + _BLOCKS_A_REQUEST - 1)
        logs = await fetch_logs(rpc, start, end, [contract.address])
        for event in decode_logs(logs, {contract.address: contract.abi}).events:
            yield event
