"""Decoded events of some blocks to one write of the graph.

Owns the order of handlers and what becomes of an event without one. Refuses to ask the node, and to apply
a block of which one event cannot be handled.
"""

from collections.abc import Mapping, Sequence

from graph_schema.store import BlockRef, Cursor, GraphStore, WriteBatch
from ingest.chain_names import event_name
from ingest.chain_rows import ChainRows
from ingest.chain_state import ChainState, read_chain_state
from ingest.editions import KeptEditions
from ingest.errors import HandlerFailed
from ingest.handlers import HANDLERS, IGNORED, Context
from tunefi.chain.deployment import Deployment
from tunefi.chain.events import ChainEvent
from tunefi.ids import ChainId, Microseconds


async def read_chain_batch(
    store: GraphStore,
    deployment: Deployment,
    events: Sequence[ChainEvent],
    times: Mapping[int, Microseconds],
    *,
    cursor: Cursor,
    expected: Cursor | None,
    editions: KeptEditions,
    blocks: Sequence[BlockRef] = (),
    each_block: bool = False,
) -> WriteBatch:
    """Return the write of these events on top of what the graph holds.

    Args:
        store: Asked for balances where an event moves some.
        events: In chain order.
        times: Time of each block that has an event.
        cursor: The last block of the range.
        expected: The cursor before it.
        editions: What is known of the store's tokens; what the events mint is added.
        blocks: All blocks of the range, lowest first, where they are not final.
        each_block: Let each row say its block, although they are final.

    Raises:
        HandlerFailed: An event cannot become rows; nothing of the range is to be applied.
    """
    state = await read_chain_state(store, deployment, events, editions)
    rows = ChainRows()
    for event in events:
        rows.in_block = event.log.block_number if blocks or each_block else 0
        _handle(event, deployment, rows, state, times)
    return WriteBatch(cursor, expected, rows.build_nodes(), rows.build_edges(), blocks=blocks)


def _handle(
    event: ChainEvent,
    deployment: Deployment,
    rows: ChainRows,
    state: ChainState,
    times: Mapping[int, Microseconds],
) -> None:
    name = (event.contract, event.name)
    if name in IGNORED:
        return
    chain_id = ChainId(deployment.chain_id)
    log = event.log
    try:
        handler = HANDLERS[name]
        at = times[log.block_number]
        event_id = event_name(chain_id, log)
        handler.run(Context(chain_id, deployment.contracts, rows, state, event, at, event_id))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise HandlerFailed(".".join(name), log.block_number, log.log_index, reason) from error
