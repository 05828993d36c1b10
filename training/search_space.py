"""Which settings a search may change, and between which bounds.

Owns the bounds. Refuses to know how a search goes about it. Settings that a run is given (dimension, seed,
threads, the cut) are not searched, and the number of epochs is what validation chooses in every run anyway.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.config import TrainingConfig

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where a number is searched; `log` where factors matter and not differences."""

    low: float
    high: float
    log: bool = False


_BOUNDS: dict[str, Bounds] = {
    "temperature": Bounds(0.05, 0.5, log=True),
    "popularity_power": Bounds(0.2, 1.2),
    "start_track_power": Bounds(0.2, 0.6),
    "spectrum_power": Bounds(0.0, 0.7),
    "layers": Bounds(1, 3),
    "listener_power": Bounds(0.3, 0.7),
    "track_power": Bounds(0.3, 0.7),
    "learning_rate": Bounds(5e-4, 2e-2, log=True),
    "batch_listeners": Bounds(64, 2048, log=True),
}


def searched_settings() -> dict[str, Bounds]:
    """Return the bounds of each setting that is searched."""
    return {name: bounds for name, bounds in _BOUNDS.items() if name in TrainingConfig.model_fields}


def within_bounds(config: TrainingConfig) -> dict[str, Any]:
    """Return the searched settings of a configuration, the nearest bound where one lies beyond it."""
    return {
        name: type(getattr(config, name))(min(max(getattr(config, name), bounds.low), bounds.high))
        for name, bounds in searched_settings().items()
    }


def suggest_settings(trial: "Trial") -> dict[str, Any]:
    """Return a value for each setting that is searched."""
    return {name: _suggest(trial, name, bounds) for name, bounds in searched_settings().items()}


def _suggest(trial: "Trial", name: str, bounds: Bounds) -> float | int:
    if TrainingConfig.model_fields[name].annotation is int:
        return trial.suggest_int(name, int(bounds.low), int(bounds.high), log=bounds.log)
    return trial.suggest_float(name, bounds.low, bounds.high, log=bounds.log)
