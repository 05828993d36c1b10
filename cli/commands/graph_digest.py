"""`tunefi graph digest`: what the graph holds, in one number that two keepers can compare."""

from typing import Annotated, Any

import typer

from cli.compose import open_graph
from cli.output import print_result
from cli.runner import AsJson, load_settings, run_command
from graph_schema.kept_blocks import read_kept_block, read_settled_block
from graph_schema.snapshot import read_snapshot
from graph_schema.store import GraphStore
from tunefi.ids import hex_of

AtBlock = Annotated[
    int | None, typer.Option("--at", min=0, help="A block that can still be undone, or the last that cannot.")
]


def digest(*, at: AtBlock = None, as_json: AsJson = False) -> None:
    """Print the digest of all rows up to a block, and how many rows of each kind there are."""
    run_command(_digest(at, as_json), as_json=as_json)


async def _digest(at: int | None, as_json: bool) -> None:
    settings = load_settings()
    store = await open_graph(settings)
    try:
        found = await _read_digest(store, settings.chain_id, at)
    finally:
        await store.close()
    print_result(found, as_json=as_json)


async def _read_digest(store: GraphStore, chain_id: int, at: int | None) -> dict[str, Any]:
    if at is None:
        block = await read_settled_block(store, chain_id)
    else:
        block = await read_kept_block(store, chain_id, at)
    snapshot = await read_snapshot(store, block, chain_id)
    rows = {
        name: table.num_rows for name, table in {**snapshot.nodes, **snapshot.edges}.items() if table.num_rows
    }
    return {
        "digest": hex_of(snapshot.digest),
        "block": snapshot.finalized_block.number,
        "log_position": snapshot.log_head.position,
        "rows": rows,
    }
