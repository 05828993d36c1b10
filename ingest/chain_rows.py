"""Rows that chain events make, collected in the order of events; the last word on a row counts.

Every node that an event names is asserted by the event itself, so that a relationship that comes and goes
within one batch leaves the same graph as in two. Owns the collection. Refuses to know any event.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.store import EdgeRows, NodeRows
from ingest.arrow_rows import Ends, build_edge_table, build_node_rows

_Key = tuple[str, ...]


class ChainRows:
    """Collects nodes, relationships and relationships to take away."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self._edges: dict[tuple[str, Ends], dict[_Key, dict[str, Any] | None]] = defaultdict(dict)

    def node(self, label: str, key: str, **properties: Any) -> None:
        """Assert a node, and set properties of it."""
        self._nodes[label][key].update(properties)

    def edge(self, type_: str, source: tuple[str, str], target: tuple[str, str], **properties: Any) -> None:
        """Assert a relationship between two nodes, each given as label and key, and set properties of it."""
        self.node(*source)
        self.node(*target)
        rows = self._edges[type_, (source[0], target[0])]
        key = (source[1], target[1], *_discriminators(type_, properties))
        rows[key] = {**(rows.get(key) or {}), **properties}

    def no_edge(
        self, type_: str, source: tuple[str, str], target: tuple[str, str], **discriminators: str
    ) -> None:
        """Take a relationship away; the nodes stay."""
        self.node(*source)
        self.node(*target)
        key = (source[1], target[1], *_discriminators(type_, discriminators))
        self._edges[type_, (source[0], target[0])][key] = None

    def build_nodes(self) -> list[NodeRows]:
        """Return the rows of all nodes, by label."""
        return [build_node_rows(label, rows) for label, rows in sorted(self._nodes.items())]

    def build_edges(self) -> list[EdgeRows]:
        """Return the rows of all relationships, by type."""
        return [_edge_rows(type_, ends, rows) for (type_, ends), rows in sorted(self._edges.items())]


def _discriminators(type_: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(properties[name]) for name in EDGE_BY_TYPE[type_].discriminators)


def _edge_rows(type_: str, ends: Ends, rows: Mapping[_Key, Mapping[str, Any] | None]) -> EdgeRows:
    present = {key: row for key, row in rows.items() if row is not None}
    absent = [key for key, row in rows.items() if row is None]
    names = sorted({name for row in present.values() for name in row})
    columns = {name: [row.get(name) for row in present.values()] for name in names}
    return EdgeRows(
        type_,
        *ends,
        rows=build_edge_table(type_, {**_key_columns(type_, present), **columns}) if present else None,
        deleted=build_edge_table(type_, _key_columns(type_, absent)) if absent else None,
    )


def _key_columns(type_: str, keys: Iterable[_Key]) -> dict[str, list[Any]]:
    listed = list(keys)
    names = ("source", "target", *EDGE_BY_TYPE[type_].discriminators)
    return {name: [key[place] for key in listed] for place, name in enumerate(names)}
