"""Which tracks each listener of a table is never shown, from a snapshot.

Owns the way from rows of the graph to rows of the table. The rule itself is `recsys.exclusions`.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph_schema.snapshot import Snapshot
from recsys.arrays import CsrRows
from recsys.exclusions import TimedRows, build_exclusions
from recsys.table import EmbeddingTable


def build_snapshot_exclusions(snapshot: Snapshot, table: EmbeddingTable) -> CsrRows:
    """Return the excluded rows of each listener row of a table.

    Args:
        snapshot: Whose HID and LISTENED_TO count.
        table: Of the same snapshot.
    """
    hidden = _timed_rows(snapshot.edges["HID"], "at", table)
    heard = _timed_rows(snapshot.edges["LISTENED_TO"], "last_at", table)
    return build_exclusions(hidden, heard, len(table.listener_addresses), len(table.track_ids))


def find_rows(identities: pa.ChunkedArray, known: Sequence[str]) -> NDArray[np.int64]:
    """Return the row of each identity among the known ones, -1 where it is not among them."""
    found = pc.fill_null(pc.index_in(identities, value_set=pa.array(known, pa.string())), -1)
    rows: NDArray[np.int64] = np.asarray(found).astype(np.int64)
    return rows


def _timed_rows(edges: pa.Table, time_column: str, table: EmbeddingTable) -> TimedRows:
    listeners = find_rows(edges["source"], table.listener_addresses)
    tracks = find_rows(edges["target"], table.track_ids)
    known = (listeners >= 0) & (tracks >= 0)
    return TimedRows.of_arrays(listeners[known], tracks[known], edges[time_column].filter(pa.array(known)))
