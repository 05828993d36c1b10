"""The same tracks for everyone: those that most listeners heard.

Owns that ranking. Refuses to know who asks.
"""

from dataclasses import dataclass

import numpy as np

from training.baselines.baseline import Baseline
from training.data.interactions import Interactions
from training.evaluation import Scorer


@dataclass(frozen=True)
class PopularityChoice:
    """There is nothing to choose."""


class Popularity(Baseline):
    """Scores a track by the number of its listeners."""

    key = "popularity"
    name = "popularity"
    settings = (PopularityChoice(),)

    def fit(
        self, interactions: Interactions, settings: PopularityChoice | None = None, threads: int = 1
    ) -> Scorer:
        """Return the scorer (see `Baseline`)."""
        counts = np.bincount(interactions.track_rows, minlength=interactions.shape[1]).astype(np.float64)
        return lambda start, stop: np.broadcast_to(counts, (stop - start, len(counts)))
