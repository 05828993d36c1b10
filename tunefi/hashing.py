"""Keccak-256, the hash of everything that a contract reads.

Owns the choice of implementation. Refuses to know what is hashed.
"""

import sha3

from tunefi.ids import Hash32


def keccak256(data: bytes) -> Hash32:
    """Return the 32-byte Keccak-256 of `data`, as the EVM computes it."""
    return Hash32(sha3.keccak_256(data).digest())
