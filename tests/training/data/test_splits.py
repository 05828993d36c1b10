"""No pair is in two parts, none is lost, and nothing that chooses has seen what tests."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.baselines.similarity import build_similarity
from training.data.errors import LeakingSplit, TimesMissing
from training.data.interactions import Interactions
from training.data.parts import Split, build_split, check_split, split_given
from training.data.splits import (
    Cut,
    default_cut,
    split_grouped,
    split_leave_last,
    split_pairs,
    split_random,
    split_temporal,
)
from training.errors import MalformedSplit
from training.phases import cut


def _keys(part: Interactions) -> set[tuple[int, int]]:
    return set(zip(part.listener_rows.tolist(), part.track_rows.tolist(), strict=True))


def _timed(whole: Interactions, seed: int = 0, latest: int = 1_000) -> Interactions:
    return replace(whole, times=np.random.default_rng(seed).integers(0, latest, len(whole)))


@given(
    pairs=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 14)), min_size=25),
    share=st.floats(0.1, 0.6),
    seed=st.integers(0, 99),
    way=st.sampled_from(["random", "grouped", "temporal", "leave-last"]),
)
@settings(max_examples=80)
def test_parts_are_disjoint_and_together_are_everything(
    pairs: set[tuple[int, int]], share: float, seed: int, way: Cut
) -> None:
    whole = _timed(interactions_of(sorted(pairs), 15), seed, 40)
    try:
        kept, held = split_pairs(whole, way, share, seed)
    except MalformedSplit:
        return
    assert not _keys(kept) & _keys(held)
    assert _keys(kept) | _keys(held) == _keys(whole)
    counts = np.bincount(whole.listener_rows)
    left = np.bincount(kept.listener_rows, minlength=len(counts))
    if way in ("random", "grouped"):
        assert np.all(left >= 1)
        assert np.all(counts - left == np.minimum(np.rint(share * counts), counts - 1))
    if way == "leave-last":
        assert np.all(counts - left == (counts > 1))
    if way == "temporal":
        assert len(held) >= share * len(whole)


@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.95), latest=st.integers(2, 2_000))
@settings(max_examples=40)
def test_a_temporal_cut_parts_the_past_from_the_future_at_the_latest_moment(
    seed: int, share: float, latest: int
) -> None:
    whole = _timed(interactions_of(block_pairs(), 30), seed, latest)
    try:
        kept, held = split_temporal(whole, share)
    except MalformedSplit:
        return
    assert kept.times is not None
    assert held.times is not None
    assert kept.times.max() < held.times.min()
    later = np.count_nonzero(held.times > held.times.min())
    assert later < share * len(whole) <= len(held)


def test_leave_last_holds_out_what_each_listener_came_to_last() -> None:
    whole = _timed(interactions_of(block_pairs(), 30))
    assert whole.times is not None
    held = split_leave_last(whole)[1]
    assert held.times is not None
    for listener, time in zip(held.listener_rows, held.times, strict=True):
        assert time == whole.times[whole.listener_rows == listener].max()


def test_a_cut_by_time_needs_times_and_says_what_to_do() -> None:
    whole = interactions_of(block_pairs(), 30)
    for way in ("temporal", "leave-last"):
        with pytest.raises(TimesMissing, match=f"a {way} cut .* use a grouped cut"):
            split_pairs(whole, way, 0.2, 0)
    assert default_cut(whole) == "grouped"
    assert default_cut(_timed(whole)) == "temporal"


def test_one_moment_for_everything_has_no_past() -> None:
    whole = interactions_of(block_pairs(), 30)
    with pytest.raises(MalformedSplit, match="252 of 252 pairs would be held out"):
        split_temporal(replace(whole, times=np.full(len(whole), 5)), 0.2)


def test_the_same_seed_gives_the_same_cut_and_another_seed_another() -> None:
    whole = interactions_of(block_pairs(), 30)
    for way in (split_random, split_grouped):
        first, again, other = (_keys(way(whole, 0.3, seed)[1]) for seed in (1, 1, 2))
        assert first == again != other


@given(seed=st.integers(0, 10_000), share=st.floats(0.2, 0.8))
@settings(max_examples=8, deadline=None)
def test_a_grouped_cut_holds_out_a_track_and_its_nearest_by_a_dense_computation(
    seed: int, share: float
) -> None:
    generator = np.random.default_rng(seed)
    heard = generator.random((12, 16)) < 0.5
    heard[:, 0] = True
    whole = interactions_of(list(zip(*(column.tolist() for column in np.nonzero(heard)), strict=True)), 16)
    held = split_grouped(whole, share, seed)[1].heard()
    matrix, own = whole.matrix().toarray(), whole.heard()
    shared, popularity = matrix.T @ matrix - 1, np.maximum(matrix.sum(0), 1)

    def _explains(power: float) -> bool:
        near = shared / popularity**power
        return all(_is_group(near, held.row(u), own.row(u)) for u in range(len(own)))

    assert any(_explains((step + 0.5) / 64) for step in range(128))


def _is_group(near: np.ndarray, chosen: np.ndarray, own: np.ndarray) -> bool:
    """Whether one of those held out is the centre: none that was left is nearer to it than the others."""
    left = np.setdiff1d(own, chosen)
    return not len(chosen) or any(
        near[centre, np.setdiff1d(chosen, centre)].min(initial=99)
        >= near[centre, left].max(initial=-1) - 1e-8
        for centre in chosen
    )


def test_a_grouped_cut_holds_out_neighbours() -> None:
    # Each listener hears half of two blocks; what is held out together should be of one block.
    pairs = [(u, t) for u in range(20) for t in range(12) if (u + t) % 3 or u % 2 == t // 6]
    whole = interactions_of(pairs, 12)
    similarity = build_similarity(whole, 0.0)
    grouped, by_lot = split_grouped(whole, 0.4, 0)[1], split_random(whole, 0.4, 0)[1]
    assert _closeness(grouped, similarity.toarray()) > _closeness(by_lot, similarity.toarray())


def test_a_grouped_cut_holds_out_pairs_as_popular_as_those_that_stay() -> None:
    generator = np.random.default_rng(0)
    # Tastes of ten kinds, over tracks whose popularity falls by a power.
    weights = np.arange(1, 401) ** -0.8
    kinds = np.where(generator.random((10, 400)) < 0.3, 8.0, 1.0) * weights
    pairs = {
        (u, int(t))
        for u in range(400)
        for t in generator.choice(400, 25, p=kinds[u % 10] / kinds[u % 10].sum())
    }
    whole = interactions_of(sorted(pairs), 400)
    popularity = np.log(np.bincount(whole.track_rows, minlength=400).clip(1))
    kept, held = split_grouped(whole, 0.2, 0)
    difference = popularity[held.track_rows].mean() - popularity[kept.track_rows].mean()
    assert abs(difference) < 0.2


def _closeness(part: Interactions, similarity: np.ndarray) -> float:
    own = part.heard()
    return float(np.mean([similarity[np.ix_(own.row(u), own.row(u))].mean() for u in range(len(own))]))


@pytest.mark.parametrize("kind", ["random", "grouped"])
def test_validation_is_cut_from_train_alone(kind: str) -> None:
    whole = interactions_of(block_pairs(), 30)
    cuts = cut(whole, small_config(cut=kind))
    assert _keys(cuts.learn) | _keys(cuts.validation) == _keys(cuts.train)
    assert not _keys(cuts.validation) & _keys(cuts.test)
    assert not _keys(cuts.learn) & (_keys(cuts.validation) | _keys(cuts.test))
    assert _keys(cuts.train) | _keys(cuts.test) == _keys(whole)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 0.01])
def test_a_share_that_leaves_a_part_empty_is_refused(share: float) -> None:
    with pytest.raises(MalformedSplit):
        split_random(interactions_of(block_pairs(), 30), share, 0)


def _newcomers() -> Interactions:
    """Return twelve listeners with a past, and a thirteenth and a new track that appear in the end."""
    pairs = [(u, t) for u in range(12) for t in range(8)] + [(12, 0), (12, 1), (0, 8)]
    whole = interactions_of(pairs, 9)
    late = [whole.addresses.index(f"0x{12:040x}"), whole.track_ids.index("made-up:track:8")]
    new = (whole.listener_rows == late[0]) | (whole.track_rows == late[1])
    return replace(whole, times=np.where(new, 10_000, np.arange(len(whole))))


def test_listeners_and_tracks_that_are_new_after_the_cut_are_counted_and_apart() -> None:
    split = build_split(_newcomers(), test_share=0.1, validation_share=0.2)
    counts = split.counts()
    assert split.cut == "temporal"
    assert counts["new_listeners"] == 1
    assert counts["pairs_of_new_listeners"] == len(split.newcomers) == 2
    assert (counts["new_tracks"], counts["pairs_with_new_tracks"]) == (1, 1)
    assert set(split.test.listener_rows.tolist()) <= set(split.train.listener_rows.tolist())
    parts = (split.train, split.test, split.newcomers)
    assert sum(map(len, parts)) == len(_newcomers())


@given(seed=st.integers(0, 10_000), way=st.sampled_from(["random", "grouped", "temporal", "leave-last"]))
@settings(max_examples=30)
def test_no_cut_of_ours_leaks(seed: int, way: Cut) -> None:
    whole = _timed(interactions_of(block_pairs(seed=seed % 7), 30), seed, 300)
    check_split(build_split(whole, way, test_share=0.3, validation_share=0.2, seed=seed))


def _clean(way: Cut = "temporal") -> Split:
    return build_split(_timed(interactions_of(block_pairs(), 30)), way, test_share=0.3)


def _with_pair_of(part: Interactions, other: Interactions, position: int = 0) -> Interactions:
    columns = {
        name: np.append(getattr(part, name), getattr(other, name)[position])
        for name in ("listener_rows", "track_rows", "times")
    }
    return replace(part, **columns)


def test_a_test_pair_in_train_is_refused_and_named() -> None:
    split = _clean("random")
    bad = replace(split, train=_with_pair_of(split.train, split.test, 3))
    listener = split.test.addresses[split.test.listener_rows[3]]
    track = split.test.track_ids[split.test.track_rows[3]]
    with pytest.raises(LeakingSplit, match="in the train part too") as caught:
        check_split(bad)
    assert (caught.value.listener, caught.value.track, caught.value.count) == (listener, track, 1)
    assert listener in str(caught.value)
    assert track in str(caught.value)


def test_a_future_in_the_past_is_refused_and_counted() -> None:
    split = _clean()
    assert split.train.times is not None
    times = split.train.times.copy()
    times[[2, 5]] = 2_000
    with pytest.raises(LeakingSplit, match="not older than the test part: 2 pairs") as caught:
        check_split(replace(split, train=replace(split.train, times=times)))
    assert caught.value.listener == split.train.addresses[split.train.listener_rows[2]]


def test_a_leave_last_cut_with_something_later_in_train_is_refused() -> None:
    split = _clean("leave-last")
    assert split.train.times is not None
    times = split.train.times.copy()
    times[4] = 2_000
    with pytest.raises(LeakingSplit, match="later than their listener's test part: 1 pair"):
        check_split(replace(split, train=replace(split.train, times=times)))


def test_a_pair_that_is_twice_in_a_part_is_refused() -> None:
    split = _clean("random")
    with pytest.raises(LeakingSplit, match="twice in the train part: 1 pair"):
        check_split(replace(split, train=_with_pair_of(split.train, split.train)))


def test_a_validation_pair_that_tests_is_refused() -> None:
    split = _clean("random")
    bad = replace(split, validation=_with_pair_of(split.validation, split.test))
    with pytest.raises(LeakingSplit, match="validation part too"):
        check_split(bad)


def test_an_unknown_track_and_another_catalogue_are_refused() -> None:
    split = _clean("random")
    rows = split.test.track_rows.copy()
    rows[1] = 30
    with pytest.raises(LeakingSplit, match=r"no track .* track row 30"):
        check_split(replace(split, test=replace(split.test, track_rows=rows)))
    other = replace(split.test, track_ids=split.test.track_ids[::-1])
    with pytest.raises(LeakingSplit, match="other listeners or tracks"):
        check_split(replace(split, test=other))


def test_a_cut_by_time_without_times_is_refused() -> None:
    split = _clean()
    with pytest.raises(LeakingSplit, match="without a time"):
        check_split(replace(split, test=replace(split.test, times=None)))


def test_a_given_validation_part_chooses_and_is_not_learned_from() -> None:
    clean = _clean("random")
    with_validation = split_given(clean.learn, clean.test, clean.validation)
    assert with_validation.learn is with_validation.train is clean.learn
    without = split_given(clean.train, clean.test)
    assert _keys(without.learn) | _keys(without.validation) == _keys(clean.train)
    with pytest.raises(LeakingSplit):
        split_given(clean.train, clean.test, clean.test)
