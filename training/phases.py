"""The three fits of a run: one to choose when to stop, one to be tested, one to serve.

Owns which pairs each fit sees, and what an interruption keeps. Refuses to know accuracy tables and files.

choose    learns from the pairs without test and validation parts; validation says how many epochs are best
test      the same number of epochs from the start, on the pairs without the test part; measured once
serve     the same number of epochs from the start, on all pairs; its vectors are the embedding table
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from recsys.metrics import ndcg_at_k
from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.parts import Split, build_split
from training.evaluation import LIST_LENGTH, dot_product_scorer, rank_by_scores
from training.fit import EpochRecord, FitHooks, FitLoop, Validate, Validated
from training.graph import BipartiteGraph
from training.models import model_named
from training.models.model import VectorModel
from training.stop import StopRequest
from tunefi.progress import Progress

Vectors = tuple[NDArray[np.float32], NDArray[np.float32]]
Phase = Literal["choose", "test", "serve"]
OnEpoch = Callable[[Phase, EpochRecord], None]

_CHOOSING_SHARE = 0.4
"""Of a time budget: choosing takes more epochs than each of the two later fits, which stop at the best."""


def ignore_epoch(phase: Phase, record: EpochRecord) -> None:
    """Hear of an epoch and do nothing."""


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves behind.

    Attributes:
        vectors: Of listeners (M, D) and tracks (N, D).
        epochs: Trained.
        popularity_weight: What the vectors were read out with.
        records: The curve.
        finished: False when it was cut off; the vectors are then the best so far.
        seconds: Wall time of this process.
    """

    model: VectorModel
    vectors: Vectors
    epochs: int
    popularity_weight: float
    records: tuple[EpochRecord, ...]
    finished: bool
    seconds: float


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
    """

    def __init__(
        self,
        config: TrainingConfig,
        checkpoints: CheckpointFolder,
        progress: Progress,
        stop: StopRequest,
        on_epoch: OnEpoch = ignore_epoch,
    ) -> None:
        self._config, self._checkpoints = config, checkpoints
        self._progress, self._stop, self._on_epoch = progress, stop, on_epoch
        self._done, self._total = 0, 3 * config.epochs

    def choose(self, split: Split) -> Fitted:
        """Fit without test and validation parts, and return the epoch that validation likes best."""
        budget = self._config.budget_seconds
        self._stop.set_deadline(None if budget is None else budget * _CHOOSING_SHARE)
        validate = build_validation(split, self._config.validation_listeners)
        chosen = self._fit("choose", split.learn, self._config.epochs, validate=validate)
        self._stop.set_deadline(None)
        self._total = self._done + 2 * chosen.epochs
        return chosen

    def refit(self, phase: Phase, interactions: Interactions, chosen: Fitted) -> Fitted:
        """Fit from the start for as many epochs as were chosen; cut off, return the chosen model instead.

        Args:
            phase: Names the checkpoint.
            interactions: What to learn from.
            chosen: From `choose`.
        """
        seconds = 0.0
        if not self._stop.interrupted:
            fitted = self._fit(phase, interactions, chosen.epochs, popularity_weight=chosen.popularity_weight)
            if fitted.finished:
                return fitted
            seconds = fitted.seconds
        return replace(chosen, finished=False, seconds=seconds)

    def _fit(
        self,
        phase: Phase,
        interactions: Interactions,
        epochs: int,
        *,
        validate: Validate | None = None,
        popularity_weight: float = 0.0,
    ) -> Fitted:
        started = time.monotonic()
        torch.manual_seed(self._config.seed)
        model = model_named(self._config.model).build(interactions, self._config)
        loop = FitLoop(model, interactions, self._config, epochs, popularity_weight=popularity_weight)
        state = self._checkpoints.load(phase)
        if state is not None:
            loop.restore(state)
        self._done += loop.epoch
        hooks = FitHooks(
            validate=validate,
            on_epoch=lambda record: self._say(phase, record),
            save_state=lambda kept: self._checkpoints.save(phase, kept),
        )
        loop.run(hooks, self._stop)
        return Fitted(
            model=model,
            vectors=embed(model, loop.graph, loop.popularity_weight),
            epochs=loop.best_epoch,
            popularity_weight=loop.popularity_weight,
            records=tuple(loop.records),
            finished=loop.finished,
            seconds=time.monotonic() - started,
        )

    def _say(self, phase: Phase, record: EpochRecord) -> None:
        self._done += record.epoch > 0
        detail = f"{phase}: epoch {record.epoch}"
        if record.loss is not None:
            detail += f", loss {record.loss:.4f}"
        if record.validation_ndcg is not None:
            detail += f", validation NDCG@20 {record.validation_ndcg:.4f}"
        self._progress.update(self._done, self._total, detail)
        self._on_epoch(phase, record)


def build_validation(split: Split, listeners: int) -> Validate:
    """Return what measures a model that learns: the best NDCG@20 of the ways in which it can be read out.

    Args:
        split: Its validation part is asked for.
        listeners: Most listeners to ask, spread evenly over all of them.
    """
    asked = np.unique(split.validation.listener_rows)
    asked = asked[:: -(-len(asked) // listeners)]
    relevant, seen = split.validation.heard().select(asked), split.learn.seen().select(asked)

    def _ndcg(model: VectorModel, graph: BipartiteGraph, weight: float) -> float:
        of_listeners, of_tracks = embed(model, graph, weight)
        scorer = dot_product_scorer(of_listeners[asked], of_tracks)
        ranking = rank_by_scores(scorer, seen, split.learn.shape[1], LIST_LENGTH)
        return ndcg_at_k(ranking, relevant, ranking.rows.shape[1])

    def _validate(model: VectorModel, graph: BipartiteGraph) -> Validated:
        found = [Validated(_ndcg(model, graph, weight), weight) for weight in model.popularity_weights]
        return max(found, key=lambda one: one.ndcg)

    return _validate


def embed(model: VectorModel, graph: BipartiteGraph, popularity_weight: float) -> Vectors:
    """Return the vectors to rank with, float32; tracks that nobody in the graph heard are zero."""
    model.eval()
    with torch.no_grad():
        listeners, tracks = model.read_out(graph, popularity_weight)
        heard = (graph.track_degrees() > 0)[:, None]
        return listeners.cpu().numpy().copy(), (tracks * heard).cpu().numpy().copy()
