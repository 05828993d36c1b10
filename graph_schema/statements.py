"""The Cypher of reads and writes, built from the schema and shared by both stores.

Owns every statement that moves rows. Refuses to know drivers. A statement sees the columns of the rows
it runs over as variables with the prefix `v_`; how rows become variables (`UNWIND`, `LOAD FROM`) is the
store's own. Names come from the schema alone, values always travel as parameters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from graph_schema.kinds import FLAGS, EdgeKind, Kind, NodeKind


class Dialect(StrEnum):
    """Where the two stores differ."""

    LADYBUG = "ladybug"
    """One writer: what was not found is created."""
    NEO4J = "neo4j"
    """Many writers: what was not found is merged, since another may create it meanwhile."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A body in Cypher; `result` is the schema of what it returns, None when it returns nothing."""

    body: str
    result: pa.Schema | None = None


def _quoted(name: str) -> str:
    return f"`{name}`"


def _assign(variable: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{variable}.{_quoted(c)} = v_{c}" for c in columns)


def _literal_map(pairs: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{_quoted(name)}: {value}" for name, value in pairs) + "}" if pairs else ""


def _seek(variable: str, label: str, key: str, value: str, dialect: Dialect) -> str:
    """Bind a node by its unique key.

    Neo4j keeps the plan that it made while the graph was small, so the index is named.
    """
    hint = f"USING INDEX {variable}:{label}({_quoted(key)}) " if dialect is Dialect.NEO4J else ""
    return f"MATCH ({variable}:{label}) {hint}WHERE {variable}.{_quoted(key)} = {value} "


def _match_ends(kind: EdgeKind, dialect: Dialect) -> str:
    source = _seek("a", kind.source_label, kind.source_key, "v_source", dialect)
    return source + _seek("b", kind.target_label, kind.target_key, "v_target", dialect)


def _match_rows(kind: Kind, dialect: Dialect) -> str:
    """Bind `n` (nodes) or `a`, `e`, `b` (relationships) to the row that the variables identify.

    Neo4j finds a relationship fastest between two nodes that it has sought, Ladybug from its start.
    """
    if isinstance(kind, NodeKind):
        return _seek("n", kind.node.label, kind.node.key, f"v_{kind.node.key}", dialect)
    conditions = "".join(f" AND e.{_quoted(d)} = v_{d}" for d in kind.edge.discriminators)
    if dialect is Dialect.NEO4J:
        condition = f"WHERE {conditions.removeprefix(' AND ')} " if conditions else ""
        found = "WITH * WHERE e IS NOT NULL "
        # OPTIONAL keeps the planner from starting at the relationships, of which there may be many.
        return f"{_match_ends(kind, dialect)}OPTIONAL MATCH (a)-[e:{kind.edge.type}]->(b) {condition}{found}"
    return (
        f"{_seek('a', kind.source_label, kind.source_key, 'v_source', dialect)}"
        f"MATCH (a)-[e:{kind.edge.type}]->(b:{kind.target_label}) "
        f"WHERE b.{_quoted(kind.target_key)} = v_target{conditions} "
    )


def _returned(kind: Kind, names: Sequence[str]) -> str:
    if isinstance(kind, NodeKind):
        return "RETURN " + ", ".join(f"n.{_quoted(c)} AS {_quoted(c)}" for c in names)
    ends = f"a.{_quoted(kind.source_key)} AS `source`, b.{_quoted(kind.target_key)} AS `target`"
    own = "".join(f", e.{_quoted(c)} AS {_quoted(c)}" for c in names[2:])
    return f"RETURN {ends}{own}"


def match_rows(kind: Kind, columns: Sequence[str], dialect: Dialect) -> Statement:
    """Return keys and some columns of the stored rows with the given keys."""
    names = [*kind.keys, *columns]
    result = pa.schema([kind.schema.field(name) for name in names])
    return Statement(_match_rows(kind, dialect) + _returned(kind, names), result)


def match_stored(kind: Kind, dialect: Dialect) -> Statement:
    """Return the stored rows with the given keys, all columns."""
    return match_rows(kind, [name for name in kind.schema.names if name not in kind.keys], dialect)


def read_all(kind: Kind) -> Statement:
    """Return every row of a kind, in no order."""
    if isinstance(kind, NodeKind):
        pattern = f"MATCH (n:{kind.node.label}) "
    else:
        pattern = f"MATCH (a:{kind.source_label})-[e:{kind.edge.type}]->(b:{kind.target_label}) "
    return Statement(pattern + _returned(kind, kind.schema.names), kind.schema)


def create_rows(kind: Kind, columns: Sequence[str], dialect: Dialect) -> Statement:
    """Add rows that were not found; `columns` are the values beside the keys."""
    own = kind.keys if isinstance(kind, NodeKind) else kind.keys[2:]
    named = list(own) if dialect is Dialect.NEO4J else [*own, *columns]
    values = _literal_map([(c, f"v_{c}") for c in named])
    verb = "MERGE" if dialect is Dialect.NEO4J else "CREATE"
    if isinstance(kind, NodeKind):
        body, variable = f"{verb} (n:{kind.node.label} {values})", "n"
    else:
        body, variable = f"{_match_ends(kind, dialect)}{verb} (a)-[e:{kind.edge.type} {values}]->(b)", "e"
    return Statement(body + (f" SET {_assign(variable, columns)}" if dialect is Dialect.NEO4J else ""))


def update_rows(kind: Kind, columns: Sequence[str], dialect: Dialect) -> Statement:
    """Set columns of rows that exist; null takes a property away."""
    variable = "n" if isinstance(kind, NodeKind) else "e"
    return Statement(_match_rows(kind, dialect) + f"SET {_assign(variable, columns)}")


def drop_rows(kind: Kind, dialect: Dialect) -> Statement:
    """Delete rows; a node that still has relationships is refused by the store."""
    return Statement(_match_rows(kind, dialect) + ("DELETE n" if isinstance(kind, NodeKind) else "DELETE e"))


def match_edges_of(kind: EdgeKind, label: str, *, outgoing: bool, flag: str) -> Statement:
    """Return the relationships of the nodes `v_key` that the stream with this flag asserts."""
    key = kind.source_key if outgoing else kind.target_key
    end = "a" if outgoing else "b"
    first = f"MATCH ({end}:{label}) WHERE {end}.{_quoted(key)} = v_key "
    a, b = ("(a)", f"(b:{kind.target_label})") if outgoing else (f"(a:{kind.source_label})", "(b)")
    return Statement(
        f"{first}MATCH {a}-[e:{kind.edge.type}]->{b} WHERE e.{_quoted(flag)} = true "
        + _returned(kind, kind.schema.names),
        kind.schema,
    )


CURSOR_SCHEMA = pa.schema([("source", pa.string()), ("position", pa.int64()), ("hash", pa.string())])
BLOCK_SCHEMA = pa.schema(
    [
        ("hash", pa.string()),
        ("number", pa.int64()),
        ("parent_hash", pa.string()),
        ("timestamp_at", pa.int64()),
    ]
)
UNDO_SCHEMA = pa.schema(
    [
        ("undo_id", pa.string()),
        ("block_hash", pa.string()),
        ("block_number", pa.int64()),
        ("sequence", pa.int64()),
        ("kind", pa.string()),
        ("payload", pa.binary()),
    ]
)
DIGEST_SCHEMA = pa.schema([("state", pa.binary())])
VERSION_SCHEMA = pa.schema([("version", pa.int64())])

_CURSOR = "RETURN c.`source` AS `source`, c.`position` AS `position`, c.`hash` AS `hash`"
LOCK_CURSOR = Statement(
    f"MERGE (c:Cursor {{`source`: v_source}}) SET c.`locked` = true {_CURSOR}", CURSOR_SCHEMA
)
LOCK_ALL_CURSORS = Statement(f"MATCH (c:Cursor) SET c.`locked` = true {_CURSOR}", CURSOR_SCHEMA)
READ_CURSORS = Statement(f"MATCH (c:Cursor) {_CURSOR}", CURSOR_SCHEMA)
MOVE_CURSOR = Statement(
    "MATCH (c:Cursor) WHERE c.`source` = v_source SET c.`position` = v_position, c.`hash` = v_hash"
)
READ_BLOCKS = Statement(
    "MATCH (p:Block) RETURN " + ", ".join(f"p.{_quoted(c)} AS {_quoted(c)}" for c in BLOCK_SCHEMA.names),
    BLOCK_SCHEMA,
)
PUT_BLOCK = Statement(
    "MERGE (p:Block {`hash`: v_hash}) SET p.`number` = v_number, "
    "p.`parent_hash` = v_parent_hash, p.`timestamp_at` = v_timestamp_at"
)
PUT_UNDO = Statement("CREATE (u:Undo " + _literal_map([(c, f"v_{c}") for c in UNDO_SCHEMA.names]) + ")")
_UNDO = "RETURN " + ", ".join(f"u.{_quoted(c)} AS {_quoted(c)}" for c in UNDO_SCHEMA.names)
READ_UNDO = Statement(f"MATCH (u:Undo) WHERE u.`block_number` > v_block_number {_UNDO}", UNDO_SCHEMA)
COUNT_UNDO = Statement(
    "MATCH (u:Undo) WHERE u.`block_hash` = v_block_hash RETURN count(u) AS `version`", VERSION_SCHEMA
)
DROP_UNDO_ABOVE = Statement("MATCH (u:Undo) WHERE u.`block_number` > v_block_number DELETE u")
DROP_BLOCKS_ABOVE = Statement("MATCH (p:Block) WHERE p.`number` > v_block_number DELETE p")
DROP_UNDO_UP_TO = Statement("MATCH (u:Undo) WHERE u.`block_number` <= v_block_number DELETE u")
DROP_BLOCKS_UP_TO = Statement("MATCH (p:Block) WHERE p.`number` <= v_block_number DELETE p")
_DIGEST = "RETURN d.`state` AS `state`"
LOCK_DIGEST = Statement(
    f"MERGE (d:Digest {{`name`: 'graph'}}) SET d.`locked` = true {_DIGEST}", DIGEST_SCHEMA
)
READ_DIGEST = Statement(f"MATCH (d:Digest) {_DIGEST}", DIGEST_SCHEMA)
PUT_DIGEST = Statement("MATCH (d:Digest) WHERE d.`name` = 'graph' SET d.`state` = v_state")
READ_VERSION = Statement("MATCH (s:SchemaVersion) RETURN s.`version` AS `version`", VERSION_SCHEMA)
PUT_VERSION = Statement("MERGE (s:SchemaVersion {`name`: 'graph'}) SET s.`version` = v_version")

INTERNAL_KEYS = {
    "Cursor": "source",
    "Block": "hash",
    "Undo": "undo_id",
    "Digest": "name",
    "SchemaVersion": "name",
}
"""Labels that belong to the stores, with their keys; they are not rows of a snapshot."""

ALL_FLAGS = tuple(FLAGS.values())
