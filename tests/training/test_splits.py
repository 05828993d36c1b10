"""No pair is in two parts, none is lost, and nothing that chooses has seen what tests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.data.interactions import Interactions
from training.data.splits import split_grouped, split_random
from training.errors import MalformedSplit
from training.phases import cut
from training.similarity import build_similarity


def _keys(part: Interactions) -> set[tuple[int, int]]:
    return set(zip(part.listener_rows.tolist(), part.track_rows.tolist(), strict=True))


@given(
    pairs=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 14)), min_size=25),
    share=st.floats(0.1, 0.6),
    seed=st.integers(0, 99),
    grouped=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_parts_are_disjoint_and_together_are_everything(
    pairs: set[tuple[int, int]], share: float, seed: int, grouped: bool
) -> None:
    whole = interactions_of(sorted(pairs), 15)
    try:
        if grouped:
            kept, held = split_grouped(whole, build_similarity(whole, 0.0), share, seed)
        else:
            kept, held = split_random(whole, share, seed)
    except MalformedSplit:
        return
    assert not _keys(kept) & _keys(held)
    assert _keys(kept) | _keys(held) == _keys(whole)
    counts = np.bincount(whole.listener_rows)
    left = np.bincount(kept.listener_rows, minlength=len(counts))
    assert np.all(left >= 1)
    assert np.all(counts - left == np.minimum(np.rint(share * counts), counts - 1))


def test_the_same_seed_gives_the_same_cut_and_another_seed_another() -> None:
    whole = interactions_of(block_pairs(), 30)
    first, again, other = (_keys(split_random(whole, 0.3, seed)[1]) for seed in (1, 1, 2))
    assert first == again != other


def test_a_grouped_cut_holds_out_neighbours() -> None:
    # Each listener hears half of two blocks; what is held out together should be of one block.
    pairs = [(u, t) for u in range(20) for t in range(12) if (u + t) % 3 or u % 2 == t // 6]
    whole = interactions_of(pairs, 12)
    similarity = build_similarity(whole, 0.0)
    grouped, by_lot = split_grouped(whole, similarity, 0.4, 0)[1], split_random(whole, 0.4, 0)[1]
    assert _closeness(grouped, similarity.toarray()) > _closeness(by_lot, similarity.toarray())


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
