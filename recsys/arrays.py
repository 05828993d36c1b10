"""The array types of this package, and sets of rows for each listener.

Owns the shapes that functions hand to each other. Refuses to know what a row stands for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recsys.errors import MalformedRows

Int8Matrix = NDArray[np.int8]
"""int8 (rows, D), each component in [-127, 127]."""
FloatMatrix = NDArray[np.floating[Any]]
Rows = NDArray[np.uint32]
"""Dense row numbers."""
Scores = NDArray[np.int32]


def distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys in ascending order, each once.

    `np.unique` puts 64-bit keys into a hash table, which took 150 times as long for two million of them.
    """
    ordered = np.sort(keys)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


@dataclass(frozen=True)
class CsrRows:
    """A sorted set of rows for each of B listeners, in compressed form.

    Listener b has `indices[indptr[b]:indptr[b + 1]]`.

    Attributes:
        indptr: int64 (B + 1,), ascending from 0.
        indices: uint32 (total,), strictly ascending for each listener.
    """

    indptr: NDArray[np.int64]
    indices: Rows

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row(self, listener: int) -> Rows:
        """Return the sorted rows of one listener."""
        return self.indices[self.indptr[listener] : self.indptr[listener + 1]]

    def counts(self) -> NDArray[np.int64]:
        """Return how many rows each listener has, int64 (B,)."""
        return np.diff(self.indptr)

    def owners(self) -> NDArray[np.int64]:
        """Return the listener of each entry of `indices`, int64 (total,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts())

    def take(self, start: int, stop: int) -> Self:
        """Return the sets of listeners start to stop - 1."""
        first, last = self.indptr[start], self.indptr[stop]
        return type(self)(self.indptr[start : stop + 1] - first, self.indices[first:last])

    def select(self, listeners: NDArray[np.int64]) -> Self:
        """Return the sets of some listeners, in the order in which they are named."""
        counts = self.counts()[listeners]
        ends = np.cumsum(counts)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
        indices = self.indices[np.repeat(self.indptr[listeners], counts) + within]
        return type(self)(np.concatenate([[0], ends]).astype(np.int64), indices)

    def check(self, rows: int, what: str) -> None:
        """Check that every set is strictly ascending and below `rows`.

        Raises:
            MalformedRows: One is not.
        """
        if self.indptr[0] != 0 or self.indptr[-1] != len(self.indices) or np.any(self.counts() < 0):
            raise MalformedRows(what, "the index pointers do not ascend from 0 to the number of entries")
        if len(self.indices) and int(self.indices.max()) >= rows:
            raise MalformedRows(what, f"row {int(self.indices.max())} is out of range, the table has {rows}")
        rising = np.diff(self.indices.astype(np.int64)) > 0
        same_listener = np.diff(self.owners()) == 0
        if np.any(same_listener & ~rising):
            raise MalformedRows(what, "rows must be strictly ascending for each listener")

    @classmethod
    def empty(cls, listeners: int) -> Self:
        """Return an empty set for each listener."""
        return cls(np.zeros(listeners + 1, np.int64), np.empty(0, np.uint32))

    @classmethod
    def of_sets(cls, sets: Sequence[Iterable[int]]) -> Self:
        """Return the sorted, unique form of one collection of rows for each listener."""
        lists = [sorted(set(rows)) for rows in sets]
        indptr = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        return cls(indptr, np.array([row for rows in lists for row in rows], dtype=np.uint32))

    @classmethod
    def of_pairs(cls, listener_rows: NDArray[Any], rows: NDArray[Any], listeners: int) -> Self:
        """Return the sorted, unique form of (listener, row) pairs in any order."""
        keys = distinct(listener_rows.astype(np.int64) << 32 | rows.astype(np.int64))
        counts = np.bincount(keys >> 32, minlength=listeners)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(indptr, (keys & 0xFFFFFFFF).astype(np.uint32))
