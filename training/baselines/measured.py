"""Baselines in one evaluation, each in a process of its own, so that its peak of memory is its own.

Owns the processes and what is measured about them. Refuses to know the baselines.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recsys.metrics import ndcg_at_k
from recsys.rank import Ranking
from training.baselines import BASELINES
from training.baselines.baseline import choose_settings
from training.data.interactions import Interactions
from training.data.parts import Split
from training.evaluation import LIST_LENGTH, Scorer, rank_by_scores
from tunefi.errors import FinalError


@dataclass(frozen=True)
class MeasuredBaseline:
    """A baseline that was tuned on validation, learned from train and ranked everything.

    Attributes:
        key, name: Of the baseline.
        settings: That validation chose.
        tried: What each setting reached on validation.
        ranking: A list for each listener; None where it was refused.
        tune_seconds, fit_seconds, rank_seconds: Wall time of each step.
        peak_mib: Most memory of its whole process, with interpreter and data.
        refused: Why it did not run; empty where it did.
    """

    key: str
    name: str
    settings: dict[str, Any]
    tried: tuple[dict[str, Any], ...]
    ranking: Ranking | None
    tune_seconds: float = 0.0
    fit_seconds: float = 0.0
    rank_seconds: float = 0.0
    peak_mib: float = 0.0
    refused: str = ""


def measure_baselines(
    split: Split, keys: Sequence[str] = tuple(BASELINES), threads: int = 1
) -> list[MeasuredBaseline]:
    """Return each baseline with its lists, one after the other.

    Args:
        split: The parts; the test part is not read.
        keys: Which baselines.
        threads: Of those that can use several; with more than one, lists may differ between runs.
    """
    return [_in_own_process(key, split, threads) for key in keys]


def _in_own_process(key: str, split: Split, threads: int) -> MeasuredBaseline:
    context = multiprocessing.get_context("spawn")
    parts = (split.learn, split.validation, split.train)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(_measure, key, *parts, threads).result()
        except BrokenProcessPool:
            reason = "its process was ended from outside, most likely for want of memory"
            return MeasuredBaseline(key, BASELINES[key].name, {}, (), None, refused=reason)


def _measure(
    key: str, learn: Interactions, validation: Interactions, train: Interactions, threads: int
) -> MeasuredBaseline:
    baseline, clock = BASELINES[key], _Clock()
    try:
        settings, tried = choose_settings(baseline, learn, _validator(learn, validation), threads)
        tune_seconds = clock.lap()
        scorer = baseline.fit(train, settings, threads)
    except FinalError as error:
        return MeasuredBaseline(key, baseline.name, {}, (), None, refused=str(error))
    fit_seconds = clock.lap()
    ranking = rank_by_scores(scorer, train.seen(), train.shape[1], LIST_LENGTH)
    return MeasuredBaseline(
        key=key,
        name=baseline.name,
        settings=asdict(settings),
        tried=tuple({**asdict(each), "validation_ndcg@20": round(ndcg, 5)} for each, ndcg in tried),
        ranking=ranking,
        tune_seconds=tune_seconds,
        fit_seconds=fit_seconds,
        rank_seconds=clock.lap(),
        peak_mib=_peak_mib(),
    )


class _Clock:
    def __init__(self) -> None:
        self._since = time.monotonic()

    def lap(self) -> float:
        """Return the seconds since the last call."""
        since, self._since = self._since, time.monotonic()
        return round(self._since - since, 3)


def _validator(learn: Interactions, validation: Interactions) -> Any:
    seen, relevant, tracks = learn.seen(), validation.heard(), learn.shape[1]

    def _ndcg(scorer: Scorer) -> float:
        ranking = rank_by_scores(scorer, seen, tracks, LIST_LENGTH)
        return ndcg_at_k(ranking, relevant, ranking.rows.shape[1])

    return _ndcg


def _peak_mib() -> float:
    """Return the most memory this process has had.

    `ru_maxrss` of a child begins, on Linux, with that of its parent; the high-water mark does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
