"""Made-up listening looks like real listening, and what is measured of it says whether costs are flat."""

from typing import Any

import numpy as np
import pytest

from benchmarks.errors import RunFailed
from benchmarks.listening_graph import build_listening, draw_pairs
from benchmarks.scale import compare_sizes, measure_scale
from tunefi.progress import SilentProgress

SMALL = {"dimension": 32, "epochs": 1, "threads": 1, "seed": 3}


class _Heard:
    def __init__(self) -> None:
        self.steps: list[tuple[float, float | None]] = []

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        self.steps.append((done, total))


def _power_of(counts: Any, least: int) -> float:
    """Return the power by which a distribution falls: maximum likelihood above a least value."""
    above = counts[counts >= least]
    return float(1 + len(above) / np.log(above / (least - 0.5)).sum())


def test_pairs_are_as_many_as_asked_for_distinct_and_in_order() -> None:
    owners, rows = draw_pairs(50_000, 4_000, seed=0)
    keys = owners << 32 | rows
    assert len(keys) == 50_000
    assert np.all(np.diff(keys) > 0)
    assert rows.max() < 4_000
    assert np.all(np.bincount(owners) > 0)


def test_activity_and_popularity_fall_as_in_real_listening() -> None:
    owners, rows = draw_pairs(400_000, 40_000, seed=0)
    assert 2.3 < _power_of(np.bincount(owners), 20) < 2.8
    assert 2.0 < _power_of(np.bincount(rows), 30) < 2.8


def test_the_same_seed_draws_the_same_listening_and_another_one_another() -> None:
    first, same, other = (build_listening(3_000, 500, seed) for seed in (0, 0, 1))
    assert first.listened.equals(same.listened)
    assert not first.listened.equals(other.listened)


def _run(interactions: int, seconds: float, peak_mib: float) -> dict[str, Any]:
    return {
        "interactions": interactions,
        "seconds": seconds,
        "cpu_seconds": seconds,
        "peak_mib": peak_mib,
        "base_mib": 500.0,
    }


def test_costs_in_proportion_are_flat_and_faster_growth_is_not() -> None:
    even = compare_sizes([_run(1_000_000, 10, 700), _run(3_000_000, 33, 1_100), _run(10_000_000, 100, 2_500)])
    assert (even["seconds_spread"], even["mib_spread"]) == (0.1, 0.0)
    assert even["seconds_marginal"] == [11.5, 9.571]
    assert even["flat"]
    assert even["ok"]
    slower = compare_sizes([_run(1_000_000, 10, 700), _run(10_000_000, 140, 2_500)])
    assert (slower["flat"], slower["ok"]) == (False, False)
    larger = compare_sizes([_run(1_000_000, 10, 1_200), _run(10_000_000, 100, 7_500)])
    assert (larger["flat"], larger["ok"]) == (True, False)


async def test_each_size_is_trained_and_ranked_in_a_process_of_its_own() -> None:
    heard = _Heard()
    found = await measure_scale([4_000], heard, tracks=300, settings=SMALL)
    run = found["runs"][0]
    assert (run["interactions"], run["listeners"], run["tracks"]) == (4_000, 148, 300)
    assert run["metrics"]["recall@20"] > 2 * 20 / 300, "it learned nothing"
    assert run["seconds"] == pytest.approx(sum(run["stages"].values()), abs=0.01)
    assert run["peak_mib"] >= run["base_mib"] > 100
    assert [done for done, _ in heard.steps] == sorted(done for done, _ in heard.steps)
    assert {total for _, total in heard.steps} == {4_000}


async def test_a_size_that_fails_says_why() -> None:
    with pytest.raises(RunFailed, match="10 tracks are too few"):
        await measure_scale([2_000], SilentProgress(), tracks=10)
