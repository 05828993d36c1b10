"""Which rows of two graphs differ: what a digest only says, row by row.

Owns the comparison of canonical rows. Refuses to know which of two graphs is right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.rows import encode_edge_rows, encode_node_rows
from graph_schema.snapshot_tables import Snapshot

_ENDS = ("source_label", "source", "target_label", "target")


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row that two graphs do not hold alike.

    Attributes:
        kind: Label or type.
        key: What identifies the row.
        mine: Properties that differ, as this graph has them; None where it lacks the row.
        other: The same of the other graph.
    """

    kind: str
    key: tuple[str, ...]
    mine: dict[str, Any] | None
    other: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return asdict(self)


def find_row_differences(mine: Snapshot, other: Snapshot) -> list[RowDifference]:
    """Return the rows that two snapshots do not hold alike, by kind and key."""
    found: list[RowDifference] = []
    for label, rows in mine.nodes.items():
        keys = [NODE_BY_LABEL[label].key]
        pair = encode_node_rows(label, rows), encode_node_rows(label, other.nodes[label])
        found += _differences(label, keys, rows, other.nodes[label], *pair)
    for type_, rows in mine.edges.items():
        keys = [*_ENDS, *EDGE_BY_TYPE[type_].discriminators]
        pair = encode_edge_rows(type_, rows), encode_edge_rows(type_, other.edges[type_])
        found += _differences(type_, keys, rows, other.edges[type_], *pair)
    return found


def find_rows(
    snapshot: Snapshot, wanted: Iterable[tuple[str, tuple[str, ...]]]
) -> dict[tuple[str, tuple[str, ...]], dict[str, Any]]:
    """Return the properties of the rows of a snapshot that have these kinds and keys."""
    by_kind: dict[str, set[tuple[str, ...]]] = {}
    for kind, key in wanted:
        by_kind.setdefault(kind, set()).add(key)
    found = {}
    for kind, keys in by_kind.items():
        node = NODE_BY_LABEL.get(kind)
        rows = snapshot.nodes[kind] if node else snapshot.edges[kind]
        names = [node.key] if node else [*_ENDS, *EDGE_BY_TYPE[kind].discriminators]
        texts = pa.array(sorted({key[0 if node else 1] for key in keys}), pa.string())
        for row in rows.filter(pc.is_in(rows[names[0 if node else 1]], value_set=texts)).to_pylist():
            key = tuple(str(row[name]) for name in names)
            if key in keys:
                found[kind, key] = {name: row[name] for name in row if name not in names}
    return found


def _differences(
    kind: str,
    keys: list[str],
    mine: pa.Table,
    other: pa.Table,
    my_rows: list[bytes],
    other_rows: list[bytes],
) -> Iterator[RowDifference]:
    only_mine = _by_key(keys, mine, my_rows, set(my_rows) - set(other_rows))
    only_other = _by_key(keys, other, other_rows, set(other_rows) - set(my_rows))
    for key in sorted({*only_mine, *only_other}):
        a, b = only_mine.get(key), only_other.get(key)
        if a is not None and b is not None:
            changed = [name for name in a if a[name] != b.get(name)]
            a, b = {name: a[name] for name in changed}, {name: b[name] for name in changed}
        yield RowDifference(kind, key, a, b)


def _by_key(
    keys: list[str], table: pa.Table, rows: list[bytes], wanted: set[bytes]
) -> dict[tuple[str, ...], dict[str, Any]]:
    """The wanted rows as dictionaries, by key."""
    indices = [index for index, row in enumerate(rows) if row in wanted] if wanted else []
    found = table.take(pa.array(indices, pa.int64())).to_pylist()
    return {
        tuple(str(row[key]) for key in keys): {name: row[name] for name in row if name not in keys}
        for row in found
    }
