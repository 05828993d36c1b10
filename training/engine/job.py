"""One fit as plain data, and how a worker runs it.

Owns what travels to the worker and what comes back. Refuses to know which fits there are and who runs them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.metrics import ndcg_at_k
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.parts import Split
from training.engine.workers import Workers
from training.evaluation import LIST_LENGTH, dot_product_scorer, rank_by_scores
from training.fit import EpochRecord, FitHooks, FitLoop, Validated
from training.graph import BipartiteGraph
from training.models import model_named
from training.models.model import VectorModel
from training.stop import Stop

Vectors = tuple[NDArray[np.float32], NDArray[np.float32]]
State = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Validation:
    """Measures a model that learns: the best NDCG@20 of the ways in which it can be read out.

    Attributes:
        asked: int64 (B,), rows of the listeners that are asked for.
        relevant: What each of them heard and the model did not see.
        seen: What each must not be recommended.
    """

    asked: NDArray[np.int64]
    relevant: CsrRows
    seen: CsrRows

    def __call__(self, model: VectorModel, graph: BipartiteGraph) -> Validated:
        """Return the best of all ways to read the model out."""
        found = [Validated(self._ndcg(model, graph, weight), weight) for weight in model.popularity_weights]
        return max(found, key=lambda one: one.ndcg)

    def _ndcg(self, model: VectorModel, graph: BipartiteGraph, weight: float) -> float:
        of_listeners, of_tracks = embed(model, graph, weight)
        scorer = dot_product_scorer(of_listeners[self.asked], of_tracks)
        ranking = rank_by_scores(scorer, self.seen, len(of_tracks), LIST_LENGTH)
        return ndcg_at_k(ranking, self.relevant, ranking.rows.shape[1])


def build_validation(split: Split, listeners: int) -> Validation:
    """Return what measures a model that learns from a split.

    Args:
        split: Its validation part is asked for.
        listeners: Most listeners to ask, spread evenly over all of them.
    """
    asked = np.unique(split.validation.listener_rows)
    asked = asked[:: -(-len(asked) // listeners)]
    return Validation(asked, split.validation.heard().select(asked), split.learn.seen().select(asked))


@dataclass(frozen=True, eq=False)
class FitJob:
    """What a fit depends on.

    Attributes:
        interactions: To learn from.
        config: The choices.
        epochs: At most.
        validation: Says which epoch is best; without it the last one is kept.
        popularity_weight: What to read the model out with where there is no validation to choose it.
    """

    interactions: Interactions
    config: TrainingConfig
    epochs: int
    validation: Validation | None = None
    popularity_weight: float = 0.0


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


@dataclass(frozen=True)
class FitEars:
    """Who hears of a fit.

    Attributes:
        on_epoch: Hears of each epoch.
        save_state: Gets a state after each epoch, from which `run_fit` goes on.
    """

    on_epoch: Callable[[EpochRecord], None]
    save_state: Callable[[State], None]


def run_fit(job: FitJob, state: State | None, ears: FitEars, stop: Stop, workers: Workers) -> Fitted:
    """Run a fit from its start or from a state.

    Args:
        job: What to fit.
        state: Of an earlier run of the same job.
        ears: Hears of it.
        stop: Asked before each step.
        workers: Who else works at it; each of them calls this with the same job and state.

    Raises:
        DivergedTraining: The loss is not finite.
    """
    started = time.monotonic()
    torch.manual_seed(job.config.seed)
    model = model_named(job.config.model).build(job.interactions, job.config)
    loop = FitLoop(
        model,
        job.interactions,
        job.config,
        job.epochs,
        workers=workers,
        popularity_weight=job.popularity_weight,
    )
    if state is not None:
        loop.restore(state)
    loop.run(FitHooks(job.validation, ears.on_epoch, ears.save_state), stop)
    return Fitted(
        model=model,
        vectors=embed(model, loop.graph, loop.popularity_weight),
        epochs=loop.best_epoch,
        popularity_weight=loop.popularity_weight,
        records=tuple(loop.records),
        finished=loop.finished,
        seconds=time.monotonic() - started,
    )


def embed(model: VectorModel, graph: BipartiteGraph, popularity_weight: float) -> Vectors:
    """Return the vectors to rank with, float32; tracks that nobody in the graph heard are zero."""
    model.eval()
    with torch.no_grad():
        listeners, tracks = model.read_out(graph, popularity_weight)
        heard = (graph.track_degrees() > 0)[:, None]
        return listeners.cpu().numpy().copy(), (tracks * heard).cpu().numpy().copy()
