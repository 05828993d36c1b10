"""Cutting pairs into a part to learn from and a part to be asked about.

Owns the cuts for data without times. Refuses to know models. A cut never holds out the only track of a
listener. A random cut is what the published splits of Last.fm use; on other data it flatters models that
memorise neighbours, and a grouped one, which holds out tracks that lie together, agrees better with what
is heard later.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.data.interactions import Interactions
from training.errors import MalformedSplit

Cut = Literal["random", "grouped"]


def split_random(interactions: Interactions, share: float, seed: int) -> tuple[Interactions, Interactions]:
    """Return the pairs to keep and a random share of the pairs of each listener.

    Args:
        interactions: What to cut.
        share: Part of each listener's tracks to hold out, rounded, more than 0 and less than 1.
        seed: Decides which.

    Raises:
        MalformedSplit: The share is out of range or leaves a part without pairs.
    """
    lot = np.random.default_rng(seed).random(len(interactions))
    return _cut(interactions, share, lot, "random")


def split_grouped(
    interactions: Interactions, similarity: sparse.csr_array, share: float, seed: int
) -> tuple[Interactions, Interactions]:
    """Return the pairs to keep and, of each listener, a random track with its nearest among their own.

    Args:
        interactions: What to cut.
        similarity: Of tracks with each other, (N, N), such as `build_similarity` gives.
        share: Part of each listener's tracks to hold out, rounded, more than 0 and less than 1.
        seed: Decides around which track.

    Raises:
        MalformedSplit: The share is out of range or leaves a part without pairs.
    """
    generator = np.random.default_rng(seed)
    ends = np.cumsum(np.bincount(interactions.listener_rows, minlength=interactions.shape[0]))
    distances = generator.random(len(interactions)) * 1e-9
    for start, end in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        if end > start:
            own = interactions.track_rows[start:end]
            centre = int(generator.integers(len(own)))
            near = similarity[[int(own[centre])]].toarray()[0]
            distances[start:end] -= near[own]
            distances[start + centre] = -np.inf
    return _cut(interactions, share, distances, "grouped")


def _cut(
    interactions: Interactions, share: float, order_by: NDArray[np.float64], part: str
) -> tuple[Interactions, Interactions]:
    if not 0 < share < 1:
        raise MalformedSplit(part, f"a share of {share} is not between 0 and 1")
    owners = interactions.listener_rows
    counts = np.bincount(owners, minlength=interactions.shape[0])
    wanted = np.minimum(np.rint(share * counts).astype(np.int64), np.maximum(counts - 1, 0))
    order = np.lexsort((order_by, owners))
    places = np.arange(len(order)) - (np.cumsum(counts) - counts)[owners[order]]
    held = np.zeros(len(order), np.bool_)
    held[order] = places < wanted[owners[order]]
    if not held.any() or held.all():
        raise MalformedSplit(part, f"{int(held.sum())} of {len(held)} pairs would be held out")
    return interactions.part(~held), interactions.part(held)
