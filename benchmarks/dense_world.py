"""The people, hashes, amounts and times of a made-up chain, as columns with a row for each round.

Owns what is drawn. Refuses to know what happens on the chain: `dense_events` does.
"""

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.uint8] | NDArray[np.int64]
"""Integers (rounds,), or bytes (rounds, width): addresses, hashes and texts of one width."""

_NEW_ACCOUNTS_A_ROUND = 5
_FIRST_ACCOUNTS = 16
_START_SECONDS = 1_750_000_000


class DenseWorld:
    """Columns by name, drawn by a seed; `accounts_…` are 20 bytes wide, `hash_…` 32.

    Args:
        rounds: How often each event occurs, about.
        seed: Of everything that is drawn.
    """

    def __init__(self, rounds: int, seed: int) -> None:
        self.rounds = np.arange(rounds, dtype=np.int64)
        self._rng = np.random.default_rng(seed)
        shape = (_NEW_ACCOUNTS_A_ROUND * rounds + _FIRST_ACCOUNTS, 20)
        self._accounts = self._rng.integers(1, 256, shape, dtype=np.uint8)

    def account(self) -> Column:
        """Return anyone for each round; newcomers join as time goes on."""
        known = _NEW_ACCOUNTS_A_ROUND * self.rounds + _FIRST_ACCOUNTS
        return self._accounts[self._rng.integers(0, known)]

    def earlier(self) -> NDArray[np.int64]:
        """Return for each round any round up to it."""
        return self._rng.integers(0, self.rounds + 1)

    def hash(self) -> Column:
        """Return 32 drawn bytes for each round."""
        return self._rng.integers(0, 256, (len(self.rounds), 32), dtype=np.uint8)

    def wei(self) -> NDArray[np.int64]:
        """Return an amount below nine ether for each round."""
        return self._rng.integers(10**14, 9 * 10**18, len(self.rounds))

    def number(self, below: int) -> NDArray[np.int64]:
        """Return a number from 0 on for each round."""
        return self._rng.integers(0, below, len(self.rounds))

    def seconds(self) -> NDArray[np.int64]:
        """Return a time for each round."""
        return _START_SECONDS + 12 * self.rounds + self.number(100_000)


def texts(form: str, numbers: NDArray[np.int64]) -> Column:
    """Return texts of one width, such as those of the form `track:%07d`."""
    encoded = np.array([(form % number).encode() for number in numbers.tolist()])
    return encoded.view(np.uint8).reshape(len(numbers), -1)
