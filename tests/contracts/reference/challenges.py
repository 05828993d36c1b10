"""What a list must be and what proves that it is not, from the words of the design's sections 4 and 5.

Numbers are read out of the bytes one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_EXCLUDED = 4_096
NOTHING_PROVEN = "NothingProven"
PROVEN = None


@dataclass(frozen=True)
class Shape:
    """What an epoch says of its lists."""

    tracks: int
    dimension: int
    list_length: int


@dataclass(frozen=True)
class Claimed:
    """What an opening claims."""

    vector: bytes
    excluded: bytes
    rows: bytes
    scores: bytes

    @property
    def excluded_rows(self) -> list[int]:
        """The exclusions."""
        return _numbers(self.excluded, signed=False)

    @property
    def listed(self) -> list[tuple[int, int]]:
        """Row and score of each place of the list."""
        return list(zip(_numbers(self.rows, signed=False), _numbers(self.scores, signed=True), strict=True))

    def has_sizes(self, shape: Shape) -> bool:
        """Whether it can be read: the vector, the list and its scores are as long as the epoch says."""
        excluded, rest = divmod(len(self.excluded), 4)
        size = 4 * min(shape.list_length, shape.tracks - excluded)
        return (
            rest == 0
            and excluded <= min(MAX_EXCLUDED, shape.tracks)
            and (len(self.vector), len(self.rows), len(self.scores)) == (shape.dimension, size, size)
        )


def product(a: bytes, b: bytes) -> int:
    """Return the sum of the products of two vectors."""
    return sum(_component(x) * _component(y) for x, y in zip(a, b, strict=True))


def judge_score(claimed: Claimed, shape: Shape, position: int, row: int, vector: bytes) -> str | None:
    """Return why showing the track of that row does not prove the score at that place false, or `PROVEN`."""
    if not claimed.has_sizes(shape):
        return PROVEN
    if position >= len(claimed.listed):
        return "PositionOutOfRange"
    listed_row, score = claimed.listed[position]
    if row != listed_row:
        return "WrongTrack"
    if len(vector) != shape.dimension:
        return PROVEN
    return _verdict(product(claimed.vector, vector) != score)


def judge_order(claimed: Claimed, shape: Shape, first: int, second: int) -> str | None:
    """Return why two places do not prove the list false, or `PROVEN`."""
    if not claimed.has_sizes(shape):
        return PROVEN
    if max(first, second) >= len(claimed.listed):
        return "PositionOutOfRange"
    row, score = claimed.listed[first]
    other_row, other_score = claimed.listed[second]
    forbidden = row >= shape.tracks or row in claimed.excluded_rows
    misplaced = first < second and _rank(score, row) >= _rank(other_score, other_row)
    repeated = first < second and row == other_row
    return _verdict(forbidden or misplaced or repeated)


def judge_omission(claimed: Claimed, shape: Shape, row: int, vector: bytes) -> str | None:
    """Return why a track does not prove that it was left out, or `PROVEN`."""
    if not claimed.has_sizes(shape) or len(vector) != shape.dimension:
        return PROVEN
    ranks = [_rank(score, listed_row) for listed_row, score in claimed.listed]
    better = not ranks or _rank(product(claimed.vector, vector), row) < ranks[-1]
    known = row in [listed_row for listed_row, _ in claimed.listed] or row in claimed.excluded_rows
    return _verdict(better and not known)


def judge_form(claimed: Claimed, shape: Shape) -> str | None:
    """Return why the bytes do not prove bad form, or `PROVEN`."""
    if not claimed.has_sizes(shape):
        return PROVEN
    excluded = claimed.excluded_rows
    formed = (
        is_vector(claimed.vector, shape.dimension)
        and any(claimed.vector)
        and excluded == sorted(set(excluded))
        and all(row < shape.tracks for row in excluded)
    )
    return _verdict(not formed)


def is_vector(vector: bytes, dimension: int) -> bool:
    """Return whether the bytes are a vector."""
    return len(vector) == dimension and 0x80 not in vector


def _rank(score: int, row: int) -> tuple[int, int]:
    """Return what is lower for the better."""
    return (-score, row)


def _verdict(proven: bool) -> str | None:
    return PROVEN if proven else NOTHING_PROVEN


def _component(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _numbers(packed: bytes, *, signed: bool) -> list[int]:
    groups: Sequence[bytes] = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    return [int.from_bytes(group, "big", signed=signed) for group in groups]
