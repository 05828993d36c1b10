"""What each part of the model is worth: the same data and cuts, with one part taken away at a time.

Owns which parts are taken away, and their rows for the card. Refuses to know how a model learns. Each row is
chosen on validation like the model itself and reads the test part once; all rows are floats.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.parts import Split
from training.engine.job import Vectors, embed
from training.errors import DivergedTraining
from training.evaluation import LIST_LENGTH, dot_product_scorer, measure_ranking, rank_by_scores
from training.phases import PhaseRunner
from training.stop import StopRequest
from tunefi.progress import Progress, SilentProgress


@dataclass(frozen=True, slots=True)
class Variant:
    """The model without one part: other settings, or other weight of popularity when it is read."""

    name: str
    changes: dict[str, Any]
    popularity_weight: float | None = None


def variants_of(config: TrainingConfig) -> tuple[Variant, ...]:
    """Return what can be taken away from a model."""
    common = (
        Variant("nothing", {}),
        Variant("learning: its start alone", {"epochs": 0}),
    )
    if config.model == "relational-lightgcn":
        return (
            *common,
            Variant("tags in the start", {"tag_start_weight": 0.0}),
            Variant("messages along tags", {"tag_weight": 0.0}),
            Variant("the loss of tags", {"tag_loss_weight": 0.0}),
            Variant("messages along friendships", {"friend_weight": 0.0}),
            Variant("all relations but plays", {"model": "spectral-lightgcn"}),
        )
    if config.model != "spectral-lightgcn":
        return common
    return (
        *common,
        Variant("popularity in the loss", {"popularity_power": 0.0}),
        Variant("popularity when it is read", {}, popularity_weight=0.0),
        Variant("spectral start and softmax: LightGCN as published", {"model": "lightgcn"}),
        Variant("spectral start and softmax: LightGCN++ as published", {"model": "lightgcnpp"}),
    )


def measure_ablation(
    split: Split, config: TrainingConfig, progress: Progress, stop: StopRequest
) -> list[dict[str, Any]]:
    """Return a row for each part that was taken away, the whole model first; fewer when asked to stop.

    Args:
        split: The parts of the data of the run.
        config: The choices of the run.
        progress: Told of variants.
        stop: Asked before each variant and each step.
    """
    variants = variants_of(config)
    rows: list[dict[str, Any]] = []
    for number, variant in enumerate(variants):
        progress.update(number, len(variants), f"ablation: without {variant.name}")
        started = time.monotonic()
        try:
            vectors = _fit(split, config.model_copy(update=variant.changes), variant, stop)
        except DivergedTraining:
            continue  # What does not learn at all has no row; the run itself is whole.
        if stop.interrupted:
            break
        rows.append(
            {
                "name": variant.name,
                **_measure(split, vectors),
                "seconds": round(time.monotonic() - started, 1),
            }
        )
    return rows


def _fit(split: Split, config: TrainingConfig, variant: Variant, stop: StopRequest) -> Vectors:
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = CheckpointFolder(Path(folder) / "checkpoint", "ablation")
        runner = PhaseRunner(config, checkpoints, SilentProgress(), stop)
        tested = runner.refit("test", split.train, runner.choose(split))
    if variant.popularity_weight is None:
        return tested.vectors
    model = tested.model.cpu()
    return embed(model, model.build_graph(split.train, config), variant.popularity_weight)


def _measure(split: Split, vectors: Vectors) -> dict[str, float]:
    tracks = split.train.shape[1]
    ranking = rank_by_scores(dot_product_scorer(*vectors), split.train.seen(), tracks, LIST_LENGTH)
    measured = measure_ranking(ranking, split.test.heard(), tracks)
    return {name: round(value, 5) for name, value in measured.items()}
