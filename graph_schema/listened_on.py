"""LISTENED_ON, the rows that join the two streams: derived when a snapshot is cut, never stored.

Owns the derivation. Refuses to know stores.
"""

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.snapshot_tables import edge_table_schema


def build_listened_on(played_on: pa.Table, created: pa.Table) -> pa.Table:
    """Return seconds per account, artist and UTC day, from plays per track and who made the track.

    Args:
        played_on: PLAYED_ON rows; those without signed seconds give nothing.
        created: CREATED rows, one artist a track.
    """
    plays = played_on.select(["source", "target", "utc_day", "signed_seconds"])
    plays = plays.filter(pc.greater(pc.fill_null(plays["signed_seconds"], 0), 0))
    artists = pa.table({"target": created["target"], "artist": created["source"]})
    joined = plays.join(artists, ["target"], join_type="inner")
    summed = joined.group_by(["source", "artist", "utc_day"], use_threads=False).aggregate(
        [("signed_seconds", "sum")]
    )
    columns = {
        "source_label": pa.array(["Account"] * summed.num_rows, pa.string()),
        "source": summed["source"],
        "target_label": pa.array(["Artist"] * summed.num_rows, pa.string()),
        "target": summed["artist"],
        "utc_day": summed["utc_day"],
        "signed_seconds": summed["signed_seconds_sum"],
    }
    schema = edge_table_schema(EDGE_BY_TYPE["LISTENED_ON"])
    keys = ["source", "target", "utc_day"]
    return pa.table(columns).cast(schema).sort_by([(key, "ascending") for key in keys]).combine_chunks()
