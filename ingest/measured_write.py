"""One batch into the graph, with what it took told to whoever watches.

Owns the measuring. Refuses to know what is in a batch.
"""

import time

from graph_schema.store import GraphStore, WriteBatch
from tunefi.telemetry import Telemetry


async def write_measured(store: GraphStore, batch: WriteBatch, telemetry: Telemetry) -> None:
    """Write a batch; see `GraphStore.write` for what it raises. Only a committed batch is told."""
    started = time.perf_counter()
    await store.write(batch)
    stream = batch.cursor.source.partition(":")[0]
    telemetry.wrote_graph(stream, batch.row_count, time.perf_counter() - started)
