"""Rows that chain events make, collected in the order of events; the last word on a row counts.

Every node that an event names is asserted by the event itself, so that a relationship that comes and goes
within one batch leaves the same graph as in two. Owns the collection. Refuses to know any event.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.store import IN_BLOCK, EdgeRows, NodeRows
from ingest.arrow_rows import Ends, build_edge_table, build_node_rows

_NodeKey = tuple[int, str]
_EdgeKey = tuple[int | str, ...]
"""Block, then the keys of the row."""


class ChainRows:
    """Collects nodes, relationships and relationships to take away.

    Attributes:
        in_block: The block that what comes next is of; one for all where none of them can be taken back.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, dict[_NodeKey, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self._edges: dict[tuple[str, Ends], dict[_EdgeKey, dict[str, Any] | None]] = defaultdict(dict)
        self.in_block = 0

    def node(self, label: str, key: str, **properties: Any) -> None:
        """Assert a node, and set properties of it."""
        self._nodes[label][self.in_block, key].update(properties)

    def edge(self, type_: str, source: tuple[str, str], target: tuple[str, str], **properties: Any) -> None:
        """Assert a relationship between two nodes, each given as label and key, and set properties of it."""
        self.node(*source)
        self.node(*target)
        rows = self._edges[type_, (source[0], target[0])]
        key: _EdgeKey = (self.in_block, source[1], target[1], *_discriminators(type_, properties))
        rows[key] = {**(rows.get(key) or {}), **properties}

    def no_edge(
        self, type_: str, source: tuple[str, str], target: tuple[str, str], **discriminators: str
    ) -> None:
        """Take a relationship away; the nodes stay."""
        self.node(*source)
        self.node(*target)
        key: _EdgeKey = (self.in_block, source[1], target[1], *_discriminators(type_, discriminators))
        self._edges[type_, (source[0], target[0])][key] = None

    def build_nodes(self) -> list[NodeRows]:
        """Return the rows of all nodes, by label."""
        return [_node_rows(label, rows) for label, rows in sorted(self._nodes.items())]

    def build_edges(self) -> list[EdgeRows]:
        """Return the rows of all relationships, by type."""
        return [_edge_rows(type_, ends, rows) for (type_, ends), rows in sorted(self._edges.items())]


def _discriminators(type_: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    names = EDGE_BY_TYPE[type_].discriminators
    return tuple([str(properties[name]) for name in names]) if names else ()


def _node_rows(label: str, rows: Mapping[_NodeKey, Mapping[str, Any]]) -> NodeRows:
    built = build_node_rows(label, [key for _, key in rows], list(rows.values()))
    return NodeRows(label, _in_blocks(built.rows, rows))


def _edge_rows(type_: str, ends: Ends, rows: Mapping[_EdgeKey, Mapping[str, Any] | None]) -> EdgeRows:
    present = {key: row for key, row in rows.items() if row is not None}
    absent = [key for key, row in rows.items() if row is None]
    names = sorted({name for row in present.values() for name in row})
    columns = {name: [row.get(name) for row in present.values()] for name in names}
    put = build_edge_table(type_, {**_key_columns(type_, list(present)), **columns})
    taken = build_edge_table(type_, _key_columns(type_, absent))
    return EdgeRows(
        type_,
        *ends,
        rows=_in_blocks(put, present) if present else None,
        deleted=_in_blocks(taken, absent) if absent else None,
    )


def _key_columns(type_: str, keys: Sequence[_EdgeKey]) -> dict[str, list[Any]]:
    names = ("source", "target", *EDGE_BY_TYPE[type_].discriminators)
    return {name: [key[place] for key in keys] for place, name in enumerate(names, start=1)}


def _in_blocks(rows: pa.Table, keys: Iterable[tuple[Any, ...]]) -> pa.Table:
    return rows.append_column(IN_BLOCK, pa.array([key[0] for key in keys], pa.int64()))
