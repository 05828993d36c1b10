"""The opening of a listener: the private bytes behind one leaf, with the proof.

Owns its form in memory and in JSON. Refuses to know whether it is true (`commitments.list_checks`):
bytes of bad form can be committed, so they must be representable. An opening is shown to its listener
only and is never part of the public bundle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commitments.errors import MalformedOpening
from commitments.leaves import opening_hash
from tunefi.errors import FinalError
from tunefi.ids import Address, Hash32, ListenerRow, hex_of, parse_address


@dataclass(frozen=True)
class Opening:
    """What a listener's leaf commits to.

    Attributes:
        address: The listener.
        row: Row of the listener, the leaf's key.
        salt: 32 bytes.
        vector: D components, one byte each.
        excluded: Rows never shown, packed big-endian uint32.
        rows: The list, best first, packed big-endian uint32.
        scores: Scores of the list, packed big-endian int32.
        proof: Siblings from the leaf to the listener root.
    """

    address: Address
    row: ListenerRow
    salt: bytes
    vector: bytes
    excluded: bytes
    rows: bytes
    scores: bytes
    proof: tuple[Hash32, ...]

    def hash(self) -> Hash32:
        """Return the opening hash, which the bundle lists and the leaf covers."""
        return opening_hash(self.salt, self.vector, self.excluded, self.rows, self.scores)

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the members of the contract's struct `ListenerOpening`, in their order."""
        return (self.row, self.address, self.salt, self.vector, self.excluded, self.rows, self.scores)

    def to_json(self) -> dict[str, Any]:
        """Return the form that the API serves and the page and `epoch verify --openings` read."""
        parts = ("salt", "vector", "excluded", "rows", "scores")
        return {
            "address": self.address,
            "row": self.row,
            **{part: hex_of(getattr(self, part)) for part in parts},
            "proof": [hex_of(sibling) for sibling in self.proof],
        }


def parse_opening(value: Any) -> Opening:
    """Return the opening in a parsed JSON value.

    Raises:
        MalformedOpening: A field is missing or of a wrong type; the bytes themselves are not judged.
    """
    if not isinstance(value, Mapping):
        raise MalformedOpening("opening", "expected an object")
    row = value.get("row")
    if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < 2**32:
        raise MalformedOpening("row", "expected a whole number from 0")
    proof = value.get("proof")
    if not isinstance(proof, list):
        raise MalformedOpening("proof", "expected a list of hashes")
    try:
        address = parse_address(str(value.get("address")))
    except FinalError as error:
        raise MalformedOpening("address", str(error)) from error
    parts = {part: _bytes(value, part) for part in ("salt", "vector", "excluded", "rows", "scores")}
    if len(parts["salt"]) != 32:
        raise MalformedOpening("salt", "expected 32 bytes")
    siblings = tuple(Hash32(_bytes({"proof": text}, "proof")) for text in proof)
    if any(len(sibling) != 32 for sibling in siblings):
        raise MalformedOpening("proof", "expected hashes of 32 bytes")
    return Opening(address, ListenerRow(row), **parts, proof=siblings)


def pack_rows(rows: NDArray[np.uint32]) -> bytes:
    """Return rows as packed big-endian uint32."""
    return rows.astype(">u4").tobytes()


def pack_scores(scores: NDArray[np.int32]) -> bytes:
    """Return scores as packed big-endian int32."""
    return scores.astype(">i4").tobytes()


def unpack_rows(packed: bytes) -> NDArray[np.int64]:
    """Return packed rows as int64; a rest of fewer than 4 bytes is left out."""
    return np.frombuffer(packed[: len(packed) // 4 * 4], ">u4").astype(np.int64)


def unpack_scores(packed: bytes) -> NDArray[np.int64]:
    """Return packed scores as int64; a rest of fewer than 4 bytes is left out."""
    return np.frombuffer(packed[: len(packed) // 4 * 4], ">i4").astype(np.int64)


def _bytes(value: Mapping[str, Any], field: str) -> bytes:
    text = value.get(field)
    if not isinstance(text, str) or not text.startswith("0x"):
        raise MalformedOpening(field, "expected 0x hex")
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise MalformedOpening(field, f"not hexadecimal ({error})") from error
