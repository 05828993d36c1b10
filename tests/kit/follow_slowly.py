"""A program that follows a chain into a graph, one block a transaction, and prints each block applied."""

import asyncio
import sys
from pathlib import Path

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore, WriteBatch
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from tunefi.chain.deployment import load_deployment
from tunefi.chain.rpc import JsonRpc


async def main(url: str, record: Path, graph: str, log: str) -> None:
    """Follow the chain at `url` once, with its journal in the database `log`."""
    store = await open_store(graph)
    write = store.write

    async def write_and_tell(batch: WriteBatch) -> None:
        await write(batch)
        print(batch.cursor.position, flush=True)

    _replace(store, write_and_tell)
    deployment = load_deployment(record)
    async with JsonRpc(url) as rpc:
        with ChainJournal(log, deployment.chain_id) as journal:
            await ChainFollower(rpc, store, deployment, range_blocks=1, journal=journal).follow_to_head()


def _replace(store: GraphStore, write: object) -> None:
    store.write = write  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
