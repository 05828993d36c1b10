"""A history as the tables of a snapshot, so that tests go through the same reading as a keeper."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from engagement.history import History, build_history
from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.properties import PropertyType

_TYPES = {
    PropertyType.TEXT: pa.string(),
    PropertyType.WEI: pa.string(),
    PropertyType.INT: pa.int64(),
    PropertyType.TIME: pa.int64(),
    PropertyType.BOOL: pa.bool_(),
}
_ENDS = ("source_label", "source", "target_label", "target")


def edge_table(type_: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return the table of a relationship, with the columns that the schema declares."""
    fields: list[tuple[str, Any]] = [(name, pa.string()) for name in _ENDS]
    fields += [(item.name, _TYPES[item.type]) for item in EDGE_BY_TYPE[type_].properties]
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in fields})


def rows_of(past: History) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that a graph would hold of a history."""
    return {
        "FOLLOWS": [
            {"source": f.follower, "target_label": f.target_label, "target": f.target, "signed": True}
            for f in past.follows
        ],
        "BOUGHT": [
            {
                "source": p.payer,
                "target": p.artist_account,
                "event_id": str(place),
                "fee_wei": str(p.fee_wei),
                "currency": p.currency,
                "primary": p.primary,
                "at": p.at,
            }
            for place, p in enumerate(past.purchases)
        ],
        "STAKED": [
            {"source": s.account, "event_id": f"1:{s.block}:{s.order}", "amount_wei": str(s.amount_wei)}
            | {"block": s.block, "at": s.block}
            for s in past.stakes
        ],
        "VOTED": [{"source": v.account, "target": "proposal", "at": v.at} for v in past.votes],
        "LISTENED_ON": [
            {"source": row.account, "target": row.artist_id, "utc_day": row.utc_day}
            | {"signed_seconds": row.seconds}
            for row in past.listening
        ],
        "CONTROLS": [{"source": account, "target": artist_id} for account, artist_id in past.controls],
    }


def tables_of(past: History, more: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> History:
    """Return a history that went through the tables of a snapshot, with more rows added."""
    rows = rows_of(past)
    for type_, added in (more or {}).items():
        rows.setdefault(type_, []).extend(dict(row) for row in added)
    edges = {type_: edge_table(type_, found) for type_, found in rows.items()}
    return build_history(edges, digest=past.digest, block=past.block, at=past.at)
