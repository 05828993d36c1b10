"""Interactions from tables of pandas, Polars, Arrow, or whatever speaks Arrow's C stream interface.

Owns what the columns mean, and naming the row that makes no sense. Refuses to depend on any of the libraries:
all of them hand their columns over to Arrow.
"""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.data.errors import MalformedTable
from training.data.interactions import Interactions, build_interactions
from tunefi.hashing import keccak256
from tunefi.ids import Hash32

_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")
_FORMAT = b"tunefi-table/1"
_LATEST = 10**11
"""Seconds beyond the year 5000: whoever has more counts in milliseconds or less."""


def build_from_table(
    table: Any,
    *,
    listener: str = "listener",
    track: str = "track",
    plays: str = "plays",
    time: str = "time",
) -> Interactions:
    """Return the pairs of a table; rows of one pair are added up, and the earliest time counts.

    Args:
        table: A frame of pandas or Polars, a table of Arrow, or anything with `__arrow_c_stream__`.
        listener: Column of addresses, names or numbers; see `address_of`.
        track: Column of texts or numbers; number n is track `item:n`, as in the text form.
        plays: Column with a number of plays, where there is one; else each row is one play.
        time: Column of timestamps, dates or seconds since 1970, where there is one.

    Raises:
        MalformedTable: A column is missing or of a wrong type, or a row makes no sense.
        DegenerateSnapshot: Nothing can be learned from the pairs.
    """
    arrow = _to_arrow(table)
    columns = {
        "listener": _renamed(_identities(arrow, listener), address_of),
        "track": _renamed(_identities(arrow, track), _track_of),
        "plays": _plays(arrow, plays),
    }
    sums = [("plays", "sum")]
    if time in arrow.column_names:
        columns["time"] = _seconds(arrow[time], time)
        sums.append(("time", "min"))
    pairs = pa.table(columns).group_by(["listener", "track"]).aggregate(sums)
    pairs = pairs.sort_by([("listener", "ascending"), ("track", "ascending")])
    return build_interactions(
        track_ids=pairs["track"].unique(),
        listened=(pairs["listener"], pairs["track"]),
        plays=pairs["plays_sum"].to_numpy(),
        snapshot_digest=_digest(pairs),
        times=pairs["time_min"] if "time" in columns else None,
    )


def address_of(listener: str | int) -> str:
    """Return the address of a listener.

    An address is itself; number n is `0x…n` in hexadecimal, as in the text form; another name gets the last
    20 bytes of its keccak256.
    """
    if isinstance(listener, int):
        return f"0x{listener:040x}"
    if _ADDRESS.fullmatch(listener):
        return listener.lower()
    return "0x" + keccak256(listener.encode())[-20:].hex()


def _track_of(track: str | int) -> str:
    return f"item:{track}" if isinstance(track, int) else track


def _to_arrow(table: Any) -> pa.Table:
    try:
        return pa.table(table)
    except (TypeError, ValueError, pa.ArrowException) as error:
        problem = f"{type(table).__name__} is no table that Arrow can read ({error})"
        raise MalformedTable(
            "table", None, problem, "give a frame of pandas or Polars, or an Arrow table"
        ) from error


def _identities(arrow: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in arrow.column_names:
        found = ", ".join(arrow.column_names)
        raise MalformedTable(name, None, f"it is not there, only {found}", "name the column that holds it")
    column = arrow[name]
    if pa.types.is_dictionary(column.type):
        column = _without_dictionary(column)
    if pa.types.is_integer(column.type):
        _refuse(name, pc.less(column, 0), column, "is negative", "number from 0")
    elif pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    elif not pa.types.is_string(column.type):
        raise MalformedTable(name, None, f"its type is {column.type}", "give texts or whole numbers")
    _refuse(name, pc.is_null(column), column, "is missing", "drop the row or fill it in")
    if pa.types.is_string(column.type):
        _refuse(name, pc.equal(column, ""), column, "is empty", "drop the row or fill it in")
    return column


def _without_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # Not by one cast: Arrow has none for every kind of text that a dictionary may hold.
    kind = column.type.value_type
    plain = kind if pa.types.is_integer(kind) else pa.string()
    return pa.chunked_array([each.dictionary.cast(plain).take(each.indices) for each in column.chunks], plain)


def _renamed(column: pa.ChunkedArray, name_of: Any) -> pa.ChunkedArray:
    """Return the names of a column; each different value is looked at once."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    names = pa.array([name_of(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return names.take(encoded.indices)


def _plays(arrow: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in arrow.column_names:
        return pa.chunked_array([np.ones(arrow.num_rows)])
    column = arrow[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise MalformedTable(name, None, f"its type is {column.type}", "give numbers")
    column = column.cast(pa.float64())
    wrong = pc.invert(pc.fill_null(pc.and_(pc.is_finite(column), pc.greater_equal(column, 0)), False))
    _refuse(name, wrong, column, "is no number of plays", "give numbers from 0, or drop the column")
    return column


def _seconds(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_temporal(kind) and not (pa.types.is_time(kind) or pa.types.is_duration(kind)):
        zone = kind.tz if pa.types.is_timestamp(kind) else None
        return column.cast(pa.timestamp("s", zone), safe=False).cast(pa.int64())
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise MalformedTable(
            name, None, f"its type is {kind}", "give timestamps, dates or seconds since 1970"
        )
    finite = pc.if_else(pc.is_finite(column), column, None) if pa.types.is_floating(kind) else column
    far = pc.fill_null(pc.greater(pc.abs(finite), _LATEST), False)
    _refuse(name, far, column, "is no time in seconds since 1970", "give timestamps, or seconds")
    return pc.floor(finite).cast(pa.int64()) if pa.types.is_floating(kind) else finite.cast(pa.int64())


def _refuse(name: str, wrong: pa.ChunkedArray, column: pa.ChunkedArray, problem: str, remedy: str) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value = column[row].as_py()
        what = "the value" if value is None else repr(value)[:80]
        raise MalformedTable(name, row, f"{what} {problem}", remedy)


def _digest(pairs: pa.Table) -> Hash32:
    """Return keccak256 over the sorted pairs as an Arrow stream: equal pairs give equal digests."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pairs.schema) as writer:
        writer.write_table(pairs.combine_chunks())
    return keccak256(_FORMAT + sink.getvalue().to_pybytes())
