"""The 2,048-bit filter in a block's header that says which logs the block can hold (Yellow Paper, 4.3.1).

Owns its bits. A filter proves that something is absent; that something is present it only suggests.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tunefi.chain.logs import RawLog
from tunefi.hashing import keccak256

BLOOM_BYTES = 256
Blooms = npt.NDArray[np.uint8]
"""Filters of several blocks, uint8 (blocks, 256)."""


def stack_blooms(blooms: Sequence[bytes]) -> Blooms:
    """Return filters as one matrix, in their order."""
    return np.frombuffer(b"".join(blooms), np.uint8).reshape(len(blooms), BLOOM_BYTES)


def may_hold(blooms: Blooms, items: Sequence[bytes]) -> npt.NDArray[np.bool_]:
    """Return for each block and each address or topic whether the block may hold it, bool (blocks, items)."""
    bits = np.array([_bits(item) for item in items], np.int64).reshape(len(items), 3)
    places, masks = BLOOM_BYTES - 1 - bits // 8, np.left_shift(1, bits % 8).astype(np.uint8)
    held: npt.NDArray[np.bool_] = ((blooms[:, places] & masks) != 0).all(axis=2)
    return held


def fill_share(blooms: Blooms) -> npt.NDArray[np.float64]:
    """Return the share of set bits of each filter: the fuller, the less it says."""
    share: npt.NDArray[np.float64] = np.bitwise_count(blooms).sum(axis=1) / (8 * BLOOM_BYTES)
    return share


def bloom_of(logs: Iterable[RawLog]) -> bytes:
    """Return the filter that holds exactly these logs."""
    bloom = bytearray(BLOOM_BYTES)
    for item in {item for log in logs for item in (bytes.fromhex(log.address[2:]), *log.topics)}:
        for bit in _bits(item):
            bloom[BLOOM_BYTES - 1 - bit // 8] |= 1 << (bit % 8)
    return bytes(bloom)


def lacks_bits(found: bytes, wanted: bytes) -> bool:
    """Return whether a filter lacks bits that another one has."""
    return bool(int.from_bytes(wanted) & ~int.from_bytes(found))


@lru_cache(maxsize=4_096)
def _bits(item: bytes) -> tuple[int, int, int]:
    digest = keccak256(item)
    first, second, third = (int.from_bytes(digest[at : at + 2]) & 0x7FF for at in (0, 2, 4))
    return first, second, third
