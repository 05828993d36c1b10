"""Gates let an honest model pass and name what is wrong with a bought or a broken one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.arrays import CsrRows
from recsys.gates import (
    Foretold,
    GateLimits,
    judge_accuracy,
    judge_exposure,
    judge_freezing,
    judge_vectors,
    rank_for_gates,
)
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import Ranking
from recsys.table import EmbeddingTable, build_table
from tunefi.ids import Hash32

TASTES, ARTISTS, TRACKS, LISTENERS = 4, 40, 400, 240
NAMES = tuple(f"artist {number}" for number in range(ARTISTS))


class Listening:
    """Listeners of four tastes who hear tracks of their taste, and vectors that know it."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        self.artists = np.arange(TRACKS) % ARTISTS
        likes = self.artists % TASTES
        tastes = np.eye(TASTES, 32)
        self.tracks = tastes[likes] + 0.15 * random.standard_normal((TRACKS, 32))
        self.listeners = tastes[np.arange(LISTENERS) % TASTES] + 0.15 * random.standard_normal(
            (LISTENERS, 32)
        )
        sets = [
            random.choice(np.flatnonzero(likes == listener % TASTES), 30, replace=False)
            for listener in range(LISTENERS)
        ]
        self.heard = CsrRows.of_sets([chosen[:20].tolist() for chosen in sets])
        self.later = CsrRows.of_sets([chosen[20:].tolist() for chosen in sets])
        self.listened = np.bincount(self.heard.indices, minlength=TRACKS)

    def table(self, tracks: Any = None, listeners: Any = None) -> EmbeddingTable:
        """Return frozen vectors, rows as they are numbered here."""
        frozen = quantise_tracks(self.tracks if tracks is None else tracks)
        shown = quantise_listeners(self.listeners if listeners is None else listeners)
        ids = [f"0x{number:040x}" for number in range(LISTENERS)]
        built = build_table(
            [f"t{number}" for number in range(TRACKS)],
            frozen,
            ids,
            shown,
            snapshot_digest=Hash32(bytes(32)),
            model_digest=Hash32(bytes(32)),
            model_name="made-up",
        )
        return replace(built, track_vectors=frozen)

    def foretold(self, table: EmbeddingTable) -> Foretold:
        """Return its lists beside what was heard later."""
        return Foretold(rank_for_gates(table, self.heard), self.later)

    def exposure(self, table: EmbeddingTable) -> Any:
        """Return what the gate of exposure finds."""
        return judge_exposure(rank_for_gates(table, self.heard), self.artists, self.listened, NAMES)


@pytest.fixture(scope="module")
def listening() -> Listening:
    return Listening()


def test_an_honest_model_passes_all_gates(listening: Listening) -> None:
    table = listening.table()
    gates = [
        judge_accuracy(listening.foretold(table), listening.foretold(table)),
        listening.exposure(table),
        judge_freezing(0.001),
        *judge_vectors(table, listening.listened),
    ]
    assert [gate.passed for gate in gates] == [True] * len(gates)


def test_a_model_with_one_artist_blown_up_is_refused_by_the_artists_name(listening: Listening) -> None:
    bought = listening.tracks.copy()
    bought[listening.artists == 7] = 5 * listening.listeners.mean(axis=0)
    gate = listening.exposure(listening.table(bought))
    assert gate.passed is False
    assert gate.measured > gate.limit
    assert gate.sentence.startswith("artist 7 fills")


def test_a_model_that_foretells_worse_than_the_last_one_is_refused(listening: Listening) -> None:
    noise = np.random.default_rng(1).standard_normal(listening.tracks.shape)
    last = listening.foretold(listening.table())
    worse = judge_accuracy(listening.foretold(listening.table(noise)), last)
    assert worse.passed is False
    assert worse.measured is not None
    assert worse.measured < 0.7
    better = judge_accuracy(last, listening.foretold(listening.table(noise)))
    assert better.passed is True


def test_too_few_listeners_are_no_measure_and_said_so(listening: Listening) -> None:
    found = listening.foretold(listening.table())
    gate = judge_accuracy(found, found, GateLimits(least_listeners=LISTENERS + 1))
    assert (gate.passed, gate.measured) == (None, None)
    assert "240 listeners" in gate.sentence
    assert judge_accuracy(found, None).passed is None


@pytest.mark.parametrize(("lost", "passed"), [(-0.01, True), (0.005, True), (0.0051, False), (None, False)])
def test_freezing_may_cost_half_a_percent_and_must_be_stated(lost: float | None, passed: bool) -> None:
    assert judge_freezing(lost).passed is passed


def test_vectors_that_vanish_or_repeat_are_refused_and_unheard_tracks_may_be_zero(
    listening: Listening,
) -> None:
    unheard = listening.listened.copy()
    unheard[:100] = 0
    zero = listening.tracks.copy()
    zero[:100] = 0
    names = ["zero_vectors", "equal_tracks", "equal_listeners"]
    spared = judge_vectors(listening.table(zero), unheard)
    assert [(gate.name, gate.passed) for gate in spared] == [(name, True) for name in names]
    vanished = judge_vectors(listening.table(zero), listening.listened)
    assert [gate.passed for gate in vanished] == [False, False, True]
    same = listening.listeners.copy()
    same[:30] = same[0]
    repeated = judge_vectors(listening.table(listeners=same), listening.listened)
    assert [gate.passed for gate in repeated] == [True, True, False]


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_exposure_is_a_plain_count_of_places(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = np.array([random.permutation(30)[:20] for _ in range(9)], np.uint32)
    artists, listened = random.integers(-1, 4, 30), random.integers(0, 6, 30)
    ranking = Ranking(rows, np.zeros(rows.shape, np.int32), np.full(9, 20))
    limits = GateLimits(exposure_floor=0.1)
    gate = judge_exposure(ranking, artists, listened, NAMES[:4], limits)
    shown = [sum(artists[row] == artist for row in rows.ravel().tolist()) / rows.size for artist in range(4)]
    heard = [sum(listened[artists == artist]) / sum(listened) for artist in range(4)]
    worst = max(a / max(b, 0.1) for a, b in zip(shown, heard, strict=True))
    assert gate.measured == pytest.approx(worst, abs=1e-6)
