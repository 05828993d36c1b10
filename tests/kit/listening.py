"""Made-up listening with a known answer, as pairs and as a snapshot directory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from graph_schema.edges import EDGES
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.nodes import NODES
from graph_schema.snapshot import LogHead, Snapshot, save_snapshot, snapshot_digest
from graph_schema.snapshot_tables import ZERO_HASH, edge_table_schema, node_table_schema
from graph_schema.store import BlockRef
from training.data.interactions import Interactions, build_interactions
from tunefi.ids import Hash32

Pair = tuple[int, int]
Edge = tuple[str, str, str, str]
"""Label and key of the source, label and key of the target."""

_ENDS = ("source_label", "source", "target_label", "target")


def address(listener: int) -> str:
    """Return a valid address for a number."""
    return f"0x{listener:040x}"


def track(number: int) -> str:
    """Return a track identity for a number."""
    return f"made-up:track:{number}"


def block_pairs(
    blocks: int = 3, listeners: int = 12, tracks: int = 10, heard: int = 7, seed: int = 0
) -> list[Pair]:
    """Return pairs in which each listener hears `heard` tracks of one block and none of another."""
    generator = np.random.default_rng(seed)
    return [
        (block * listeners + listener, block * tracks + int(number))
        for block in range(blocks)
        for listener in range(listeners)
        for number in generator.choice(tracks, heard, replace=False)
    ]


def interactions_of(pairs: Sequence[Pair], tracks: int, plays: Sequence[float] | None = None) -> Interactions:
    """Return pairs of numbers as interactions over `tracks` tracks."""
    return build_interactions(
        track_ids=[track(number) for number in range(tracks)],
        listened=([address(a) for a, _ in pairs], [track(b) for _, b in pairs]),
        plays=np.array(plays if plays is not None else [1.0] * len(pairs)),
        snapshot_digest=Hash32(b"\x11" * 32),
    )


def save_listening(
    folder: Path,
    pairs: Sequence[Pair],
    tracks: int,
    plays: Sequence[int] | None = None,
    made: Sequence[Pair] = (),
    *,
    more_nodes: Mapping[str, Sequence[str]] | None = None,
    more_edges: Mapping[str, Sequence[Edge]] | None = None,
    **times: Sequence[int | None],
) -> Path:
    """Write pairs of numbers as a snapshot directory and return it.

    Args:
        folder: Where to.
        pairs: Listeners and tracks.
        tracks: N.
        plays: Of each pair; 1 by default.
        made: Artists and the tracks that each made.
        more_nodes: Keys of further nodes, by label.
        more_edges: Further relationships by type; a TAGGED one counts once.
        times: Columns `first_at` and `last_at` in microseconds; unknown by default.
    """
    nodes = {node.label: node_table_schema(node).empty_table() for node in NODES}
    edges = {edge.type: edge_table_schema(edge).empty_table() for edge in EDGES}
    nodes["Track"] = _filled(nodes["Track"].schema, {"track_id": [track(n) for n in range(tracks)]})
    edges["LISTENED_TO"] = _filled(
        edges["LISTENED_TO"].schema,
        {
            "source_label": ["Account"] * len(pairs),
            "source": [address(a) for a, _ in pairs],
            "target_label": ["Track"] * len(pairs),
            "target": [track(b) for _, b in pairs],
            "plays": list(plays) if plays is not None else [1] * len(pairs),
            **{name: list(values) for name, values in times.items()},
        },
    )
    if made:
        nodes["Artist"], edges["CREATED"] = _artists(made)
    for label, keys in (more_nodes or {}).items():
        nodes[label] = _filled(nodes[label].schema, {nodes[label].schema.names[0]: list(keys)})
    for type_, ends in (more_edges or {}).items():
        columns = {name: [end[place] for end in ends] for place, name in enumerate(_ENDS)}
        columns |= {"count": [1] * len(ends)} if type_ == "TAGGED" else {}
        edges[type_] = _filled(edges[type_].schema, columns)
    block, head = BlockRef(1, ZERO_HASH, ZERO_HASH, 0), LogHead(0, ZERO_HASH)
    digest = snapshot_digest(nodes, edges)
    save_snapshot(Snapshot(nodes, edges, 31337, block, head, SCHEMA_VERSION, digest), folder)
    return folder


def _artists(made: Sequence[Pair]) -> tuple[pa.Table, pa.Table]:
    """Return artists, every second one without a name, and what they made."""
    numbers = sorted({artist for artist, _ in made})
    nodes = next(node_table_schema(node) for node in NODES if node.label == "Artist")
    edges = next(edge_table_schema(edge) for edge in EDGES if edge.type == "CREATED")
    identities = [f"made-up:artist:{number}" for number in numbers]
    names = [f"Artist {number}" if number % 2 == 0 else None for number in numbers]
    columns = {
        "source_label": ["Artist"] * len(made),
        "source": [f"made-up:artist:{artist}" for artist, _ in made],
        "target_label": ["Track"] * len(made),
        "target": [track(number) for _, number in made],
    }
    return _filled(nodes, {"artist_id": identities, "name": names}), _filled(edges, columns)


def _filled(schema: pa.Schema, columns: dict[str, list[Any]]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
