"""Where vectors start: the leading directions of the damped listening matrix.

Owns the start. Refuses to know the network that learns from it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.data.interactions import Interactions

Floats = NDArray[np.float32]

_OVERSAMPLING, _ITERATIONS = 32, 6


def build_spectral_start(
    interactions: Interactions,
    dimension: int,
    *,
    listener_power: float,
    track_power: float,
    spectrum_power: float,
    seed: int,
    below: sparse.csr_array | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Return the rows of U S^p and V S^p of U S V' = D_listeners^-a R D_tracks^-b, each of length one.

    A singular value says how much of the data a direction explains; a low power lets the fine ones speak.
    Rows of length one, because a step of Adam is as long for every row: those of popular tracks would
    otherwise be too long to learn, and those of rare ones would lose their start at once.

    Args:
        interactions: R.
        dimension: Number of directions; those that the data does not have are zero.
        listener_power: a.
        track_power: b.
        spectrum_power: p.
        seed: Decides the first guess of the iteration.
        below: Further rows of the matrix, (K, N), taken as they are; they too bring tracks together.

    Returns:
        float32 (M, D), (N, D) and, for the rows below, (K, D); those of listeners and tracks without a pair
        and of empty rows are zero.
    """
    heard = interactions.matrix().astype(np.float32)
    listeners, tracks = interactions.shape
    damped = sparse.csr_array(
        sparse.diags_array(_damping(interactions.listener_rows, listeners, listener_power))
        @ heard
        @ sparse.diags_array(_damping(interactions.track_rows, tracks, track_power))
    )
    more = sparse.csr_array((0, tracks), dtype=np.float32) if below is None else below
    damped = sparse.csr_array(sparse.vstack([damped, more.astype(np.float32)]))
    count = min(dimension, min(damped.shape))
    left, values, right = _leading(damped, count, seed)
    there = values > 1e-6 * values[0]
    scale = np.where(there, np.where(there, values, 1.0) ** spectrum_power, 0.0).astype(np.float32)
    return (
        _of_length_one(left[:listeners] * scale, interactions.listener_rows, dimension),
        _of_length_one(right * scale, interactions.track_rows, dimension),
        _of_length_one(left[listeners:] * scale, np.flatnonzero(np.diff(more.indptr)), dimension),
    )


def _damping(rows: NDArray[np.int64], count: int, power: float) -> Floats:
    degrees = np.maximum(np.bincount(rows, minlength=count), 1).astype(np.float64)
    return (degrees**-power).astype(np.float32)


def _leading(matrix: sparse.csr_array, count: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return a truncated singular value decomposition by subspace iteration.

    Halko, Martinsson, Tropp, Finding structure with randomness, SIAM Review 2011, algorithm 4.4. The fit
    moves the vectors by far more than what is left of its error.
    """
    transpose = sparse.csr_array(matrix.T)
    width = min(count + _OVERSAMPLING, min(matrix.shape))
    basis = np.random.default_rng(seed).standard_normal((matrix.shape[1], width)).astype(np.float32)
    for _ in range(_ITERATIONS):
        basis, _unused = np.linalg.qr(transpose @ (matrix @ basis))
    left, values, rotation = np.linalg.svd(matrix @ basis, full_matrices=False)
    right = basis @ rotation.T
    # A singular vector has no sign of its own: fix one, so that two libraries agree.
    leading = right[np.argmax(np.abs(right), axis=0), np.arange(right.shape[1])]
    signs = np.where(leading < 0, -1.0, 1.0).astype(np.float32)
    return (left * signs)[:, :count], values[:count], (right * signs)[:, :count]


def _of_length_one(rows: Floats, with_pairs: NDArray[np.int64], dimension: int) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # What rounding leaves in the row of a track that nobody heard is not a direction.
    known = np.isin(np.arange(len(rows)), with_pairs)[:, None] & (lengths > 0)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=known)
    return np.pad(unit, ((0, 0), (0, dimension - rows.shape[1]))).astype(np.float32)
