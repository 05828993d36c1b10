"""How many listeners each row of a table has: for the fallback, and for folding in.

Owns the step from track identities to rows, done again only when the counts or the table change. Refuses
to rank.
"""

import asyncio
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from api.catalogue import Catalogue, ListenerCounts
from recsys.table import EmbeddingTable

Counts = NDArray[np.int64]


@dataclass
class Popularity:
    """Listener counts by row."""

    catalogue: Catalogue
    _kept: tuple[EmbeddingTable, ListenerCounts, Counts] | None = field(default=None, repr=False)

    async def read_by_row(self, table: EmbeddingTable) -> Counts:
        """Return the number of listeners of each track of a table, int64 (N,)."""
        counts = await self.catalogue.read_listener_counts()
        kept = self._kept
        if kept is None or kept[0] is not table or kept[1] is not counts:
            kept = (table, counts, await asyncio.to_thread(_by_row, table, counts))
            self._kept = kept
        return kept[2]


def _by_row(table: EmbeddingTable, counts: ListenerCounts) -> Counts:
    by_row = np.zeros(len(table.track_ids), np.int64)
    for track_id, listeners in counts.items():
        row = table.track_rows.get(track_id)
        if row is not None:
            by_row[row] = listeners
    return by_row
