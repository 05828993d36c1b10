"""A configuration that trains made-up listening in a second."""

from typing import Any

from training.config import TrainingConfig


def small_config(**changes: Any) -> TrainingConfig:
    """Return the defaults, made small."""
    small = {
        "dimension": 32,
        "threads": 1,
        "epochs": 4,
        "evaluate_every": 1,
        "batch_listeners": 16,
        "cut": "random",
        "allowed_quantisation_loss": 0.05,
    }
    return TrainingConfig(**{**small, **changes})
