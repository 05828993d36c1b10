"""ALS: factors by least squares over all pairs, those that were not heard with a lower weight.

Hu, Koren, Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, as `implicit` does it.
Owns which settings are tried. Refuses to know the test part.
"""

from dataclasses import dataclass

from training.baselines.baseline import Baseline
from training.baselines.factors import fit_factors
from training.data.interactions import Interactions
from training.evaluation import Scorer


@dataclass(frozen=True)
class AlsChoice:
    """Number of factors, how much more a heard pair weighs than another, and the ridge."""

    factors: int
    weight: float
    ridge: float


class Als(Baseline):
    """Scores a track by the product of its factors and the listener's."""

    key = "als"
    name = "ALS (implicit), tuned"
    settings = tuple(
        AlsChoice(factors, weight, ridge)
        for factors in (64, 128)
        for weight, ridge in ((2.0, 10.0), (5.0, 30.0), (10.0, 60.0))
    )

    def fit(self, interactions: Interactions, settings: AlsChoice, threads: int = 1) -> Scorer:
        """Return the scorer (see `Baseline`)."""
        return fit_factors(
            self.name,
            "als",
            interactions,
            factors=settings.factors,
            alpha=settings.weight,
            regularization=settings.ridge,
            iterations=15,
            num_threads=threads,
            random_state=0,
        )
