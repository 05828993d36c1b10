"""Which tracks each listener of a table is never shown, from a snapshot.

Owns the way from rows of the graph to rows of the table. The rule itself is `recsys.exclusions`.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


def _timed_rows(edges: pa.Table, time_column: str, table: EmbeddingTable) -> TimedRows:
    listeners = pc.index_in(edges["source"], value_set=pa.array(table.listener_addresses, pa.string()))
    tracks = pc.index_in(edges["target"], value_set=pa.array(table.track_ids, pa.string()))
    known = pc.and_(pc.is_valid(listeners), pc.is_valid(tracks))
    return TimedRows.of_arrays(
        np.asarray(listeners.filter(known)),
        np.asarray(tracks.filter(known)),
        edges[time_column].filter(known),
    )
