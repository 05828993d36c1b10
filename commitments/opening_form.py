"""Whether the bytes of an opening have the form that every list must have.

Owns the rules of `challengeMalformed`, and those of a list that need no score: how long it is, and that
no row comes twice. Refuses to know scores and proofs. Bytes of bad form that hash to a committed leaf are
proof of a false epoch.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from commitments.opening import Opening, unpack_rows
from recsys.exclusions import EXCLUDED_MAX


class Malformation(StrEnum):
    """What is wrong with the form."""

    VECTOR_LENGTH = "vector_length"
    VECTOR_BYTE = "vector_byte"
    VECTOR_ZERO = "vector_zero"
    EXCLUDED_SIZE = "excluded_size"
    EXCLUDED_LONG = "excluded_long"
    EXCLUDED_ORDER = "excluded_order"
    EXCLUDED_RANGE = "excluded_range"
    ROWS_SIZE = "rows_size"
    SCORES_SIZE = "scores_size"


SENTENCES = {
    Malformation.VECTOR_LENGTH: "the listener's vector has not the dimension of the epoch",
    Malformation.VECTOR_BYTE: "the listener's vector holds the byte 0x80",
    Malformation.VECTOR_ZERO: "the listener's vector is all zero, such a listener has no leaf",
    Malformation.EXCLUDED_SIZE: "the exclusions are not a whole number of 4-byte rows",
    Malformation.EXCLUDED_LONG: f"there are more than {EXCLUDED_MAX} exclusions",
    Malformation.EXCLUDED_ORDER: "the exclusions do not strictly ascend",
    Malformation.EXCLUDED_RANGE: "an exclusion is no row of a track",
    Malformation.ROWS_SIZE: "the list is not a whole number of 4-byte rows",
    Malformation.SCORES_SIZE: "there is not one 4-byte score for each row of the list",
}


def find_malformation(opening: Opening, dimension: int, tracks: int) -> Malformation | None:
    """Return the first thing wrong with the form of an opening, or None.

    Args:
        opening: Any bytes.
        dimension: Dimension of the epoch.
        tracks: Number of tracks of the epoch.
    """
    return (
        _in_vector(opening.vector, dimension) or _in_excluded(opening.excluded, tracks) or _in_list(opening)
    )


def find_wrong_length(opening: Opening, list_length: int, tracks: int) -> str | None:
    """Return what is wrong with the length of a list of good form, or None.

    Args:
        opening: An opening of good form.
        list_length: Length of a full list.
        tracks: Number of tracks of the epoch.
    """
    count = len(unpack_rows(opening.rows))
    expected = min(list_length, tracks - len(unpack_rows(opening.excluded)))
    return None if count == expected else f"the list has {count} tracks and must have {expected}"


def find_repeated(rows: Sequence[int]) -> tuple[int, int] | None:
    """Return the places, from 0, of the first row that is listed again, or None."""
    seen: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row in seen:
            return seen[row], place
        seen[row] = place
    return None


def _in_vector(vector: bytes, dimension: int) -> Malformation | None:
    if len(vector) != dimension:
        return Malformation.VECTOR_LENGTH
    if 0x80 in vector:
        return Malformation.VECTOR_BYTE
    return None if any(vector) else Malformation.VECTOR_ZERO


def _in_excluded(excluded: bytes, tracks: int) -> Malformation | None:
    if len(excluded) % 4:
        return Malformation.EXCLUDED_SIZE
    if len(excluded) > 4 * EXCLUDED_MAX:
        return Malformation.EXCLUDED_LONG
    rows = unpack_rows(excluded)
    if np.any(np.diff(rows) <= 0):
        return Malformation.EXCLUDED_ORDER
    return Malformation.EXCLUDED_RANGE if len(rows) and rows[-1] >= tracks else None


def _in_list(opening: Opening) -> Malformation | None:
    if len(opening.rows) % 4:
        return Malformation.ROWS_SIZE
    return Malformation.SCORES_SIZE if len(opening.scores) != len(opening.rows) else None
