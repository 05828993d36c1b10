"""Keccak-256 of many messages of one length, permuted side by side in numpy.

One call into the C library costs about 6 microseconds, most of it the call; the leaves of an epoch need
seven permutations for each track. Side by side a permutation costs about 2. Owns the batch; the single
hash is `tunefi.hashing`. Source: FIPS 202 and the Keccak reference (padding byte 0x01).
"""

import numpy as np
from numpy.typing import NDArray

from tunefi.hashing import keccak256

Bytes = NDArray[np.uint8]
Lanes = NDArray[np.uint64]

_RATE = 136
_ROUNDS = 24
# Below this many messages the numpy calls cost more than the C library.
_BATCH_MIN = 1024
# The cost of a call is spread over so many messages; the states then take 3 MiB.
_BATCH_MAX = 8192


def keccak256_rows(messages: Bytes) -> Bytes:
    """Return the Keccak-256 of each row.

    Args:
        messages: uint8 (n, length).

    Returns:
        uint8 (n, 32).
    """
    if len(messages) < _BATCH_MIN:
        digests = b"".join(keccak256(message.tobytes()) for message in messages)
        return np.frombuffer(digests, np.uint8).reshape(len(messages), 32)
    found = np.empty((len(messages), 32), np.uint8)
    for start in range(0, len(messages), _BATCH_MAX):
        found[start : start + _BATCH_MAX] = _hash_batch(messages[start : start + _BATCH_MAX])
    return found


def _hash_batch(messages: Bytes) -> Bytes:
    count, length = messages.shape
    blocks = length // _RATE + 1
    padded = np.zeros((count, blocks * _RATE), np.uint8)
    padded[:, :length] = messages
    padded[:, length] ^= 0x01
    padded[:, -1] ^= 0x80
    words = np.ascontiguousarray(padded.view("<u8").T)
    state = np.zeros((25, count), np.uint64)
    for start in range(0, len(words), _RATE // 8):
        state[: _RATE // 8] ^= words[start : start + _RATE // 8]
        state = _permute(state)
    return np.ascontiguousarray(state[:4].T).astype("<u8").view(np.uint8)


def _permute(state: Lanes) -> Lanes:
    """Return Keccak-f[1600] of each column, in place; lane x + 5 y is row x + 5 y of the state."""
    moved = np.empty_like(state)
    parity, scratch = np.empty((2, 5, state.shape[1]), np.uint64)
    for constant in _ROUND_CONSTANTS:
        _theta(state.reshape(5, 5, -1), parity, scratch)
        for source, (target, shift) in enumerate(_MOVES):
            _rotate(state[source], shift, moved[target], scratch[0])
        _chi(moved.reshape(5, 5, -1), state.reshape(5, 5, -1), scratch)
        state[0] ^= constant
    return state


def _theta(grid: Lanes, parity: Lanes, scratch: Lanes) -> None:
    np.bitwise_xor.reduce(grid, axis=0, out=parity)
    turned, mixed = scratch[0], scratch[1]
    for x in range(5):
        _rotate(parity[(x + 1) % 5], 1, turned, mixed)
        np.bitwise_xor(parity[x - 1], turned, out=turned)
        np.bitwise_xor(grid[:, x], turned, out=grid[:, x])


def _chi(rows: Lanes, grid: Lanes, scratch: Lanes) -> None:
    for x in range(5):
        np.invert(rows[:, (x + 1) % 5], out=scratch)
        np.bitwise_and(scratch, rows[:, (x + 2) % 5], out=scratch)
        np.bitwise_xor(rows[:, x], scratch, out=grid[:, x])


def _rotate(lane: Lanes, shift: int, target: Lanes, scratch: Lanes) -> None:
    # Writing into given arrays halves the time: fresh ones would be paged in at every step.
    np.left_shift(lane, np.uint64(shift), out=target)
    if shift:
        np.right_shift(lane, np.uint64(64 - shift), out=scratch)
        np.bitwise_or(target, scratch, out=target)


def _moves() -> list[tuple[int, int]]:
    """Return target and rotation of each lane: the steps rho and pi."""
    shifts = [0] * 25
    x, y = 1, 0
    for step in range(24):
        shifts[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return [(y + 5 * ((2 * x + 3 * y) % 5), shifts[x + 5 * y]) for y in range(5) for x in range(5)]


def _round_constants() -> list[np.uint64]:
    """Return the constants of the step iota, bits of a linear feedback shift register."""
    constants, register = [], 1
    for _ in range(_ROUNDS):
        constant = 0
        for j in range(7):
            if register & 1:
                constant ^= 1 << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(np.uint64(constant))
    return constants


_MOVES = _moves()
_ROUND_CONSTANTS = _round_constants()
