"""`tunefi graph`: what the graph holds, in one number that two keepers can compare."""

from typing import Any

import typer

from cli.compose import open_graph
from cli.output import print_result
from cli.runner import AsJson, load_settings, run_command
from graph_schema.snapshot import read_snapshot
from graph_schema.snapshot_tables import ZERO_HASH
from graph_schema.store import BlockRef, GraphStore
from tunefi.ids import hex_of

app = typer.Typer(help="Look at the graph.", no_args_is_help=True)


@app.callback()
def _graph() -> None:
    """Keep `digest` a command of its own while it is the only one."""


@app.command()
def digest(*, as_json: AsJson = False) -> None:
    """Print the digest of all rows up to the finalized block, and how many rows of each kind there are."""
    run_command(_digest(as_json), as_json=as_json)


async def _digest(as_json: bool) -> None:
    settings = load_settings()
    store = await open_graph(settings)
    try:
        found = await _read_digest(store, settings.chain_id)
    finally:
        await store.close()
    print_result(found, as_json=as_json)


async def _read_digest(store: GraphStore, chain_id: int) -> dict[str, Any]:
    snapshot = await read_snapshot(store, await _settled_block(store, chain_id), chain_id)
    rows = {
        name: table.num_rows for name, table in {**snapshot.nodes, **snapshot.edges}.items() if table.num_rows
    }
    return {
        "digest": hex_of(snapshot.digest),
        "block": snapshot.finalized_block.number,
        "log_position": snapshot.log_head.position,
        "rows": rows,
    }


async def _settled_block(store: GraphStore, chain_id: int) -> BlockRef:
    """The highest applied block that can no longer be undone; no node is asked."""
    cursor = await store.read_cursor(f"chain:{chain_id}")
    pending = await store.read_pending_blocks()
    if pending:
        return BlockRef(pending[0].number - 1, pending[0].parent_hash, ZERO_HASH, 0)
    return (
        BlockRef(cursor.position, cursor.hash, ZERO_HASH, 0)
        if cursor
        else BlockRef(0, ZERO_HASH, ZERO_HASH, 0)
    )
