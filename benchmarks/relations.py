"""What friends and tags add to plays, and which part of the network adds what (`tunefi bench relations`).

Owns the variants that are held against each other, all trained alike on the same pairs. Refuses to know
the networks. Of each listener's tracks seven tenths are learned from, one chooses the epoch, two test; the
test is asked once, after every choice, of the int8 table as it would be served.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.fitting import fit_model
from recsys.arrays import CsrRows
from training.config import TrainingConfig
from training.data.hetrec import PublishedRelations, load_plays, load_published_relations
from training.data.interactions import Interactions
from training.data.parts import Split, build_split
from training.engine.job import build_validation, embed
from training.evaluation import LIST_LENGTH, rank_frozen
from training.evaluation.bootstrap import mean_intervals, paired_differences
from training.evaluation.per_listener import measure_listeners
from tunefi.progress import Progress

Floats = NDArray[np.float64]
SEEDS = (0, 1, 2)
REPORTED = ("recall@10", "ndcg@10", "recall@20", "ndcg@20")
ALONE = "plays alone"
_KNOWING: dict[str, Any] = {"model": "relational-lightgcn"}
_SILENT = {"tag_start_weight": 0.0, "tag_weight": 0.0, "tag_loss_weight": 0.0, "friend_weight": 0.0}
VARIANTS: dict[str, dict[str, Any]] = {
    ALONE: {"model": "spectral-lightgcn"},
    "plays alone, not trained": {"model": "spectral-lightgcn", "epochs": 0},
    "tags in the start": {**_KNOWING, **_SILENT, "tag_start_weight": 0.12},
    "tags in the start, not trained": {**_KNOWING, **_SILENT, "tag_start_weight": 0.12, "epochs": 0},
    "and messages along tags": {**_KNOWING, "tag_loss_weight": 0.0},
    "and the loss of tags": _KNOWING,
    "and messages along friendships": {**_KNOWING, "friend_weight": 0.2},
    "friends alone": {**_KNOWING, **_SILENT, "friend_weight": 0.2},
}


def measure_relations(
    folder: Path,
    settings: dict[str, Any],
    progress: Progress,
    seeds: tuple[int, ...] = SEEDS,
    variants: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a row for each variant of a directory in the form of `training.data.hetrec`.

    Args:
        folder: Has plays, friends and tags.
        settings: Of all variants, where they differ from the defaults.
        progress: Hears of fits.
        seeds: One split for each.
        variants: Settings by name; the first one is what the others are held against.

    Raises:
        MalformedText, DegenerateSnapshot: The data cannot be read or learned from.
    """
    chosen = variants or VARIANTS
    whole = load_plays(folder)
    published = load_published_relations(folder, whole)
    found: dict[str, list[Floats]] = {name: [] for name in chosen}
    validation: dict[str, list[float]] = {name: [] for name in chosen}
    done, total = 0, len(seeds) * len(chosen)
    for seed in seeds:
        split, excluded = _split(whole, published, seed)
        for name, changes in chosen.items():
            progress.update(done, total, f"seed {seed}: {name}")
            config = TrainingConfig.model_validate({**settings, **changes, "seed": seed})
            reached, values = _measure(split, excluded, config)
            validation[name].append(round(reached, 5))
            found[name].append(values)
            done += 1
    first = np.concatenate(found[next(iter(chosen))])
    rows = [_row(name, np.concatenate(found[name]), first, validation[name]) for name in chosen]
    return {"seeds": list(seeds), "settings": settings, "variants": rows}


def _split(whole: Interactions, published: PublishedRelations, seed: int) -> tuple[Split, CsrRows]:
    """Return the parts, in which no tag tells of a held-out pair, and what is not asked for in the test."""
    split = build_split(whole, "random", test_share=0.2, validation_share=0.125, seed=seed)
    held = whole.part(~np.isin(whole.keys(), split.learn.keys()))
    learn = replace(split.learn, relations=published.without(held))
    return replace(split, learn=learn), split.train.seen()


def _measure(split: Split, excluded: CsrRows, config: TrainingConfig) -> tuple[float, Floats]:
    """Return the validation NDCG@20 of the epoch that was chosen, and each listener's metrics in the test."""
    torch.set_num_threads(config.threads)
    validate = build_validation(split, config.validation_listeners)
    loop = fit_model(split.learn, config, config.epochs, validate=validate)
    vectors = embed(loop.model, loop.graph, loop.popularity_weight)
    ranking = rank_frozen(*vectors, excluded, LIST_LENGTH)
    values = measure_listeners(ranking, split.test.heard())
    return loop.best_score, np.stack([values[name] for name in REPORTED], axis=1)


def _row(name: str, values: Floats, first: Floats, validation: list[float]) -> dict[str, Any]:
    row: dict[str, Any] = {"variant": name, "listeners": len(values), "validation_ndcg@20": validation}
    columns = zip(REPORTED, mean_intervals(values), paired_differences(first, values), strict=True)
    for metric, interval, difference in columns:
        row[metric] = round(difference.after, 5)
        row[f"{metric}_interval"] = [round(edge, 5) for edge in interval]
        edges = (difference.gain, difference.low, difference.high)
        row[f"{metric}_gain"] = [round(edge / difference.before, 5) for edge in edges]
    return row
