"""LtHash16: a hash of a set of rows that grows and shrinks row by row, in any order.

Owns the state and its final hash (design, section 3). Each canonical row is expanded by BLAKE3 to 1,024
little-endian uint16 and added modulo 2^16; the digest is keccak256 of the 2,048 bytes of the state.
Unlike a XOR or a sum of ordinary hashes it cannot be forged by whoever chooses rows. Source: Bellare and
Micciancio, "A New Paradigm for Collision-Free Hashing", 1997; Lewi et al., "Securing Update Propagation
with Homomorphic Hashing", 2019. Refuses to know what a row says.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from tunefi.hashing import keccak256
from tunefi.ids import Hash32

LANES = 1024
STATE_BYTES = 2 * LANES
_ROWS_AT_ONCE = 512


class LtHash16:
    """The running hash of a multiset of rows."""

    def __init__(self, state: bytes | None = None) -> None:
        """Start empty, or go on from the 2,048 bytes of an earlier state.

        Raises:
            ValueError: The state has another length.
        """
        if state is not None and len(state) != STATE_BYTES:
            raise ValueError(f"a state has {STATE_BYTES} bytes, not {len(state)}")
        given = np.zeros(LANES, np.uint16) if state is None else np.frombuffer(state, "<u2")
        self._state: NDArray[np.uint16] = given.astype(np.uint16)

    def add(self, rows: Sequence[bytes]) -> None:
        """Take canonical rows in; their order does not matter."""
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            self._state += _expand_sum(rows[start : start + _ROWS_AT_ONCE])

    def remove(self, rows: Sequence[bytes]) -> None:
        """Take canonical rows out that were added before."""
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            self._state -= _expand_sum(rows[start : start + _ROWS_AT_ONCE])

    def merge(self, other: "LtHash16") -> None:
        """Take in every row of another hash."""
        self._state += other._state

    @property
    def state(self) -> bytes:
        """The 2,048 bytes of the state, lanes little-endian."""
        return self._state.astype("<u2").tobytes()

    def digest(self) -> Hash32:
        """Return keccak256 of the state."""
        return keccak256(self.state)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, LtHash16) and self.state == other.state

    __hash__ = None  # type: ignore[assignment]


def _expand_sum(rows: Sequence[bytes]) -> NDArray[np.uint16]:
    expanded = b"".join([blake3(row).digest(STATE_BYTES) for row in rows])
    lanes = np.frombuffer(expanded, "<u2").reshape(len(rows), LANES)
    total: NDArray[np.uint16] = lanes.sum(axis=0, dtype=np.uint16)
    return total
