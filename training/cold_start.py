"""Vectors for tracks that nobody has heard, from those of heard tracks that they are related to.

Owns the formula. Refuses to know how heard tracks got theirs. For a new track n,

    direction = sum over kinds of unit( sum over heard tracks h of cosine_kind(n, h) z_h )
    length    = s log(2 + number of tags), at most that of all but a hundredth of the heard tracks

The sum over heard tracks is not divided by their number: what is common to many well-known tracks speaks
louder, as popularity does in a trained vector. s makes a new track as long as the middle one of the heard
tracks with fewest listeners, at equal numbers of tags. Tags cost nothing, hence the logarithm and the bound:
a square root does as well on honest data, but whoever tags a new track without end must not thereby be
recommended to everyone. docs/training.md has what else was tried.

Vectors with a coordinate of their own for popularity get both apart: the direction from the other
coordinates, as long as that of the middle heard track, and along the axis of popularity what heard tracks
with as many tags have.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.data.interactions import Interactions
from training.data.relations import TRACK_KINDS, Kind, Relations

Floats = NDArray[np.floating[Any]]
Vectors = tuple[NDArray[np.float32], NDArray[np.float32]]
_RARITY_POWER = 0.5
"""Of the logarithm of how rare a tag is."""
_EQUAL = 1e-3
_LONGEST = 0.99
"""Share of the heard tracks that no new one is longer than."""


def add_new_tracks(vectors: Vectors, interactions: Interactions) -> Vectors:
    """Return the vectors of listeners and tracks with those of tracks that nobody has heard.

    Args:
        vectors: float32 (M, D) and (N, D), learned from the interactions.
        interactions: Whatever relations they carry are used.
    """
    if interactions.relations is None:
        return vectors
    listeners_of = np.bincount(interactions.track_rows, minlength=interactions.shape[1])
    axis = find_popularity_axis(vectors[0])
    return vectors[0], fill_new_tracks(vectors[1], listeners_of, interactions.relations, axis)


def find_popularity_axis(listeners: Floats) -> Floats | None:
    """Return the unit vector along which all listeners are equally long, or None where there is none.

    A model that ranks by similarity and popularity gives popularity a coordinate of its own, in which
    listeners do not differ, and may turn all coordinates afterwards.

    Args:
        listeners: float (M, D); zero rows do not count.
    """
    known = listeners[np.any(listeners, axis=1)].astype(np.float64)
    if len(known) <= listeners.shape[1]:
        return None
    axis, *_rest = np.linalg.lstsq(known, np.ones(len(known)), rcond=None)
    if np.max(np.abs(known @ axis - 1)) > _EQUAL:
        return None
    found: Floats = axis / np.linalg.norm(axis)
    return found


def fill_new_tracks(
    tracks: NDArray[np.float32],
    listeners_of: NDArray[np.int64],
    relations: Relations,
    axis: Floats | None = None,
) -> NDArray[np.float32]:
    """Return the vectors with those of tracks without listeners filled in, as far as anything is known.

    Args:
        tracks: float32 (N, D); heard tracks keep theirs.
        listeners_of: Number of listeners of each track, int (N,).
        relations: Of the same tracks.
        axis: Of popularity, float (D,), where the vectors have one.

    Returns:
        float32 (N, D); a new track that shares nothing with a heard one stays zero.
    """
    heard = listeners_of > 0
    new = ~heard
    if not new.any() or not heard.any():
        return tracks
    direction = np.zeros((int(np.count_nonzero(new)), tracks.shape[1]))
    taste = tracks.astype(np.float64)
    if axis is not None:
        taste -= np.outer(taste @ axis, axis)
    for kind in TRACK_KINDS:
        features = _features(relations, kind, heard)
        spoken = features[heard].T @ taste[heard]
        direction += _unit(features[new] @ spoken)
    number = np.log(2.0 + np.asarray(relations.tags.sum(axis=1)).ravel())
    filled = tracks.copy()
    if axis is None:
        vectors: Floats = _unit(direction) * _lengths(tracks, listeners_of, number)[new, None]
    else:
        middle = float(np.median(np.linalg.norm(taste[heard], axis=1)))
        popularity = _expected_popularity(tracks @ axis, heard, number)[new]
        vectors = _unit(direction) * middle + np.outer(popularity * direction.any(axis=1), axis)
    filled[new] = vectors.astype(np.float32)
    return filled


def embed_by_friends(listeners: Floats, friends: sparse.csr_array) -> Floats:
    """Return for each of B listeners the mean direction of their friends, float64 (B, D); zero without any.

    Args:
        listeners: float (M, D); a friend without a vector says nothing.
        friends: Ones where a listener has a friend, (B, M).
    """
    return _unit(friends @ _unit(listeners.astype(np.float64)))


def _features(relations: Relations, kind: Kind, heard: NDArray[np.bool_]) -> sparse.csr_array:
    """Return a row of length one for each track, or zero: two rows' product is their cosine."""
    matrix = relations.of(kind).astype(np.float64)
    if kind == "tags":
        matrix.data = np.log1p(matrix.data)
        owners = np.maximum(np.bincount(matrix[heard].indices, minlength=matrix.shape[1]), 1)
        rarity = np.maximum(np.log(np.count_nonzero(heard) / owners), 0.0) ** _RARITY_POWER
        matrix = sparse.csr_array(matrix @ sparse.diags_array(rarity))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_array(sparse.diags_array(_inverse(lengths)) @ matrix)


def _lengths(tracks: Floats, listeners_of: NDArray[np.int64], number: Floats) -> Floats:
    found = np.linalg.norm(tracks.astype(np.float64), axis=1)
    rarest = listeners_of == listeners_of[listeners_of > 0].min()
    scale = float(np.median(found[rarest] / number[rarest]))
    lengths: Floats = np.minimum(scale * number, float(np.quantile(found[listeners_of > 0], _LONGEST)))
    return lengths


def _expected_popularity(popularity: Floats, heard: NDArray[np.bool_], number: Floats) -> Floats:
    """Return what heard tracks with as many tags have along the axis, by a line through all of them."""
    spread = number[heard] - number[heard].mean()
    slope = float(spread @ popularity[heard] / max(spread @ spread, 1e-12))
    line = popularity[heard].mean() + max(slope, 0.0) * (number - number[heard].mean())
    bounded: Floats = np.clip(line, popularity[heard].min(), np.quantile(popularity[heard], _LONGEST))
    return bounded


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1)
    return vectors * _inverse(lengths)[:, None]


def _inverse(lengths: Floats) -> Floats:
    return np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
