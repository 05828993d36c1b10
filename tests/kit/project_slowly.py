"""A program that projects a log into a graph in batches of 20; prints each position that is in the graph."""

import asyncio
import sys
from pathlib import Path

from graph_schema.open_store import open_store
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector


async def main(folder: Path) -> None:
    """Project `folder`/log.sqlite into `folder`/graph."""
    log = InteractionLog.at_path(folder / "log.sqlite")
    projector = LogProjector(log, await open_store(f"ladybug:{folder / 'graph'}"), batch_entries=20)
    head = log.head().position
    position = 0
    while position < head:
        position = await projector.project(up_to=position + 20)
        print(position, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
