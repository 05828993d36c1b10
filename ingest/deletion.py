"""A deletion in the graph: every row that the log says about an account is taken away.

What the chain says about it stays. Tags are counts without names, so what the account added is
subtracted; a tag that nobody else gave, and a node that only this account named, go too, so that the graph
is the same when the account's entries are erased and it is built anew. Owns what a deletion removes. Refuses
to erase payloads: that waits for the epochs built on them.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from graph_schema.idle_nodes import Leftovers, Tagging
from graph_schema.store import Cursor, EdgeRows, WriteBatch
from ingest.arrow_rows import build_edge_table
from ingest.entries import Interaction, Kind
from ingest.interaction_log import StoredEntry
from ingest.projection import split_tag
from tunefi.ids import Address

COUNTED_KINDS = (Kind.TAG, Kind.DELETE)
"""What `count_taggings` needs to see."""


def count_taggings(earlier: Sequence[StoredEntry]) -> Counter[Tagging]:
    """Return how often an account gave each tag since its last deletion.

    Args:
        earlier: The account's entries of `COUNTED_KINDS` before the deletion.
    """
    given: Counter[Tagging] = Counter()
    for stored in earlier:
        entry = stored.entry
        if isinstance(entry, Interaction) and entry.kind is Kind.DELETE:
            given.clear()
        if isinstance(entry, Interaction) and entry.kind is Kind.TAG:
            given[entry.subject_label, *split_tag(entry)] += 1
    return given


def build_deletion_batch(
    account: Address,
    given: Counter[Tagging],
    leftovers: Leftovers,
    cursor: Cursor,
    expected: Cursor | None,
) -> WriteBatch:
    """Return the write that takes away what the log says about an account.

    Args:
        account: Whose rows, and whose relationships in both directions.
        given: By `count_taggings`.
        leftovers: What would have no reason to be any more.
        cursor: That of the deletion.
        expected: The cursor before it.
    """
    nodes = {label: list(keys) for label, keys in leftovers.nodes.items()}
    nodes["Account"] = [account, *nodes.get("Account", [])]
    return WriteBatch(cursor, expected, edges=_untag(given, leftovers.taggings), deleted_nodes=nodes)


def _untag(given: Counter[Tagging], gone: frozenset[Tagging]) -> list[EdgeRows]:
    rows: dict[tuple[str, bool], dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for (label, subject, tag), count in sorted(given.items()):
        columns = rows[label, (label, subject, tag) in gone]
        columns["source"].append(subject)
        columns["target"].append(tag)
        columns["count"].append(-count)
    edges = []
    for (label, goes), columns in sorted(rows.items()):
        table = build_edge_table("TAGGED", columns)
        edges.append(EdgeRows("TAGGED", label, "Tag", **({"deleted": table} if goes else {"rows": table})))
    return edges
