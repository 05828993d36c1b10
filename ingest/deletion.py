"""A deletion in the graph: every row that an account's own entries made is taken away.

What others did to it on the chain stays, and so do its own transactions. Tags are counts without names, so
what the account added is subtracted. Owns what a deletion removes. Refuses to erase payloads: that waits
for the epochs built on them.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graph_schema.store import Cursor, EdgeRows, GraphStore, WriteBatch
from ingest.arrow_rows import Ends, build_deleted_edges, build_edge_rows, build_node_rows
from ingest.entries import Interaction, Kind
from ingest.interaction_log import StoredEntry
from ingest.projection import split_tag
from tunefi.ids import Address

_TRACKS = (("LISTENED_TO", ()), ("PLAYED_ON", ("utc_day",)), ("LIKED", ()), ("HID", ()))
_BETWEEN: Ends = ("Account", "Account")


async def read_deletion_batch(
    store: GraphStore,
    account: Address,
    earlier: Sequence[StoredEntry],
    cursor: Cursor,
    expected: Cursor | None,
) -> WriteBatch:
    """Return the write that takes away what an account's entries made.

    Args:
        store: The graph as it stands just before the deletion.
        account: Whose rows.
        earlier: The account's entries before the deletion.
        cursor: That of the deletion.
        expected: The cursor before it.
    """
    edges = [await _read_track_edges(store, account, type_, names) for type_, names in _TRACKS]
    edges += [await _read_friends(store, account)]
    for label in ("Account", "Artist"):
        edges += await _read_follows(store, account, label)
    edges += _untag(earlier)
    node = build_node_rows("Account", {account: {"name": "", "public_listener": False}})
    return WriteBatch(cursor, expected, [node], [edge for edge in edges if _says_something(edge)])


async def _read_track_edges(
    store: GraphStore, account: Address, type_: str, names: tuple[str, ...]
) -> EdgeRows:
    extra = "".join(f", r.{name} AS {name}" for name in names)
    statement = (
        f"MATCH (a:Account {{address: $address}})-[r:{type_}]->(t:Track) RETURN t.track_id AS target{extra}"
    )
    rows = await store.query(statement, {"address": account})
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in ("target", *names)}
    return build_deleted_edges(type_, ("Account", "Track"), {"source": [account] * len(rows), **columns})


async def _read_friends(store: GraphStore, account: Address) -> EdgeRows:
    out = "MATCH (a:Account {address: $address})-[:FRIEND_OF]->(b:Account) RETURN a.address AS s, b.address AS t"
    back = "MATCH (b:Account)-[:FRIEND_OF]->(a:Account {address: $address}) RETURN b.address AS s, a.address AS t"
    rows = [*await store.query(out, {"address": account}), *await store.query(back, {"address": account})]
    columns = {"source": [row["s"] for row in rows], "target": [row["t"] for row in rows]}
    return build_deleted_edges("FRIEND_OF", _BETWEEN, columns)


async def _read_follows(store: GraphStore, account: Address, label: str) -> list[EdgeRows]:
    """Take all follows away, and write those again that the account made on the chain."""
    key = "address" if label == "Account" else "artist_id"
    statement = (
        f"MATCH (a:Account {{address: $address}})-[r:FOLLOWS]->(b:{label}) "
        f"RETURN b.{key} AS target, r.on_chain AS on_chain"
    )
    rows = await store.query(statement, {"address": account})
    kept = [row for row in rows if row["on_chain"] is not None]
    ends: Ends = ("Account", label)
    gone = {"source": [account] * len(rows), "target": [row["target"] for row in rows]}
    again = {
        "source": [account] * len(kept),
        "target": [row["target"] for row in kept],
        "on_chain": [row["on_chain"] for row in kept],
    }
    return [build_deleted_edges("FOLLOWS", ends, gone), build_edge_rows("FOLLOWS", ends, again)]


def _untag(earlier: Sequence[StoredEntry]) -> list[EdgeRows]:
    """Subtract the tags that the account gave since its last deletion."""
    given: Counter[tuple[str, str, str]] = Counter()
    for stored in earlier:
        entry = stored.entry
        if isinstance(entry, Interaction) and entry.kind is Kind.DELETE:
            given.clear()
        if isinstance(entry, Interaction) and entry.kind is Kind.TAG:
            given[entry.subject_label, *split_tag(entry)] += 1
    edges = []
    for label in sorted({label for label, _, _ in given}):
        rows = [(subject, tag, -count) for (of, subject, tag), count in given.items() if of == label]
        source, target, count = zip(*rows, strict=True)
        edges.append(
            build_edge_rows("TAGGED", (label, "Tag"), {"source": source, "target": target, "count": count})
        )
    return edges


def _says_something(edge: EdgeRows) -> bool:
    return bool(edge.rows is not None and edge.rows.num_rows) or bool(
        edge.deleted is not None and edge.deleted.num_rows
    )
