"""How rows of a batch become one row a key, and one with what is stored. Pure, column by column in Arrow.

Owns the merge rules and the checks of what a batch may hold. Refuses to know stores.
"""

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.errors import (
    ForeignProperty,
    KeyTooLong,
    MalformedWei,
    MissingKey,
    UnknownProperty,
    WrongColumnType,
)
from graph_schema.kinds import ARROW_TYPES, Kind
from graph_schema.properties import Merge, Property, PropertyType, Source

BEFORE = "was_"
"""Prefix of the columns that hold what is stored, beside the columns of the batch."""

MOST_KEY_BYTES = 4096
"""Longest key in UTF-8; a unique constraint of Neo4j holds little more."""

_AGGREGATIONS = {Merge.SET: "last", Merge.ADD: "sum", Merge.MIN: "min", Merge.MAX: "max"}


def check_rows(kind: Kind, rows: pa.Table, source: Source) -> pa.Table:
    """Return the rows with keys first and every column in the type of the schema.

    Raises:
        MissingKey, KeyTooLong, UnknownProperty, ForeignProperty, WrongColumnType, MalformedWei: What the
            batch may not hold; nothing has been written.
    """
    columns = [_key_column(kind, rows, key) for key in kind.keys]
    by_name = {p.name: p for p in kind.properties}
    names = [name for name in rows.column_names if name not in kind.keys]
    for name in names:
        if name not in by_name:
            raise UnknownProperty(kind.name, name)
        if by_name[name].source is not source:
            raise ForeignProperty(kind.name, name, source.value)
        columns.append(_property_column(kind, rows, by_name[name]))
    return pa.table(columns, names=[*kind.keys, *names])


def check_keys(kind: Kind, rows: pa.Table) -> pa.Table:
    """Return only the key columns, typed, each key once."""
    keys = pa.table([_key_column(kind, rows, key) for key in kind.keys], names=list(kind.keys))
    return keys.group_by(list(kind.keys), use_threads=False).aggregate([])


def _key_column(kind: Kind, rows: pa.Table, key: str) -> pa.ChunkedArray:
    if key not in rows.column_names:
        raise MissingKey(kind.name, key)
    column = _cast(kind, rows, key, kind.schema.field(key).type)
    if column.null_count:
        raise MissingKey(kind.name, key)
    if pa.types.is_string(column.type):
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest > MOST_KEY_BYTES:
            raise KeyTooLong(kind.name, key, longest, MOST_KEY_BYTES)
    return column


def _property_column(kind: Kind, rows: pa.Table, prop: Property) -> pa.ChunkedArray:
    column = _cast(kind, rows, prop.name, ARROW_TYPES[prop.type])
    if prop.type is PropertyType.WEI:
        good = pc.match_substring_regex(column, r"^(0|[1-9][0-9]*)$")
        bad = column.filter(pc.invert(pc.fill_null(good, True)))
        if len(bad):
            raise MalformedWei(kind.name, prop.name, bad[0].as_py())
    return column


def _cast(kind: Kind, rows: pa.Table, name: str, type_: pa.DataType) -> pa.ChunkedArray:
    column = rows.column(name)
    if column.type == type_ or pa.types.is_null(column.type):
        return column.cast(type_)
    if pa.types.is_string(type_) and not pa.types.is_large_string(column.type):
        raise WrongColumnType(kind.name, name, str(type_), f"it is {column.type}")
    try:
        return column.cast(type_)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise WrongColumnType(kind.name, name, str(type_), str(error)) from error


def merge_within_batch(kind: Kind, rows: pa.Table) -> pa.Table:
    """Return one row a key: the batch's rows merged by the rule of each property, in their order."""
    rules = {p.name: _AGGREGATIONS[p.merge] for p in kind.properties}
    names = [name for name in rows.column_names if name in rules]
    grouped = rows.group_by(list(kind.keys), use_threads=False).aggregate([(n, rules[n]) for n in names])
    if grouped.num_rows == rows.num_rows:
        return rows
    renamed = grouped.rename_columns(
        [name if name in kind.keys else name.rsplit("_", 1)[0] for name in grouped.column_names]
    )
    return renamed.select(rows.column_names).cast(rows.schema)


def beside_stored(kind: Kind, rows: pa.Table, stored: pa.Table) -> pa.Table:
    """Return the rows with what is stored under the same key in columns `was_…` (null where nothing is)."""
    renamed = stored.rename_columns([n if n in kind.keys else BEFORE + n for n in stored.column_names])
    return rows.join(renamed, list(kind.keys), join_type="left outer").combine_chunks()


def merge_with_stored(kind: Kind, joined: pa.Table) -> pa.Table:
    """Return the rows as they are after the batch, still beside what was stored."""
    for prop in kind.properties:
        if prop.name in joined.column_names:
            merged = _merge(prop, joined[prop.name], joined[BEFORE + prop.name])
            joined = joined.set_column(joined.column_names.index(prop.name), prop.name, merged)
    return joined


def _merge(prop: Property, given: pa.ChunkedArray, stored: pa.ChunkedArray) -> pa.ChunkedArray:
    if prop.merge is Merge.SET:
        return pc.coalesce(given, stored)
    if prop.merge is Merge.ADD:
        return pc.coalesce(_add(prop, given, stored), given, stored)
    if prop.type is PropertyType.BOOL:
        logical = pc.or_kleene if prop.merge is Merge.MAX else pc.and_kleene
        return pc.coalesce(logical(given, stored), given, stored)
    choose = pc.max_element_wise if prop.merge is Merge.MAX else pc.min_element_wise
    return choose(given, stored, skip_nulls=True)


def _add(prop: Property, given: pa.ChunkedArray, stored: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.add_checked(given, stored)
    except pa.ArrowInvalid as error:
        raise WrongColumnType("a sum", prop.name, "a 64-bit integer", str(error)) from error


def first_of_each_key(kind: Kind, rows: pa.Table) -> pa.Table:
    """Return of each key the first row, nulls included."""
    numbered = rows.append_column("row_number", pa.array(range(rows.num_rows), pa.int64()))
    first = numbered.group_by(list(kind.keys), use_threads=False).aggregate([("row_number", "min")])
    return rows.take(first["row_number_min"])
