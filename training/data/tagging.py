"""Who gave which tag to what, and what of it may be known while some pairs are held out.

Owns the rule: whoever tags a track probably knows it, so a tag that a listener gave to a track is hidden
wherever that listener and that track are a pair of a held-out part. What others said of the track stays.
Refuses to know where tags come from.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.data.errors import LeakingSplit
from training.data.interactions import Interactions, Longs


@dataclass(frozen=True, eq=False)
class Tagging:
    """Each line: a listener gave a tag to a track.

    Attributes:
        listener_rows: int64 (E,).
        track_rows: int64 (E,).
        tag_rows: int64 (E,).
        tags: T, the number of tags.
    """

    listener_rows: Longs
    track_rows: Longs
    tag_rows: Longs
    tags: int

    def __len__(self) -> int:
        return len(self.listener_rows)

    def without(self, held: Interactions) -> Self:
        """Return what may be known while these pairs are held out."""
        keep = ~self._names_pair_of(held)
        return replace(
            self,
            listener_rows=self.listener_rows[keep],
            track_rows=self.track_rows[keep],
            tag_rows=self.tag_rows[keep],
        )

    def count(self, tracks: int) -> sparse.csr_array:
        """Return how often each tag was given to each track, (N, T)."""
        ones = np.ones(len(self))
        return sparse.csr_array((ones, (self.track_rows, self.tag_rows)), shape=(tracks, self.tags))

    def check_silent_about(self, held: Interactions) -> None:
        """Check that no tag gives a held-out pair away.

        Raises:
            LeakingSplit: One does; use `without`.
        """
        found = np.flatnonzero(self._names_pair_of(held))
        if len(found):
            listener, track = self.listener_rows[found[0]], self.track_rows[found[0]]
            raise LeakingSplit(
                "tags that listeners gave to what is held out from them",
                len(found),
                held.addresses[listener],
                held.track_ids[track],
            )

    def _names_pair_of(self, held: Interactions) -> NDArray[np.bool_]:
        return np.isin(self.listener_rows << 32 | self.track_rows, held.keys())
