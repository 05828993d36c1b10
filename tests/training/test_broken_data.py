"""Data from which nothing can be learned is refused by name, and the last model stays."""

import math

import numpy as np
import pytest

from tests.kit.listening import address, block_pairs, interactions_of, track
from training.data.interactions import build_interactions
from training.errors import DegenerateSnapshot
from tunefi.ids import Hash32

PAIRS = block_pairs()


@pytest.mark.parametrize(
    ("pairs", "plays", "message"),
    [
        (PAIRS, [0.0] * len(PAIRS), r"0 listener\(s\) with plays"),
        ([(0, 0), (0, 1)], None, r"1 listener\(s\) with plays"),
        ([(0, 0), (1, 0)], None, r"1 track\(s\) with plays"),
        ([], None, r"0 listener\(s\)"),
        ([(0, 0), (1, 1)], None, "no listener has heard two tracks"),
        (PAIRS, [math.nan] + [1.0] * (len(PAIRS) - 1), "not a number"),
        (PAIRS, [math.inf] + [1.0] * (len(PAIRS) - 1), "not a number"),
        (PAIRS, [-1.0] + [1.0] * (len(PAIRS) - 1), "negative"),
        ([*PAIRS, PAIRS[0]], None, "a pair of listener and track is repeated"),
    ],
)
def test_data_without_anything_to_learn_is_refused(
    pairs: list[tuple[int, int]], plays: list[float] | None, message: str
) -> None:
    with pytest.raises(DegenerateSnapshot, match=message):
        interactions_of(pairs, 30, plays)


def test_a_track_that_is_not_in_the_catalogue_is_named() -> None:
    with pytest.raises(DegenerateSnapshot, match="made-up:track:29"):
        interactions_of([*PAIRS, (0, 29)] if (0, 29) not in PAIRS else PAIRS, 29)


def test_a_repeated_track_is_refused() -> None:
    with pytest.raises(DegenerateSnapshot, match="track_id is repeated"):
        build_interactions(
            track_ids=["a", "a"], listened=([], []), plays=np.array([]), snapshot_digest=Hash32(bytes(32))
        )


def test_hidden_tracks_are_not_learned_from_and_never_recommended() -> None:
    whole = build_interactions(
        track_ids=[track(n) for n in range(30)],
        listened=([address(a) for a, _ in PAIRS], [track(b) for _, b in PAIRS]),
        plays=np.ones(len(PAIRS)),
        hid=([address(PAIRS[0][0]), address(999)], [track(PAIRS[0][1]), track(3)]),
        snapshot_digest=Hash32(bytes(32)),
    )
    row = whole.track_ids.index(track(PAIRS[0][1]))
    listener = whole.addresses.index(address(PAIRS[0][0]))
    assert len(whole) == len(PAIRS) - 1
    assert row not in whole.heard().row(listener)
    assert row in whole.seen().row(listener)


def test_pairs_without_plays_are_left_out_and_order_changes_nothing() -> None:
    plays = [1.0] * len(PAIRS)
    plays[4] = 0.0
    forwards = interactions_of(PAIRS, 30, plays)
    backwards = interactions_of(PAIRS[::-1], 30, plays[::-1])
    assert len(forwards) == len(PAIRS) - 1
    np.testing.assert_array_equal(forwards.listener_rows, backwards.listener_rows)
    np.testing.assert_array_equal(forwards.track_rows, backwards.track_rows)
