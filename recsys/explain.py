"""Why a track is recommended: the listener's own tracks whose vectors point most the same way.

Owns the explanation. Refuses to know titles. It states a similarity that anyone can recompute from the
committed vectors, not a cause: the listener's vector was trained on more than these tracks.
"""

from dataclasses import dataclass

import numpy as np

from recsys.arrays import Int8Matrix, Rows
from recsys.errors import MalformedRows
from recsys.similar import cosine_to
from tunefi.ids import TrackRow


@dataclass(frozen=True)
class Reason:
    """One of the listener's own tracks that speaks for a recommended one.

    Attributes:
        row: The listener's own track.
        similarity: Cosine with the recommended track, above 0.
    """

    row: TrackRow
    similarity: float


def explain_track(tracks: Int8Matrix, recommended: TrackRow, own: Rows, count: int = 3) -> list[Reason]:
    """Return the listener's own tracks that are most similar to a recommended one, best first.

    Args:
        tracks: int8 (N, D).
        recommended: Row of the recommended track.
        own: Rows that the listener heard or liked, in any order.
        count: Most reasons to return; fewer where fewer point the same way at all.

    Raises:
        MalformedRows: A row is out of range.
    """
    rows = np.unique(own)
    if recommended >= len(tracks) or (len(rows) and int(rows[-1]) >= len(tracks)):
        raise MalformedRows("own tracks", f"a row is not below {len(tracks)}")
    rows = rows[rows != recommended]
    cosines = cosine_to(tracks[rows], tracks[recommended])
    order = np.lexsort((rows, -cosines))[:count]
    return [Reason(TrackRow(int(rows[i])), float(cosines[i])) for i in order if cosines[i] > 0]
