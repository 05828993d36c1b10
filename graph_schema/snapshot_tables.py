"""What a snapshot is in memory, and its digest.

Owns the tables and the digest over their rows. Refuses to know where they came from and where they go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.digest import LtHash16
from graph_schema.edges import EDGES, EdgeType
from graph_schema.kinds import ARROW_TYPES
from graph_schema.nodes import NODES, NodeType
from graph_schema.rows import encode_edge_rows, encode_node_rows
from graph_schema.store import BlockRef
from tunefi.ids import Hash32

ZERO_HASH = "0x" + "00" * 32


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far the interaction log had been applied; position 0 and the zero hash for an empty log."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rows at one finalized block and one log head.

    `nodes` holds one table a label (key, then properties), `edges` one a relationship type (source_label,
    source, target_label, target, then discriminators and properties); every label and type is there,
    sorted by key. Times are integer microseconds, wei decimal strings.
    """

    nodes: Mapping[str, pa.Table]
    edges: Mapping[str, pa.Table]
    chain_id: int
    finalized_block: BlockRef
    log_head: LogHead
    schema_version: int
    digest: Hash32

    @property
    def generated(self) -> dict[str, int]:
        """How much of the snapshot was made up for a demonstration rather than done by anyone."""
        accounts, follows = self.nodes["Account"], self.edges["FOLLOWS"]
        plays = pc.sum(self.edges["LISTENED_TO"]["generated_plays"]).as_py()
        return {
            "accounts": int(pc.sum(accounts["generated"]).as_py() or 0),
            "plays": int(plays or 0),
            "follows": int(pc.sum(follows["generated"]).as_py() or 0),
        }


def node_table_schema(node: NodeType) -> pa.Schema:
    """Return the columns of a label in a snapshot."""
    return pa.schema([(node.key, pa.string())] + [(p.name, ARROW_TYPES[p.type]) for p in node.properties])


def edge_table_schema(edge: EdgeType) -> pa.Schema:
    """Return the columns of a relationship type in a snapshot: ends, discriminators, properties."""
    ends = [(name, pa.string()) for name in ("source_label", "source", "target_label", "target")]
    discriminators = [p for p in edge.properties if p.name in edge.discriminators]
    others = [p for p in edge.properties if p.name not in edge.discriminators]
    return pa.schema(ends + [(p.name, ARROW_TYPES[p.type]) for p in [*discriminators, *others]])


def snapshot_digest(nodes: Mapping[str, pa.Table], edges: Mapping[str, pa.Table]) -> Hash32:
    """Return the digest of rows: keccak256 of their LtHash16 state (design, section 3).

    Neither the order of rows nor the store they come from changes it.
    """
    state = LtHash16()
    for node in NODES:
        if node.label in nodes:
            state.add(encode_node_rows(node.label, nodes[node.label]))
    for edge in EDGES:
        if edge.type in edges:
            state.add(encode_edge_rows(edge.type, edges[edge.type]))
    return state.digest()
