"""Rows of a write batch as Arrow tables, typed by the declared schema of the graph.

Owns their form. Refuses to know what an event means, and to merge rows: the store does, by the rule of
each property, in the order of the rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.kinds import ARROW_TYPES
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.store import NodeRows

Ends = tuple[str, str]
"""Label of the source and label of the target."""


def build_node_rows(label: str, keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> NodeRows:
    """Return node rows; a property that a row does not name is null, which leaves the stored value.

    Args:
        label: A declared label.
        keys: Of the nodes.
        rows: Their properties.
    """
    node = NODE_BY_LABEL[label]
    named = {name for row in rows for name in row}
    used = [item for item in node.properties if item.name in named]
    arrays: list[pa.Array[Any]] = [pa.array(keys, pa.string())]
    arrays += [pa.array([row.get(item.name) for row in rows], ARROW_TYPES[item.type]) for item in used]
    return NodeRows(label, pa.table(arrays, names=[node.key, *(item.name for item in used)]))


def build_edge_table(type_: str, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return relationships of one type as a table.

    Args:
        type_: A declared relationship.
        columns: `source`, `target`, and any properties, all of one length, in the order of events.
    """
    used = [item for item in EDGE_BY_TYPE[type_].properties if item.name in columns]
    arrays: list[pa.Array[Any]] = [pa.array(columns[name], pa.string()) for name in ("source", "target")]
    arrays += [pa.array(columns[item.name], ARROW_TYPES[item.type]) for item in used]
    return pa.table(arrays, names=["source", "target", *(item.name for item in used)])
