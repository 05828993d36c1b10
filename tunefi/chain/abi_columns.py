"""Many ABI-encoded values of one type at once, column by column: what `eth_abi` says, at a tenth of the time.

Owns the fast way for what compilers write: each pointer behind its head, each length within the data. Any row
that is otherwise is left out here, for `eth_abi` to judge. Refuses to know events.

    row i: [ head | tail ]     positions are absolute in the bytes of all rows, joined;
    bytes: row 0 row 1 …       `_Rows.ends[i]` is where row i ends
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from eth_abi.grammar import ABIType, BasicType, TupleType, parse
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Words = NDArray[np.uint8]
"""(values, 32) bytes."""

_WORD = 32
_MOST_BYTES = 1 << 40
_IN_WORD = np.arange(_WORD)
_ZEROS = bytes(_WORD)


@dataclass(frozen=True, slots=True)
class DecodedColumns:
    """One list of values for each type, and which rows are good; values of the others mean nothing."""

    columns: list[list[Any]]
    good: NDArray[np.bool_]


def decode_columns(types: Sequence[str], rows: Sequence[bytes]) -> DecodedColumns:
    """Decode one tuple of these types from each row.

    Args:
        types: Canonical types, as `eth_abi` takes them.
        rows: Encoded tuples; what follows one in its row is ignored.

    Returns:
        A row is good only if `eth_abi` decodes it to the same values.
    """
    batch = _Rows.of(rows)
    if not all(_is_known(kind) for kind in types):
        batch.good[:] = False
        return DecodedColumns([[None] * len(rows) for _ in types], batch.good)
    starts, owners = batch.starts, np.arange(len(rows))
    return DecodedColumns(_members(batch, [_parsed(kind) for kind in types], starts, owners), batch.good)


@dataclass(slots=True)
class _Rows:
    """The bytes of all rows, joined, with room behind for words that are read beyond the end."""

    joined: bytes
    array: NDArray[np.uint8]
    starts: Positions
    ends: Positions
    good: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[bytes]) -> "_Rows":
        joined = b"".join([*rows, _ZEROS])
        ends = np.fromiter(accumulate(map(len, rows)), np.int64, len(rows))
        starts = np.concatenate([[0], ends[:-1]]) if len(rows) else ends
        return cls(joined, np.frombuffer(joined, np.uint8), starts, ends, np.ones(len(rows), np.bool_))

    def words(self, at: Positions, owners: Positions) -> Words:
        """Return the words at positions; a row that ends before is bad, and gets zeros."""
        inside = at + _WORD <= self.ends[owners]
        if not inside.all():
            self.reject(owners, ~inside)
            at = np.where(inside, at, len(self.joined) - _WORD)
        words: Words = self.array[at[:, None] + _IN_WORD]
        return words

    def sizes(self, at: Positions, owners: Positions, limits: Positions) -> Positions:
        """Return the numbers at positions; a row with one above its limit is bad, and gets 0."""
        words = self.words(at, owners)
        numbers = words[:, 24:].copy().view(">u8").reshape(-1)
        fits = ~words[:, :24].any(axis=1) & (numbers <= _MOST_BYTES)
        sizes = np.where(fits, numbers, 0).astype(np.int64)
        fits &= sizes <= limits
        self.reject(owners, ~fits)
        return np.where(fits, sizes, 0)

    def reject(self, owners: Positions, bad: NDArray[np.bool_] | np.bool_) -> None:
        """Note that the owners of bad values are bad rows."""
        if bad.any():
            self.good[owners[bad]] = False


@lru_cache(maxsize=1024)
def _parsed(kind: str) -> ABIType:
    parsed: ABIType = parse(kind)
    return parsed


@lru_cache(maxsize=1024)
def _is_known(kind: str) -> bool:
    """Whether the type, and each type within it, has a reader here."""
    abi_type = _parsed(kind)
    if abi_type.is_array:
        return abi_type.arrlist[-1] != (0,) and _is_known(abi_type.item_type.to_type_str())
    if isinstance(abi_type, TupleType):
        return bool(abi_type.components) and all(
            _is_known(part.to_type_str()) for part in abi_type.components
        )
    return isinstance(abi_type, BasicType) and abi_type.base in _READERS


def _head_bytes(abi_type: ABIType) -> int:
    """Return how many bytes a value takes in the head of what holds it."""
    if abi_type.is_dynamic:
        return _WORD
    if abi_type.is_array:
        return int(abi_type.arrlist[-1][0]) * _head_bytes(abi_type.item_type)
    if isinstance(abi_type, TupleType):
        return sum(_head_bytes(part) for part in abi_type.components)
    return _WORD


def _values(batch: _Rows, abi_type: ABIType, at: Positions, owners: Positions) -> list[Any]:
    """Return the values that begin at positions."""
    if abi_type.is_array:
        return _array(batch, abi_type, at, owners)
    if isinstance(abi_type, TupleType):
        return list(zip(*_members(batch, abi_type.components, at, owners), strict=True))
    assert isinstance(abi_type, BasicType)
    return _READERS[abi_type.base](batch, abi_type.sub, at, owners)


def _members(batch: _Rows, types: Sequence[ABIType], at: Positions, owners: Positions) -> list[list[Any]]:
    """Return a column for each member of the tuples that begin at positions."""
    head = sum(_head_bytes(kind) for kind in types)
    columns, place = [], 0
    for kind in types:
        where = at + place
        if kind.is_dynamic:
            where = _follow(batch, where, at, np.full(len(at), head), owners)
        columns.append(_values(batch, kind, where, owners))
        place += _head_bytes(kind)
    return columns


def _follow(batch: _Rows, at: Positions, frame: Positions, head: Positions, owners: Positions) -> Positions:
    """Return where the pointers at positions lead: behind the head of their frame, within their row."""
    pointers = batch.sizes(at, owners, batch.ends[owners] - frame - 1)
    batch.reject(owners, pointers < head)
    return frame + pointers


def _array(batch: _Rows, abi_type: ABIType, at: Positions, owners: Positions) -> list[Any]:
    """Return arrays as tuples: all their items are read at once, then dealt out."""
    item = abi_type.item_type
    step = _head_bytes(item)
    if abi_type.arrlist[-1]:
        counts, first = np.full(len(at), abi_type.arrlist[-1][0]), at
    else:
        counts, first = batch.sizes(at, owners, (batch.ends[owners] - at - _WORD) // step), at + _WORD
    ends = np.cumsum(counts)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    frames, item_owners = np.repeat(first, counts), np.repeat(owners, counts)
    where = frames + within * step
    if item.is_dynamic:
        where = _follow(batch, where, frames, np.repeat(counts * _WORD, counts), item_owners)
    items = _values(batch, item, where, item_owners)
    stops = ends.tolist()
    return [tuple(items[stop - count : stop]) for stop, count in zip(stops, counts.tolist(), strict=True)]


def _unsigned(batch: _Rows, bits: Any, at: Positions, owners: Positions) -> list[Any]:
    words = batch.words(at, owners)
    batch.reject(owners, words[:, : _WORD - bits // 8].any(axis=1))
    if not words[:, :24].any():
        numbers: list[Any] = words[:, 24:].copy().view(">u8").reshape(-1).tolist()
        return numbers
    return [int.from_bytes(word, "big") for word in _split(words)]


def _signed(batch: _Rows, bits: Any, at: Positions, owners: Positions) -> list[Any]:
    numbers = [int.from_bytes(word, "big", signed=True) for word in _split(batch.words(at, owners))]
    limit = 1 << (bits - 1)
    batch.reject(owners, np.fromiter((not -limit <= n < limit for n in numbers), np.bool_, len(numbers)))
    return numbers


def _boolean(batch: _Rows, _: Any, at: Positions, owners: Positions) -> list[Any]:
    words = batch.words(at, owners)
    batch.reject(owners, words[:, :31].any(axis=1) | (words[:, 31] > 1))
    booleans: list[Any] = (words[:, 31] == 1).tolist()
    return booleans


def _address(batch: _Rows, _: Any, at: Positions, owners: Positions) -> list[Any]:
    words = batch.words(at, owners)
    batch.reject(owners, words[:, :12].any(axis=1))
    text = words[:, 12:].tobytes().hex()
    return ["0x" + text[place : place + 40] for place in range(0, len(text), 40)]


def _bytes(batch: _Rows, size: Any, at: Positions, owners: Positions) -> list[Any]:
    if size is None:
        return _byte_strings(batch, at, owners)
    words = batch.words(at, owners)
    batch.reject(owners, words[:, size:].any(axis=1))
    return _split(words) if size == _WORD else [word[:size] for word in _split(words)]


def _byte_strings(batch: _Rows, at: Positions, owners: Positions) -> list[Any]:
    """Return byte strings of any length; their zeros up to a whole word are within the row too."""
    room = (batch.ends[owners] - at - _WORD) // _WORD * _WORD
    lengths = batch.sizes(at, owners, room)
    starts, joined = (at + _WORD).tolist(), batch.joined
    values, bad = [], np.zeros(len(starts), np.bool_)
    for index, (start, length) in enumerate(zip(starts, lengths.tolist(), strict=True)):
        values.append(joined[start : start + length])
        padding = -length % _WORD
        if padding and joined[start + length : start + length + padding] != _ZEROS[:padding]:
            bad[index] = True
    batch.reject(owners, bad)
    return values


def _strings(batch: _Rows, _: Any, at: Positions, owners: Positions) -> list[Any]:
    values: list[Any] = []
    bad = np.zeros(len(at), np.bool_)
    for index, value in enumerate(_byte_strings(batch, at, owners)):
        try:
            values.append(value.decode())
        except UnicodeDecodeError:
            values.append("")
            bad[index] = True
    batch.reject(owners, bad)
    return values


def _split(words: Words) -> list[bytes]:
    joined = words.tobytes()
    return [joined[place : place + _WORD] for place in range(0, len(joined), _WORD)]


_READERS: dict[str, Callable[[_Rows, Any, Positions, Positions], list[Any]]] = {
    "uint": _unsigned,
    "int": _signed,
    "bool": _boolean,
    "address": _address,
    "bytes": _bytes,
    "string": _strings,
}
