"""What a baseline must offer: it is one file in this folder, and a line in `training.baselines`.

Owns the interface and the fair choice of settings. Refuses to know the network and the test part.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from training.data.interactions import Interactions
from training.evaluation import Scorer


class Baseline(ABC):
    """Something that scores tracks for listeners, with a few settings to choose among.

    Attributes:
        key: Its name in results.
        name: Its name for people.
        settings: What to try on validation: dataclasses, whose fields are the settings.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    settings: ClassVar[tuple[Any, ...]]

    @abstractmethod
    def fit(self, interactions: Interactions, settings: Any, threads: int = 1) -> Scorer:
        """Return a scorer by blocks of listeners; equal arguments on one thread give equal scorers."""


def choose_settings(
    baseline: Baseline, interactions: Interactions, validate: Callable[[Scorer], float], threads: int = 1
) -> tuple[Any, list[tuple[Any, float]]]:
    """Return the best settings on validation, the earlier where equal, and what each of them reached.

    Args:
        baseline: What to tune.
        interactions: What to learn from; the validation part is not in it.
        validate: Gives the validation NDCG@20 of a scorer.
        threads: Of those that can use several.
    """
    if len(baseline.settings) == 1:
        return baseline.settings[0], []
    tried = [
        (settings, validate(baseline.fit(interactions, settings, threads))) for settings in baseline.settings
    ]
    return max(tried, key=lambda pair: pair[1])[0], tried
