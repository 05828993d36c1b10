"""BPR: factors by which a track that was heard comes before one drawn by lot.

Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009, as `implicit` does it.
Owns which settings are tried. Refuses to know the test part.
"""

from dataclasses import dataclass

from training.baselines.baseline import Baseline
from training.baselines.factors import fit_factors
from training.data.interactions import Interactions
from training.evaluation import Scorer


@dataclass(frozen=True)
class BprChoice:
    """Number of factors, step size, ridge, and passes over the pairs."""

    factors: int
    step: float
    ridge: float
    passes: int


class Bpr(Baseline):
    """Scores a track by the product of its factors and the listener's."""

    key = "bpr"
    name = "BPR (implicit), tuned"
    settings = (
        BprChoice(64, 0.02, 0.01, 100),
        BprChoice(64, 0.05, 0.05, 300),
        BprChoice(64, 0.1, 0.02, 300),
        BprChoice(64, 0.1, 0.05, 300),
    )

    def fit(self, interactions: Interactions, settings: BprChoice, threads: int = 1) -> Scorer:
        """Return the scorer (see `Baseline`)."""
        return fit_factors(
            self.name,
            "bpr",
            interactions,
            factors=settings.factors,
            learning_rate=settings.step,
            regularization=settings.ridge,
            iterations=settings.passes,
            num_threads=threads,
            random_state=0,
        )
