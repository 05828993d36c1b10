"""How far a mean over listeners could be off, by drawing the listeners again.

Efron and Tibshirani, An Introduction to the Bootstrap, 1993: percentile intervals, listeners as the units.
Owns the drawing. Refuses to know what is averaged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2_000
_BLOCK_DRAWS = 8_000_000


@dataclass(frozen=True)
class Difference:
    """How much better B is than A on one metric.

    Attributes:
        before, after: Means of A and of B.
        low, high: Of the interval of `after - before`.
        chance: Twice the share of the draws on the smaller side of no difference, at most 1: how often chance
            alone would show one as large, as a p-value says it.
    """

    before: float
    after: float
    low: float
    high: float
    chance: float

    @property
    def gain(self) -> float:
        """B less A."""
        return self.after - self.before

    @property
    def clear(self) -> bool:
        """True when no difference lies outside the interval."""
        return self.low > 0 or self.high < 0


def mean_intervals(
    values: Floats, seed: int = 0, resamples: int = RESAMPLES, level: float = 0.95
) -> list[tuple[float, float]]:
    """Return the interval of the mean of each column.

    Args:
        values: float64 (listeners, columns); all columns are drawn together.
        seed: Equal seeds give equal intervals.
        resamples: Number of draws.
        level: Share of the draws inside.
    """
    if not len(values):
        return [(0.0, 0.0)] * values.shape[1]
    low, high = _percentiles(_means(values, seed, resamples), level)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def intervals_by_metric(values: Mapping[str, Floats], seed: int = 0) -> dict[str, list[float]]:
    """Return the 95 % interval of the mean of each listener's metrics, by metric, rounded for a report."""
    intervals = mean_intervals(np.stack(list(values.values()), axis=1), seed)
    return {name: [round(edge, 5) for edge in each] for name, each in zip(values, intervals, strict=True)}


def paired_differences(
    before: Floats, after: Floats, seed: int = 0, resamples: int = RESAMPLES, level: float = 0.95
) -> list[Difference]:
    """Return the difference of each column, drawing listeners with their values of both.

    Args:
        before: float64 (listeners, columns) of A.
        after: The same listeners and columns of B.
        seed, resamples, level: See `mean_intervals`.
    """
    if not len(before):
        return [Difference(0.0, 0.0, 0.0, 0.0, 1.0)] * before.shape[1]
    drawn = _means(after - before, seed, resamples)
    low, high = _percentiles(drawn, level)
    smaller = np.minimum((drawn <= 0).mean(axis=0), (drawn >= 0).mean(axis=0))
    columns = (before.mean(axis=0), after.mean(axis=0), low, high, np.minimum(1.0, 2 * smaller))
    return [Difference(*map(float, row)) for row in zip(*columns, strict=True)]


def _percentiles(drawn: Floats, level: float) -> tuple[Floats, Floats]:
    edges = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return edges[0], edges[1]


def _means(values: Floats, seed: int, resamples: int) -> Floats:
    """Return the means of each draw, float64 (resamples, columns)."""
    return np.concatenate([weights @ values for weights in _weights(len(values), seed, resamples)])


def _weights(listeners: int, seed: int, resamples: int) -> Iterator[Floats]:
    """Yield blocks of draws: the share of each listener in each, float64 (draws, listeners)."""
    generator = np.random.default_rng(seed)
    step = max(1, _BLOCK_DRAWS // listeners)
    for start in range(0, resamples, step):
        draws = min(step, resamples - start)
        chosen = generator.integers(0, listeners, (draws, listeners))
        chosen += np.arange(draws)[:, None] * listeners
        counts = np.bincount(chosen.ravel(), minlength=draws * listeners)
        yield counts.reshape(draws, listeners) / listeners
