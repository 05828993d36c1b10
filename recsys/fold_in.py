"""A vector for a listener whom training did not see, from the tracks they heard.

Owns the formula. Refuses to know training. One propagation step of LightGCN without the listener's own
initial vector: the sum of the heard tracks' vectors, each divided by the square root of the number of
its listeners. The factor for the number of tracks is one for the whole vector and vanishes in
quantising. All in integers, so that every keeper finds the same bytes.

Source: He et al., LightGCN, SIGIR 2020, equation 3.
"""

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows, Int8Matrix
from recsys.errors import MalformedRows
from recsys.quantise import check_components, quantise_listeners

_WEIGHT_BITS = 20


def fold_in(tracks: Int8Matrix, heard: CsrRows, listeners_of: NDArray[np.integer[Any]]) -> Int8Matrix:
    """Return a quantised vector for each listener from what they heard.

    Args:
        tracks: int8 (N, D), the frozen track vectors.
        heard: Track rows that each of B listeners heard.
        listeners_of: Number of listeners of each track, int (N,); 0 counts as 1.

    Returns:
        int8 (B, D); zero for a listener who heard nothing, who then gets the fallback.

    Raises:
        MalformedRows: Rows or counts do not fit the tracks.
        MalformedVectors: The track vectors are malformed.
    """
    check_components(tracks, "track vectors")
    heard.check(len(tracks), "heard tracks")
    if len(listeners_of) != len(tracks):
        raise MalformedRows("listener counts", f"{len(listeners_of)} counts for {len(tracks)} tracks")
    weights = _weights(listeners_of)
    sums = np.zeros((len(heard), tracks.shape[1]), np.int64)
    for listener in range(len(heard)):
        rows = heard.row(listener)
        sums[listener] = weights[rows] @ tracks[rows].astype(np.int64)
    # Below 2^46 a double holds 127 times the sum exactly: 2^20 * 127 * 500,000 tracks.
    return quantise_listeners(sums.astype(np.float64))


def _weights(listeners_of: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return floor(2^20 / sqrt(count)) for each track, int64 (N,)."""
    counts, places = np.unique(np.maximum(listeners_of, 1), return_inverse=True)
    weights = [isqrt((1 << 2 * _WEIGHT_BITS) // int(count)) for count in counts]
    return np.array(weights, np.int64)[places]
