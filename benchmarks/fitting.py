"""One fit of one model, as the benchmarks of accuracy need it.

Owns nothing but the order of calls. Refuses to know what is measured.
"""

import torch

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.fit import FitHooks, FitLoop, Validate
from training.models import model_named
from training.stop import StopRequest


def fit_model(
    pairs: Interactions,
    config: TrainingConfig,
    epochs: int,
    *,
    validate: Validate | None = None,
    weight: float = 0.0,
) -> FitLoop:
    """Return the loop of a fit that has ended; its model has the best parameters.

    Args:
        pairs: What to learn from.
        config: The choices.
        epochs: Most passes.
        validate: Chooses among the epochs, and the popularity weight; without it the last is kept.
        weight: The popularity weight where nothing chooses.
    """
    torch.manual_seed(config.seed)
    model = model_named(config.model).build(pairs, config)
    loop = FitLoop(model, pairs, config, epochs, popularity_weight=weight)
    loop.run(FitHooks(validate=validate), StopRequest())
    return loop
