"""A process that writes batches to a graph until it is killed: each adds one play to every track.

Arguments: address of the graph, its user; the password comes in `GRAPH_PASSWORD`. Prints a line for each
batch that was committed.
"""

import asyncio
import os
import sys

import pyarrow as pa

from graph_schema.open_store import open_store
from graph_schema.store import Cursor, EdgeRows, WriteBatch

TRACKS = 300


async def write_forever(url: str, user: str, password: str) -> None:
    """Go on from the store's cursor until the process ends."""
    store = await open_store(url, user=user, password=password)
    cursor = await store.read_cursor("log")
    tracks = [f"t{number}" for number in range(TRACKS)]
    while True:
        following = Cursor("log", (cursor.position if cursor else 0) + 1, "0x")
        rows = pa.table({"source": ["0x1"] * TRACKS, "target": tracks, "plays": [1] * TRACKS})
        edges = [EdgeRows("LISTENED_TO", "Account", "Track", rows)]
        await store.write(WriteBatch(following, cursor, edges=edges))
        cursor = following
        print(cursor.position, flush=True)


if __name__ == "__main__":
    asyncio.run(write_forever(sys.argv[1], sys.argv[2], os.environ.get("GRAPH_PASSWORD", "")))
