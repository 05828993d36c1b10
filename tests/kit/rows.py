"""All rows of a graph as plain values, to compare two graphs."""

from typing import Any

from graph_schema.edges import EDGES
from graph_schema.nodes import NODES
from graph_schema.properties import Source
from graph_schema.store import GraphStore


async def read_all_rows(store: GraphStore, *, final_only: bool = False) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every label and relationship that holds any."""
    found = {
        node.label: (await store.read_nodes(node.label, final_only=final_only)).to_pylist() for node in NODES
    }
    for edge in EDGES:
        if edge.source is not Source.CUT:
            found[edge.type] = (await store.read_edges(edge.type, final_only=final_only)).to_pylist()
    return {name: rows for name, rows in found.items() if rows}
