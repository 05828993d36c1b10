"""The first schema: every label with its unique key, every relationship."""

import pyarrow as pa

from graph_schema.edges import EDGES, EdgeType
from graph_schema.kinds import ARROW_TYPES, FLAGS, NodeKind
from graph_schema.nodes import NODES
from graph_schema.properties import Source
from graph_schema.statements import BLOCK_SCHEMA, CURSOR_SCHEMA, INTERNAL_KEYS, UNDO_SCHEMA, Dialect

LADYBUG_TYPES = {pa.string(): "STRING", pa.int64(): "INT64", pa.bool_(): "BOOLEAN", pa.binary(): "BLOB"}
"""Ladybug's name of each Arrow type."""
_INTERNAL_TABLES = {
    "Cursor": CURSOR_SCHEMA.append(pa.field("locked", pa.bool_())),
    "Block": BLOCK_SCHEMA,
    "Undo": UNDO_SCHEMA,
    "Digest": pa.schema([("name", pa.string()), ("state", pa.binary()), ("locked", pa.bool_())]),
    "SchemaVersion": pa.schema([("name", pa.string()), ("version", pa.int64())]),
}


def statements(dialect: Dialect) -> list[str]:
    """Return the statements of this step; each can be repeated."""
    return _neo4j_constraints() if dialect is Dialect.NEO4J else _ladybug_tables()


def _neo4j_constraints() -> list[str]:
    keys = {node.label: node.key for node in NODES} | INTERNAL_KEYS
    unique = [
        f"CREATE CONSTRAINT {label.lower()}_{key}_unique IF NOT EXISTS "
        f"FOR (n:{label}) REQUIRE n.`{key}` IS UNIQUE"
        for label, key in keys.items()
    ]
    undo = "CREATE INDEX undo_block IF NOT EXISTS FOR (u:Undo) ON (u.`block_hash`)"
    return [*unique, undo]


def _ladybug_tables() -> list[str]:
    nodes = {node.label: NodeKind(node).schema for node in NODES} | _INTERNAL_TABLES
    keys = {node.label: node.key for node in NODES} | INTERNAL_KEYS
    tables = [
        f"CREATE NODE TABLE IF NOT EXISTS {label}({_columns(schema)}, PRIMARY KEY(`{keys[label]}`))"
        for label, schema in nodes.items()
    ]
    return [*tables, *(_relationship(edge) for edge in EDGES if edge.source is not Source.CUT)]


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"`{field.name}` {LADYBUG_TYPES[field.type]}" for field in schema)


def _relationship(edge: EdgeType) -> str:
    ends = [f"FROM {source} TO {target}" for source, target in edge.ends]
    fields = [(p.name, ARROW_TYPES[p.type]) for p in edge.properties]
    fields += [(flag, pa.bool_()) for flag in FLAGS.values()]
    return f"CREATE REL TABLE IF NOT EXISTS {edge.type}({', '.join(ends)}, {_columns(pa.schema(fields))})"
