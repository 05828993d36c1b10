"""What a listener without a vector is shown: what most listeners hear.

Owns the order by popularity. Refuses to know names. It is not committed: such a listener has no leaf.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import Rows
from recsys.errors import MalformedRows


def rank_popular(listeners_of: NDArray[np.integer[Any]], excluded: Rows, k: int) -> Rows:
    """Return the tracks that most listeners hear, best first; ties go to the lower row.

    Listeners are counted and not plays, so that one listener cannot lift a track by repeating it.

    Args:
        listeners_of: Number of listeners of each track, int (N,).
        excluded: Rows never to return.
        k: How many; fewer where fewer are left or where nobody hears the rest.

    Returns:
        uint32 rows.

    Raises:
        MalformedRows: An excluded row is out of range, or k is below 1.
    """
    if k < 1 or (len(excluded) and int(excluded.max()) >= len(listeners_of)):
        raise MalformedRows(
            "popular tracks", f"{k} wanted, or an excluded row is not below {len(listeners_of)}"
        )
    wanted = listeners_of > 0
    wanted[excluded] = False
    rows = np.flatnonzero(wanted)
    order = np.lexsort((rows, -listeners_of[rows].astype(np.int64)))[:k]
    return rows[order].astype(np.uint32)
