"""One view of labels and relationship types for whoever moves rows: key columns, properties, Arrow schema.

Owns the names of the columns and of the two hidden flags that say which stream asserts a row. Refuses to
know Cypher and stores. A row is the sum of two parts, one written by the log and one by the chain; it
exists as long as either stream asserts it, so that undoing one never takes what the other said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from graph_schema.edges import EDGE_BY_TYPE, EDGES, EdgeType
from graph_schema.errors import UnknownLabel
from graph_schema.nodes import NODE_BY_LABEL, NODES, NodeType
from graph_schema.properties import Property, PropertyType, Source

FLAGS = {Source.LOG: "from_log", Source.CHAIN: "from_chain"}
"""Hidden column per stream: whether that stream asserts the row."""

ARROW_TYPES: dict[PropertyType, pa.DataType] = {
    PropertyType.TEXT: pa.string(),
    PropertyType.INT: pa.int64(),
    PropertyType.BOOL: pa.bool_(),
    PropertyType.TIME: pa.int64(),
    PropertyType.WEI: pa.string(),
}


@dataclass(frozen=True)
class NodeKind:
    """Rows of one label."""

    node: NodeType

    @property
    def name(self) -> str:
        """Name in messages and undo records."""
        return self.node.label

    @property
    def properties(self) -> tuple[Property, ...]:
        """Properties that are not keys."""
        return self.node.properties

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Columns that identify a row."""
        return (self.node.key,)

    @cached_property
    def schema(self) -> pa.Schema:
        """Keys, properties and flags, typed."""
        return _schema({self.node.key: pa.string()}, self.properties)


@dataclass(frozen=True)
class EdgeKind:
    """Rows of one relationship type between one pair of labels."""

    edge: EdgeType
    source_label: str
    target_label: str

    @property
    def name(self) -> str:
        """Name in messages and undo records."""
        return f"{self.edge.type}|{self.source_label}|{self.target_label}"

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """Properties that are not discriminators."""
        return tuple(p for p in self.edge.properties if p.name not in self.edge.discriminators)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Columns that identify a row."""
        return ("source", "target", *self.edge.discriminators)

    @cached_property
    def schema(self) -> pa.Schema:
        """Keys, properties and flags, typed."""
        types = {p.name: ARROW_TYPES[p.type] for p in self.edge.properties}
        keys = {name: types.get(name, pa.string()) for name in self.keys}
        return _schema(keys, self.properties)

    @property
    def source_key(self) -> str:
        """Property that identifies the node at the start."""
        return NODE_BY_LABEL[self.source_label].key

    @property
    def target_key(self) -> str:
        """Property that identifies the node at the end."""
        return NODE_BY_LABEL[self.target_label].key


Kind = NodeKind | EdgeKind


def _schema(keys: dict[str, pa.DataType], properties: tuple[Property, ...]) -> pa.Schema:
    fields: list[tuple[str, pa.DataType]] = list(keys.items())
    fields += [(p.name, ARROW_TYPES[p.type]) for p in properties]
    fields += [(flag, pa.bool_()) for flag in FLAGS.values()]
    return pa.schema(fields)


def node_kind(label: str) -> NodeKind:
    """Return the kind of a label.

    Raises:
        UnknownLabel: The schema has no such label.
    """
    if label not in NODE_BY_LABEL:
        raise UnknownLabel(label)
    return NodeKind(NODE_BY_LABEL[label])


def edge_kind(type_: str, source_label: str, target_label: str) -> EdgeKind:
    """Return the kind of a relationship type between two labels.

    Raises:
        UnknownLabel: The schema has no such type, not between these labels, or never stores it.
    """
    edge = EDGE_BY_TYPE.get(type_)
    if edge is None or edge.source is Source.CUT or (source_label, target_label) not in edge.ends:
        raise UnknownLabel(f"{type_} from {source_label} to {target_label}")
    return EdgeKind(edge, source_label, target_label)


def edge_kinds(type_: str | None = None) -> Iterator[EdgeKind]:
    """Yield every stored pair of ends of one type, or of all."""
    for edge in EDGES:
        if edge.source is not Source.CUT and type_ in (None, edge.type):
            for source_label, target_label in edge.ends:
                yield EdgeKind(edge, source_label, target_label)


def all_kinds() -> Iterator[Kind]:
    """Yield every label, then every stored relationship."""
    for node in NODES:
        yield NodeKind(node)
    yield from edge_kinds()


def kind_by_name(name: str) -> Kind:
    """Return the kind that `name` belongs to."""
    parts = name.split("|")
    return edge_kind(parts[0], parts[1], parts[2]) if len(parts) == 3 else node_kind(name)


def part_properties(kind: Kind, source: Source) -> list[str]:
    """Return the names of the properties that a stream feeds."""
    return [p.name for p in kind.properties if p.source is source]
