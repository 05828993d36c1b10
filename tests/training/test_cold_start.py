"""A track that nobody heard gets a vector from what it shares with heard ones, and costs them nothing."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from tests.kit.listening import block_pairs, interactions_of
from training.cold_start import add_new_tracks, embed_by_friends, fill_new_tracks, find_popularity_axis
from training.data.relations import Relations

BLOCKS, EACH = 3, 6
NUMBER = BLOCKS * EACH
NEW = np.arange(EACH - 1, NUMBER, EACH)
"""The last track of each block."""
LISTENERS_OF = np.where(np.isin(np.arange(NUMBER), NEW), 0, 4)


def _vectors() -> np.ndarray:
    """Return vectors that point along one axis for each block, zero for new tracks."""
    generator = np.random.default_rng(0)
    vectors = np.kron(np.eye(BLOCKS, 32), np.ones((EACH, 1))) + generator.normal(0, 0.1, (NUMBER, 32))
    vectors[NEW] = 0
    return vectors.astype(np.float32)


def _relations(kind: str, count: float = 1.0) -> Relations:
    of_block = sparse.csr_array(count * np.kron(np.eye(BLOCKS), np.ones((EACH, 1))))
    return replace(Relations.none((2, NUMBER)), **{kind: of_block})


def _cosines(filled: np.ndarray) -> np.ndarray:
    unit = filled[NEW] / np.linalg.norm(filled[NEW], axis=1, keepdims=True)
    return np.asarray(unit @ np.eye(BLOCKS, 32).T)


def test_a_new_track_points_where_tracks_of_its_artist_release_or_tags_point() -> None:
    for kind in ("artists", "releases", "tags"):
        cosines = _cosines(fill_new_tracks(_vectors(), LISTENERS_OF, _relations(kind)))
        assert np.all(np.argmax(cosines, axis=1) == np.arange(BLOCKS)), kind
        assert np.all(np.diag(cosines) > 0.9), kind


def test_heard_tracks_keep_their_vectors_to_the_bit() -> None:
    before = _vectors()
    after = fill_new_tracks(before, LISTENERS_OF, _relations("tags"))
    heard = LISTENERS_OF > 0
    assert np.array_equal(before[heard], after[heard])
    assert after.dtype == np.float32


def test_a_new_track_that_shares_nothing_stays_zero() -> None:
    relations = _relations("artists")
    alone = relations.artists.toarray()
    alone[NEW[0]] = 0
    filled = fill_new_tracks(_vectors(), LISTENERS_OF, replace(relations, artists=sparse.csr_array(alone)))
    assert not filled[NEW[0]].any()
    assert filled[NEW[1]].any()


def test_a_track_with_more_tags_is_longer_but_never_longer_than_heard_ones() -> None:
    tags = _relations("tags", 2.0).tags.toarray()
    tags[NEW] *= np.array([[0.5], [1.0], [1e9]])
    relations = replace(Relations.none((2, NUMBER)), tags=sparse.csr_array(tags))
    filled = fill_new_tracks(_vectors(), LISTENERS_OF, relations)
    lengths = np.linalg.norm(filled, axis=1)
    assert lengths[NEW[0]] < lengths[NEW[1]] <= lengths[NEW[2]]
    assert lengths[NEW[2]] <= lengths[LISTENERS_OF > 0].max() * (1 + 1e-6)


def test_pairs_without_relations_leave_vectors_as_they_are() -> None:
    pairs = interactions_of(block_pairs(2, 3, 5, 4), 12)
    vectors = (np.ones((6, 32), np.float32), np.zeros((12, 32), np.float32))
    assert add_new_tracks(vectors, pairs) is vectors


def test_a_listener_without_plays_points_where_their_friends_point() -> None:
    listeners = np.eye(4, 32, dtype=np.float32) * np.array([[1], [50], [1], [0]], np.float32)
    friends = sparse.csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]]))
    vectors = embed_by_friends(listeners, friends)
    assert np.allclose(vectors[0, :3], [np.sqrt(0.5), np.sqrt(0.5), 0])
    assert np.allclose(vectors[1, :4], [0, 0, 1, 0])
    assert not vectors[2].any()


def test_popularity_with_an_axis_of_its_own_is_found_and_given_by_tags_apart_from_the_direction() -> None:
    generator = np.random.default_rng(3)
    rotation = np.linalg.qr(generator.normal(size=(32, 32)))[0]
    taste = generator.normal(size=(200, 31))
    listeners = np.hstack([taste / np.linalg.norm(taste, axis=1, keepdims=True), np.full((200, 1), 0.4)])
    axis = find_popularity_axis(listeners @ rotation)
    assert axis is not None
    np.testing.assert_allclose(np.abs(axis @ rotation.T), np.eye(32)[31], atol=1e-6)
    assert find_popularity_axis(taste @ rotation[:31]) is None
    tags = _relations("tags", 1.0).tags.toarray() * np.arange(1, NUMBER + 1)[:, None]
    tracks = np.hstack([_vectors()[:, :31], np.log(2.0 + tags.sum(1))[:, None]]) * (LISTENERS_OF > 0)[:, None]
    relations = replace(Relations.none((2, NUMBER)), tags=sparse.csr_array(tags))
    turned = (tracks @ rotation).astype(np.float32)
    filled = fill_new_tracks(turned, LISTENERS_OF, relations, axis) @ rotation.T
    assert np.all(np.argmax(filled[NEW, :BLOCKS], axis=1) == np.arange(BLOCKS))
    np.testing.assert_allclose(filled[NEW[:2], 31], np.log(2.0 + tags.sum(1))[NEW[:2]], rtol=1e-4)
