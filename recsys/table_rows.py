"""The order of rows that commitments need: tracks by keccak256 of their identity, listeners by address.

Owns that order and its checks. Refuses to know vectors.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from recsys.errors import MalformedRows
from tunefi.hashing import keccak256
from tunefi.ids import Hash32


def track_key(track_id: str) -> Hash32:
    """Return what track rows ascend by, keccak256 of the identity in UTF-8.

    Raises:
        MalformedRows: The identity holds half a surrogate pair, which UTF-8 does not have.
    """
    try:
        return keccak256(track_id.encode())
    except UnicodeEncodeError as error:
        raise MalformedRows("track_ids", f"{track_id!r} has no form in UTF-8") from error


def check_ascending(keys: Sequence[Any], what: str) -> None:
    """Check that the keys of rows strictly ascend.

    Raises:
        MalformedRows: They do not.
    """
    for row, (lower, higher) in enumerate(pairwise(keys)):
        if lower >= higher:
            raise MalformedRows(what, f"the keys of rows {row} and {row + 1} do not strictly ascend")


def check_identities(identities: Sequence[str], vectors: int, what: str) -> None:
    """Check that there is one unique, non-empty identity for each vector.

    Raises:
        MalformedRows: There is not.
    """
    if len(identities) != vectors:
        raise MalformedRows(what, f"{len(identities)} identities for {vectors} vectors")
    if not all(identities):
        raise MalformedRows(what, "an identity is empty")
    if len(set(identities)) != len(identities):
        repeated = sorted(identities)
        first = next(a for a, b in pairwise(repeated) if a == b)
        raise MalformedRows(what, f"{first!r} is repeated")
