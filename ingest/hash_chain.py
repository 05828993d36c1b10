"""The chain of hashes that makes a change of the log visible.

    hash(0) = 32 zero bytes
    hash(i) = keccak256(hash(i-1) || uint64be(i) || keccak256(salt || payload))

The salt is random and kept beside the payload, so that both can be erased and nothing can be guessed from
the hash. Refuses to know where rows come from.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.errors import BrokenChain
from tunefi.hashing import keccak256
from tunefi.ids import LogPosition

GENESIS_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest entry: position 0 and a zero hash when there is none."""

    position: LogPosition
    hash: bytes


def entry_hash(previous: bytes, position: int, content_hash: bytes) -> bytes:
    """Return the hash of the entry at `position`, whose predecessor has the hash `previous`."""
    return keccak256(previous + position.to_bytes(8) + content_hash)


def check_row(previous: bytes, position: int, row: sa.Row[Any]) -> bytes:
    if row.position != position:
        raise BrokenChain(position, "it is missing")
    if row.payload is not None and keccak256(row.salt + row.payload) != row.content_hash:
        raise BrokenChain(position, "its payload was changed")
    if entry_hash(previous, position, row.content_hash) != row.hash:
        raise BrokenChain(position, "its hash does not follow from the one before")
    return bytes(row.hash)
