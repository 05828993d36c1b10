"""Rows of a write batch as Arrow tables, typed by the declared schema of the graph.

Owns the aggregation of many events to one row each, by the merge rule of each property. Refuses to know
what an event means.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.properties import Merge, Property, PropertyType
from graph_schema.store import EdgeRows, NodeRows

_ARROW = {
    PropertyType.TEXT: pa.string(),
    PropertyType.WEI: pa.string(),
    PropertyType.INT: pa.int64(),
    PropertyType.TIME: pa.int64(),
    PropertyType.BOOL: pa.bool_(),
}
_AGGREGATE = {Merge.ADD: "sum", Merge.MIN: "min", Merge.MAX: "max", Merge.SET: "last"}
_ENDS = ("source", "target")

Ends = tuple[str, str]
"""Label of the source and label of the target."""


def build_node_rows(label: str, rows: Mapping[str, Mapping[str, Any]]) -> NodeRows:
    """Return node rows; a property that a row does not name is null, which leaves the stored value.

    Args:
        label: A declared label.
        rows: Properties by key of the node.
    """
    node = NODE_BY_LABEL[label]
    used = [item for item in node.properties if any(item.name in row for row in rows.values())]
    columns = {node.key: pa.array(list(rows), pa.string())}
    for item in used:
        columns[item.name] = pa.array([row.get(item.name) for row in rows.values()], _ARROW[item.type])
    return NodeRows(label, pa.table(columns))


def build_edge_rows(type_: str, ends: Ends, columns: Mapping[str, Sequence[Any]]) -> EdgeRows:
    """Return relationship rows, one for each pair and discriminator, merged as the schema declares.

    Args:
        type_: A declared relationship.
        ends: Its labels.
        columns: `source`, `target`, and any properties, all of one length, in the order of events.
    """
    table = edge_table(type_, columns)
    properties = [
        item for item in _used(type_, columns) if item.name not in EDGE_BY_TYPE[type_].discriminators
    ]
    keys = [*_ENDS, *(name for name in EDGE_BY_TYPE[type_].discriminators if name in columns)]
    # "last" depends on the order of rows, which only a single thread keeps
    grouped = table.group_by(keys, use_threads=False).aggregate(
        [(item.name, _aggregate_of(item)) for item in properties]
    )
    names = [*keys, *(item.name for item in properties)]
    return EdgeRows(type_, *ends, rows=grouped.rename_columns(_renamed(grouped.column_names)).select(names))


def build_deleted_edges(type_: str, ends: Ends, columns: Mapping[str, Sequence[Any]]) -> EdgeRows:
    """Return relationships to take away; `columns` holds ends and discriminators."""
    return EdgeRows(type_, *ends, deleted=edge_table(type_, columns))


def edge_table(type_: str, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return columns as a table with the declared types."""
    arrays = {name: pa.array(columns[name], pa.string()) for name in _ENDS}
    for item in _used(type_, columns):
        arrays[item.name] = pa.array(columns[item.name], _ARROW[item.type])
    return pa.table(arrays)


def _used(type_: str, columns: Mapping[str, Sequence[Any]]) -> list[Property]:
    return [item for item in EDGE_BY_TYPE[type_].properties if item.name in columns]


def _aggregate_of(item: Property) -> str:
    return "any" if item.merge is Merge.MAX and item.type is PropertyType.BOOL else _AGGREGATE[item.merge]


def _renamed(names: Sequence[str]) -> list[str]:
    """Column names without the suffix that an aggregation appends."""
    suffixes = tuple(f"_{name}" for name in ("any", *_AGGREGATE.values()))
    return [name[: name.rindex("_")] if name.endswith(suffixes) else name for name in names]
