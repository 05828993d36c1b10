"""The three fits of a run: one to choose when to stop, one to be tested, one to serve.

Owns which pairs each fit sees, and what an interruption keeps. Refuses to know accuracy tables and files.

choose    learns from the pairs without test and validation parts; validation says how many epochs are best
test      the same number of epochs from the start, on the pairs without the test part; measured once
serve     the same number of epochs from the start, on all pairs; its vectors are the embedding table
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.parts import Split, build_split
from training.engine.engine import LOCAL, Engine
from training.engine.job import FitJob, Fitted, build_validation
from training.fit import EpochRecord
from training.stop import StopRequest
from tunefi.progress import Progress

Phase = Literal["choose", "test", "serve"]
OnEpoch = Callable[[Phase, EpochRecord], None]

_CHOOSING_SHARE = 0.4
"""Of a time budget: choosing takes more epochs than each of the two later fits, which stop at the best."""


def ignore_epoch(phase: Phase, record: EpochRecord) -> None:
    """Hear of an epoch and do nothing."""


def cut(interactions: Interactions, config: TrainingConfig) -> Split:
    """Return the parts of the pairs as configured.

    Raises:
        MalformedSplit: A part would be empty.
        TimesMissing: The cut needs times.
    """
    return build_split(
        interactions,
        config.cut,
        test_share=config.test_share,
        validation_share=config.validation_share,
        seed=config.seed,
    )


class PhaseRunner:
    """Runs fits one after the other, with one progress and one request to stop.

    Args:
        config: The choices.
        checkpoints: Where states are kept.
        progress: Hears of epochs; the total is an upper bound while choosing.
        stop: Asked before each step.
        on_epoch: Hears of each point of a curve.
        engine: Runs the fits.
    """

    def __init__(
        self,
        config: TrainingConfig,
        checkpoints: CheckpointFolder,
        progress: Progress,
        stop: StopRequest,
        on_epoch: OnEpoch = ignore_epoch,
        engine: Engine = LOCAL,
    ) -> None:
        self._config, self._checkpoints = config, checkpoints
        self._progress, self._stop, self._on_epoch = progress, stop, on_epoch
        self._engine = engine
        self._done, self._total = 0, 3 * config.epochs

    def choose(self, split: Split) -> Fitted:
        """Fit without test and validation parts, and return the epoch that validation likes best."""
        budget = self._config.budget_seconds
        self._stop.set_deadline(None if budget is None else budget * _CHOOSING_SHARE)
        validation = build_validation(split, self._config.validation_listeners)
        chosen = self._fit("choose", FitJob(split.learn, self._config, self._config.epochs, validation))
        self._stop.set_deadline(None)
        self._total = self._done + 2 * chosen.epochs
        return chosen

    def fit_tested(self, split: Split, chosen: Fitted) -> Fitted:
        """Return the model that is tested, which learns from all of train.

        Where the authors of the data cut the validation part, that is what the chosen one has learned from.
        """
        return chosen if split.learn is split.train else self.refit("test", split.train, chosen)

    def refit(self, phase: Phase, interactions: Interactions, chosen: Fitted) -> Fitted:
        """Fit from the start for as many epochs as were chosen; cut off, return the chosen model instead.

        Args:
            phase: Names the checkpoint.
            interactions: What to learn from.
            chosen: From `choose`.
        """
        seconds = 0.0
        if not self._stop.interrupted:
            weight = chosen.popularity_weight
            fitted = self._fit(phase, FitJob(interactions, self._config, chosen.epochs, None, weight))
            if fitted.finished:
                return fitted
            seconds = fitted.seconds
        return replace(chosen, finished=False, seconds=seconds)

    def _fit(self, phase: Phase, job: FitJob) -> Fitted:
        fitted = self._engine.fit(
            phase, job, self._checkpoints, lambda record: self._say(phase, record), self._stop
        )
        self._done += max((record.epoch for record in fitted.records), default=0)
        return fitted

    def _say(self, phase: Phase, record: EpochRecord) -> None:
        detail = f"{phase}: epoch {record.epoch}"
        if record.loss is not None:
            detail += f", loss {record.loss:.4f}"
        if record.validation_ndcg is not None:
            detail += f", validation NDCG@20 {record.validation_ndcg:.4f}"
        self._progress.update(self._done + record.epoch, self._total, detail)
        self._on_epoch(phase, record)
