"""Where the vectors of tracks start: the leading directions in which tracks are alike.

Owns the start. Refuses to know the network that learns from it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import eigsh

Floats = NDArray[np.float64]


def build_spectral_start(similarity: sparse.csr_array, dimension: int, power: float, seed: int) -> Floats:
    """Return V |S|^power of the truncated eigendecomposition V S V' of a similarity, largest first.

    A listener who is the sum of the tracks they heard then scores a track by a low-rank form of item-kNN.
    Where there are fewer tracks than dimensions, the remaining ones are zero.

    Args:
        similarity: Symmetric, (N, N).
        dimension: D.
        power: 0.5 reproduces the similarity; lower ones equalise the directions.
        seed: Decides the first guess of the iteration.

    Returns:
        float64 (N, D); the largest component of each direction is positive.
    """
    count = min(dimension, similarity.shape[0] - 1)
    if not similarity.nnz:
        return np.zeros((similarity.shape[0], dimension))
    guess = np.random.default_rng(seed).standard_normal(similarity.shape[0]).astype(np.float32)
    values, directions = _largest(similarity, count, guess)
    order = np.argsort(-values)
    values, directions = np.maximum(values[order], 0.0), directions[:, order]
    # An eigenvector has no sign of its own: fix one, so that two libraries agree.
    leading = directions[np.argmax(np.abs(directions), axis=0), np.arange(count)]
    scaled = directions * np.where(leading < 0, -1.0, 1.0) * np.where(values > 0, values**power, 0.0)
    return np.pad(scaled, ((0, 0), (0, dimension - count)))


def _largest(similarity: sparse.csr_array, count: int, guess: NDArray[np.float32]) -> tuple[Floats, Floats]:
    if 2 * count >= similarity.shape[0]:  # The iteration needs room; a matrix this small is solved whole.
        values, directions = np.linalg.eigh(similarity.toarray())
        return values[-count:], directions[:, -count:]
    # Training moves the vectors by far more than this tolerance, and a tighter one takes ten times as long.
    values, directions = eigsh(similarity.astype(np.float32), k=count, which="LA", v0=guess, tol=1e-2)
    return values.astype(np.float64), directions.astype(np.float64)
