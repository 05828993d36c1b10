"""What new tracks and listeners are recommended, where they are new (`tunefi bench cold`).

Owns the splits, the ways that are compared and the table. Refuses to know how vectors are learned.

new tracks      a fifth of all tracks lose every pair; each listener who heard some of them is asked for
                them among the new tracks alone, where popularity knows nothing but how often one was tagged
new listeners   a fifth of all listeners lose every pair; half of each one's tracks may be known, the other
                half is asked for among all tracks
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.fitting import fit_model
from recsys.arrays import CsrRows
from recsys.fold_in import fold_in
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import Ranking, rank_top_k
from training.cold_start import add_new_tracks, embed_by_friends
from training.config import TrainingConfig
from training.data.hetrec import PublishedRelations, load_plays, load_published_relations
from training.data.interactions import Interactions
from training.data.parts import build_split
from training.engine.job import build_validation, embed
from training.evaluation import LIST_LENGTH, rank_by_scores
from training.evaluation.bootstrap import mean_intervals, paired_differences
from training.evaluation.per_listener import measure_listeners
from tunefi.progress import Progress

Floats = NDArray[np.float64]
SEEDS = (0, 1, 2)
REPORTED = ("recall@10", "ndcg@10", "recall@20", "ndcg@20")
NEW_SHARE = 0.2
FEW = 5
TAGS, POPULAR = "artist, tags and release", "popularity"
_UNKNOWN = "most tagged"


@dataclass(frozen=True, eq=False)
class _Case:
    """A training part without what is new, and the vectors learned from it."""

    train: Interactions
    asked: Interactions
    listeners: NDArray[np.float32]
    tracks: NDArray[np.float32]


def measure_cold_start(
    folder: Path, config: TrainingConfig, progress: Progress, seeds: tuple[int, ...] = SEEDS
) -> dict[str, Any]:
    """Return the two tables of a directory in the form of `training.data.hetrec`.

    Args:
        folder: Has plays, and friends and tags where they are known.
        config: Choices of the training.
        progress: Hears of fits.
        seeds: One split of each kind for each.

    Raises:
        MalformedText, DegenerateSnapshot: The data cannot be read or learned from.
    """
    whole = load_plays(folder)
    published = load_published_relations(folder, whole)
    found: dict[str, list[dict[str, Floats]]] = {"new_tracks": [], "new_listeners": []}
    for number, seed in enumerate(seeds):
        progress.update(2 * number, 2 * len(seeds), f"new tracks, seed {seed}")
        found["new_tracks"].append(_measure_new_tracks(whole, published, config, seed))
        progress.update(2 * number + 1, 2 * len(seeds), f"new listeners, seed {seed}")
        found["new_listeners"].append(_measure_new_listeners(whole, published, config, seed))
    return {
        "seeds": list(seeds),
        "dimension": config.dimension,
        "new_share": NEW_SHARE,
        "new_tracks": _table(found["new_tracks"], _UNKNOWN),
        "new_listeners": _table(found["new_listeners"], POPULAR),
    }


def _measure_new_tracks(
    whole: Interactions, published: PublishedRelations, config: TrainingConfig, seed: int
) -> dict[str, Floats]:
    new = np.random.default_rng(seed).random(whole.shape[1]) < NEW_SHARE
    case = _learn(whole, published, new[whole.track_rows], config)
    rows = np.flatnonzero(new)
    place = np.full(len(new), -1)
    place[rows] = np.arange(len(rows))
    wanted = CsrRows.of_pairs(case.asked.listener_rows, place[case.asked.track_rows], whole.shape[0])
    nothing = CsrRows.empty(whole.shape[0])
    relations = case.train.relations
    assert relations is not None
    tags = np.asarray(relations.tags.sum(axis=1), np.float64).ravel()[rows]
    lot = np.random.default_rng(seed).random(len(rows))
    frozen = quantise_listeners(case.listeners), quantise_tracks(case.tracks)[rows]
    rankings = {
        TAGS: rank_top_k(*frozen, nothing, LIST_LENGTH),
        _UNKNOWN: rank_by_scores(_same_for_all(tags), nothing, len(rows), LIST_LENGTH),
        "by lot": rank_by_scores(_same_for_all(lot), nothing, len(rows), LIST_LENGTH),
    }
    return {name: _metrics(ranking, wanted) for name, ranking in rankings.items()}


def _measure_new_listeners(
    whole: Interactions, published: PublishedRelations, config: TrainingConfig, seed: int
) -> dict[str, Floats]:
    generator = np.random.default_rng(seed)
    new = generator.random(whole.shape[0]) < NEW_SHARE
    case = _learn(whole, published, new[whole.listener_rows], config)
    known_share = generator.random(len(case.asked)) < 0.5
    known, wanted = case.asked.part(known_share), case.asked.part(~known_share)
    rows = np.flatnonzero(new)
    tracks = quantise_tracks(case.tracks)
    heard, asked = (_rows_of(part, rows) for part in (known, wanted))
    listeners_of = np.bincount(case.train.track_rows, minlength=whole.shape[1])
    friends = embed_by_friends(case.listeners, published.friends[rows])
    vectors = {
        "half of what they hear": fold_in(tracks, heard, listeners_of),
        f"{FEW} tracks": fold_in(tracks, _first(heard, FEW), listeners_of),
        "friends": quantise_listeners(friends),
    }
    rankings = {name: rank_top_k(each, tracks, heard, LIST_LENGTH) for name, each in vectors.items()}
    scorer = _same_for_all(listeners_of.astype(np.float64))
    rankings[POPULAR] = rank_by_scores(scorer, heard, whole.shape[1], LIST_LENGTH)
    return {name: _metrics(ranking, asked) for name, ranking in rankings.items()}


def _learn(
    whole: Interactions, published: PublishedRelations, new: NDArray[np.bool_], config: TrainingConfig
) -> _Case:
    """Fit without the pairs of what is new, and without any tag that would tell of one."""
    asked = whole.part(new)
    train = replace(whole.part(~new), relations=published.without(asked))
    torch.set_num_threads(config.threads)
    split = build_split(train, "random", seed=config.seed)
    validate = build_validation(split, config.validation_listeners)
    chosen = fit_model(split.learn, config, config.epochs, validate=validate)
    loop = fit_model(train, config, chosen.best_epoch, weight=chosen.popularity_weight)
    vectors = embed(loop.model, loop.graph, loop.popularity_weight)
    return _Case(train, asked, *add_new_tracks(vectors, train))


def _same_for_all(scores: NDArray[Any]) -> Callable[[int, int], Floats]:
    return lambda start, stop: np.broadcast_to(scores, (stop - start, len(scores)))


def _rows_of(part: Interactions, listeners: NDArray[np.int64]) -> CsrRows:
    place = np.full(part.shape[0], -1)
    place[listeners] = np.arange(len(listeners))
    return CsrRows.of_pairs(place[part.listener_rows], part.track_rows, len(listeners))


def _first(heard: CsrRows, count: int) -> CsrRows:
    return CsrRows.of_sets([heard.row(listener)[:count].tolist() for listener in range(len(heard))])


def _metrics(ranking: Ranking, wanted: CsrRows) -> Floats:
    values = measure_listeners(ranking, wanted)
    return np.stack([values[name] for name in REPORTED], axis=1)


def _table(found: list[dict[str, Floats]], against: str) -> list[dict[str, Any]]:
    """Return a row for each way: means over the listeners of all seeds, and how far from the fallback."""
    pooled = {name: np.concatenate([each[name] for each in found]) for name in found[0]}
    rows = []
    for name, values in pooled.items():
        intervals = mean_intervals(values)
        differences = paired_differences(pooled[against], values)
        row: dict[str, Any] = {"way": name, "listeners": len(values)}
        for metric, mean, interval, difference in zip(
            REPORTED, values.mean(axis=0), intervals, differences, strict=True
        ):
            row[metric] = round(float(mean), 5)
            row[f"{metric}_interval"] = [round(edge, 5) for edge in interval]
            row[f"{metric}_above_{against.replace(' ', '_')}"] = [
                round(edge, 5) for edge in (difference.low, difference.high)
            ]
        rows.append(row)
    return rows
