"""How alike two tracks are by the listeners they share.

Owns the shrunk cosine. Refuses to know what ranks with it.
"""

import numpy as np
from scipy import sparse

from training.data.interactions import Interactions


def build_similarity(interactions: Interactions, shrink: float, power: float = 0.5) -> sparse.csr_array:
    """Return the shrunk cosine of each pair of tracks, float64 (N, N), symmetric, zeros on the diagonal.

    Two tracks with c common listeners and d1, d2 listeners have c / ((d1 d2)^power + shrink): the shrink
    keeps two rarely heard tracks that share their one listener from counting as the same.

    Args:
        interactions: What to learn from.
        shrink: Listeners.
        power: Of the popularity of both; 0.5 with shrink 0 is the cosine, less favours popular tracks.
    """
    heard = interactions.matrix()
    common = sparse.coo_array(heard.T @ heard)
    off = common.row != common.col
    rows, columns, counts = common.row[off], common.col[off], common.data[off]
    degrees = np.bincount(interactions.track_rows, minlength=interactions.shape[1]).astype(np.float64)
    values = counts / ((degrees[rows] * degrees[columns]) ** power + shrink)
    return sparse.csr_array((values, (rows, columns)), shape=common.shape)
