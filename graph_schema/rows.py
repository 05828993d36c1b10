"""The canonical row: the one byte string that a row of the graph is, whatever store it came from.

Owns the form (design, section 3): deterministic CBOR (RFC 8949, section 4.2.1) of the array
`[label or type, keys…, {properties}]`, where a node has its key and a relationship has
`[source_label, source, target_label, target, discriminators…]`; nulls are omitted, times are integer
microseconds, wei is text. Encoding goes column by column, because a snapshot has hundreds of thousands of
rows. Refuses to know how rows are hashed.
"""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.nodes import NODE_BY_LABEL

_UNSIGNED, _NEGATIVE, _TEXT, _ARRAY, _MAP = 0, 1, 3, 4, 5
_FALSE, _TRUE = b"\xf4", b"\xf5"


def _head(major: int, value: int) -> bytes:
    """Return the shortest head of a CBOR item."""
    if value < 24:
        return bytes([major << 5 | value])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | extra]) + value.to_bytes(size, "big")
    raise OverflowError(value)


_TEXT_HEADS = [_head(_TEXT, length) for length in range(256)]
_SMALL_INTS = [_head(_UNSIGNED, value) for value in range(1024)]


def _encode_text(text: str) -> bytes:
    data = text.encode()
    return (_TEXT_HEADS[len(data)] if len(data) < 256 else _head(_TEXT, len(data))) + data


def _encode_int(value: int) -> bytes:
    if 0 <= value < 1024:
        return _SMALL_INTS[value]
    return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)


def _encode_column(column: pa.ChunkedArray) -> list[bytes | None]:
    values = column.to_pylist()
    if pa.types.is_boolean(column.type):
        return [None if v is None else _TRUE if v else _FALSE for v in values]
    encode = _encode_int if pa.types.is_integer(column.type) else _encode_text
    distinct = {value: encode(value) for value in set(values) if value is not None}
    return [distinct.get(value) for value in values]


def encode_node_rows(label: str, rows: pa.Table) -> list[bytes]:
    """Return the canonical row of each node, in the order of the table.

    Args:
        label: A label of the schema.
        rows: The key column and the label's properties, as `GraphStore.read_nodes` returns them.
    """
    return _encode(label, [NODE_BY_LABEL[label].key], rows)


def encode_edge_rows(type_: str, rows: pa.Table) -> list[bytes]:
    """Return the canonical row of each relationship, in the order of the table.

    Args:
        type_: A relationship type of the schema.
        rows: Columns as `GraphStore.read_edges` returns them.
    """
    keys = ["source_label", "source", "target_label", "target", *EDGE_BY_TYPE[type_].discriminators]
    return _encode(type_, keys, rows)


def _encode(name: str, keys: Sequence[str], rows: pa.Table) -> list[bytes]:
    head = _head(_ARRAY, 2 + len(keys)) + _encode_text(name)
    key_columns: list[Iterable[bytes | None]] = [_encode_column(rows[key]) for key in keys]
    heads = zip(*key_columns, strict=True)
    maps = _encode_maps(sorted(set(rows.column_names) - set(keys), key=_encode_text), rows)
    return [head + b"".join(parts) + properties for parts, properties in zip(heads, maps, strict=True)]


def _encode_maps(names: Sequence[str], rows: pa.Table) -> Iterator[bytes]:
    """Yield the map of each row; the names are sorted as their encodings are."""
    columns: list[list[bytes]] = []
    for name in names:
        key = _encode_text(name)
        columns.append([b"" if v is None else key + v for v in _encode_column(rows[name])])
    map_heads = [_head(_MAP, count) for count in range(len(names) + 1)]
    if not columns:
        yield from [map_heads[0]] * rows.num_rows
        return
    for parts in zip(*columns, strict=True):
        yield map_heads[len(parts) - parts.count(b"")] + b"".join(parts)
