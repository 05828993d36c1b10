"""How fast exact lists are beside `implicit`'s and FAISS's flat inner product (`tunefi bench ranking`).

Owns the made-up tables, the rounds and the figures. All rank the same integers by as many threads, in turns,
so that a machine that slows down slows all of them. The others get their floats ready-made, and FAISS its
index, before the clock starts; TuneFi starts from the table that is served. Refuses to judge.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.errors import BaselinesMissing
from recsys.arrays import CsrRows, Int8Matrix
from recsys.rank import rank_top_k

SHAPES = ((20_000, 20_000), (2_000, 1_000_000))
"""Listeners and tracks."""
DIMENSION, LIST_LENGTH, ROUNDS = 128, 20, 5
_CHUNK = 100_000

Scores = NDArray[np.int64]
Engine = Callable[[], tuple[NDArray[Any], NDArray[Any]]]
"""Returns rows and scores of each list, (B, k), best first."""


@dataclass(frozen=True, slots=True)
class _Rival:
    """One of those that rank, with the seconds of its rounds."""

    rank: Engine
    wall_seconds: list[float]
    cpu_seconds: list[float]


def measure_ranking(
    shapes: tuple[tuple[int, int], ...] = SHAPES, rounds: int = ROUNDS, threads: int | None = None
) -> dict[str, Any]:
    """Return the seconds of all three for each shape, and whether their lists agree.

    Args:
        shapes: Numbers of listeners and tracks.
        rounds: How often each ranks everything.
        threads: Of each; one for each core by default.

    Raises:
        BaselinesMissing: `implicit` or FAISS is not installed.
    """
    threads = threads or psutil.cpu_count(logical=False) or 1
    found = {"dimension": DIMENSION, "list_length": LIST_LENGTH, "threads": threads, "rounds": rounds}
    shown = [_measure_shape(listeners, tracks, rounds, threads) for listeners, tracks in shapes]
    return found | {f"{one['listeners']}x{one['tracks']}": one for one in shown}


def _measure_shape(listeners: int, tracks: int, rounds: int, threads: int) -> dict[str, Any]:
    asking, asked = build_vectors(listeners, 1), build_vectors(tracks, 2)
    rivals = {name: _Rival(rank, [], []) for name, rank in _engines(asking, asked, threads).items()}
    lists: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
    for round_number in range(rounds):
        names = list(rivals)
        for name in names[round_number % len(names) :] + names[: round_number % len(names)]:
            lists[name] = _run(rivals[name])
    seconds = {name: statistics.median(rival.wall_seconds) for name, rival in rivals.items()}
    return {
        "listeners": listeners,
        "tracks": tracks,
        **{f"{name}_seconds": round(value, 4) for name, value in seconds.items()},
        **{f"{name}_cpu_seconds": round(statistics.median(r.cpu_seconds), 4) for name, r in rivals.items()},
        "times_as_fast_as_the_faster": round(
            min(value for name, value in seconds.items() if name != "tunefi") / seconds["tunefi"], 3
        ),
        **_agreement(lists),
    }


def build_vectors(count: int, seed: int) -> Int8Matrix:
    """Return made-up vectors that differ in length as trained ones do, int8 (count, D)."""
    random = np.random.default_rng(seed)
    vectors = np.empty((count, DIMENSION), np.int8)
    for start in range(0, count, _CHUNK):
        block = vectors[start : start + _CHUNK]
        lengths = random.lognormal(0.0, 0.3, (len(block), 1)).astype(np.float32)
        floats = random.standard_normal(block.shape, np.float32) * lengths * 20
        block[:] = np.clip(np.rint(floats), -127, 127)
    return vectors


def _engines(listeners: Int8Matrix, tracks: Int8Matrix, threads: int) -> Mapping[str, Engine]:
    try:
        import faiss
        from implicit.cpu.topk import topk
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise BaselinesMissing(error.name or str(error)) from error
    asking, asked = listeners.astype(np.float32), tracks.astype(np.float32)
    threadpool_limits(threads)
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(asked)
    none = CsrRows.empty(len(listeners))

    def tunefi() -> tuple[NDArray[Any], NDArray[Any]]:
        ranking = rank_top_k(listeners, tracks, none, LIST_LENGTH, threads)
        return ranking.rows, ranking.scores

    def implicit() -> tuple[NDArray[Any], NDArray[Any]]:
        rows, scores = topk(asked, asking, LIST_LENGTH, num_threads=threads)
        return rows, scores

    def flat() -> tuple[NDArray[Any], NDArray[Any]]:
        scores, rows = index.search(asking, LIST_LENGTH)
        return rows, scores

    return {"tunefi": tunefi, "implicit": implicit, "faiss": flat}


def _run(rival: _Rival) -> tuple[NDArray[Any], NDArray[Any]]:
    wall, cpu = time.perf_counter(), time.process_time()
    lists = rival.rank()
    rival.wall_seconds.append(time.perf_counter() - wall)
    rival.cpu_seconds.append(time.process_time() - cpu)
    return lists


def _agreement(lists: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]) -> dict[str, Any]:
    """Say whether all found the same scores, and how many lists of the others break a tie another way."""
    rows, scores = (values.astype(np.int64) for values in lists["tunefi"])
    found: dict[str, Any] = {"same_scores": True}
    for name in ("implicit", "faiss"):
        other_rows, other_scores = (values.astype(np.int64) for values in lists[name])
        found["same_scores"] = found["same_scores"] and bool(np.array_equal(scores, other_scores))
        found[f"lists_in_another_order_by_{name}"] = int(np.any(rows != other_rows, axis=1).sum())
    return found
