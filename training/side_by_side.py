"""A trained table beside the baselines on pairs that none of them learned from, in one table.

Owns which rows stand in it and what is said about them. Refuses to know files and arguments.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recsys.rank import Ranking
from recsys.table import EmbeddingTable
from training.baselines import BASELINES
from training.baselines.measured import MeasuredBaseline, measure_baselines
from training.data.artists import TrackArtists
from training.data.parts import Split
from training.evaluation import LIST_LENGTH, measure_ranking
from training.evaluation.bootstrap import intervals_by_metric
from training.evaluation.breakdown import build_breakdown, novelty_of
from training.evaluation.comparison import Comparison, compare_results
from training.evaluation.results import ListenerResults, build_results
from training.evaluation.served import rank_served, served_listeners
from tunefi.ids import hex_of

SERVED = "served"


@dataclass(frozen=True)
class SideBySide:
    """What `tunefi evaluate` finds.

    Attributes:
        split: Counts of the parts, and how many listeners the model has no vector for.
        rows: One for the served table, then one for each baseline.
        breakdown: Of the served table's lists.
        comparisons: The served table held against each baseline.
        results: Each listener's metrics of the served table.
    """

    split: dict[str, Any]
    rows: tuple[dict[str, Any], ...]
    breakdown: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    results: ListenerResults

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as a JSON object."""
        return {
            "split": self.split,
            "models": list(self.rows),
            "breakdown": self.breakdown,
            "comparisons": [each.as_dict() for each in self.comparisons],
            "test_digest": hex_of(self.results.test_digest),
        }


def measure_side_by_side(
    table: EmbeddingTable,
    split: Split,
    *,
    baselines: tuple[str, ...] = (),
    threads: int = 1,
    artists: TrackArtists | None = None,
) -> SideBySide:
    """Return what the served int8 table and baselines reach on the test part.

    Listeners without a vector are asked nothing of any model: the fallback serves them.

    Args:
        table: Learned from `split.train`.
        split: The baselines are tuned on its validation part and learn from its train part.
        baselines: Keys of `training.baselines.BASELINES`, in the order of the rows.
        threads: Of those baselines that can use several.
        artists: Who made the tracks, where that is known.
    """
    asked = split.test.part(np.isin(split.test.listener_rows, served_listeners(table, split.train)))
    tested = replace(split, test=asked)
    started = time.monotonic()
    lists = rank_served(table, split.train, LIST_LENGTH)
    seconds = round(time.monotonic() - started, 3)
    results = build_results(lists, asked, table.model_name)
    found = measure_baselines(split, baselines, threads)
    name = f"{table.model_name}, int8 as served"
    counts = {**tested.counts(), "listeners_without_vector": _listeners(split) - _listeners(tested)}
    return SideBySide(
        split=counts,
        rows=(
            {"key": SERVED, "name": name, **_measures(lists, results, tested), "rank_seconds": seconds},
            *(_row(each, tested) for each in found),
        ),
        breakdown=build_breakdown(lists, lists, split.train, asked.heard(), artists),
        comparisons=tuple(
            compare_results(build_results(each.ranking, asked, each.key), results, (each.name, name))
            for each in found
            if each.ranking is not None
        ),
        results=results,
    )


def measure_served(tables: Sequence[EmbeddingTable], split: Split) -> list[ListenerResults]:
    """Return what served tables reach for those listeners for whom each of them has a vector.

    Args:
        tables: Learned from `split.train`, all of them.
        split: Its test part is asked for.
    """
    shown = [np.isin(split.test.listener_rows, served_listeners(table, split.train)) for table in tables]
    asked = split.test.part(np.logical_and.reduce(shown))
    return [
        build_results(rank_served(table, split.train, LIST_LENGTH), asked, table.model_name)
        for table in tables
    ]


def _row(baseline: MeasuredBaseline, split: Split) -> dict[str, Any]:
    head = {"key": baseline.key, "name": baseline.name}
    if baseline.ranking is None:
        return {**head, "refused": baseline.refused}
    results = build_results(baseline.ranking, split.test, baseline.key)
    return {
        **head,
        **_measures(baseline.ranking, results, split),
        "settings": baseline.settings,
        "tried": list(baseline.tried),
        "tune_seconds": baseline.tune_seconds,
        "fit_seconds": baseline.fit_seconds,
        "rank_seconds": baseline.rank_seconds,
        "peak_mib": baseline.peak_mib,
    }


def _measures(lists: Ranking, results: ListenerResults, split: Split) -> dict[str, Any]:
    means = {name: float(each.mean()) if len(each) else 0.0 for name, each in results.values.items()}
    spread = measure_ranking(lists, split.test.heard(), split.train.shape[1])
    measured = {**spread, **means, "novelty@20": novelty_of(lists, split.train)}
    rounded = {name: round(value, 5) for name, value in measured.items()}
    return {**rounded, "intervals": intervals_by_metric(results.values)}


def _listeners(split: Split) -> int:
    return len(np.unique(split.test.listener_rows))


def all_baselines() -> tuple[str, ...]:
    """Return the keys of all baselines."""
    return tuple(BASELINES)
