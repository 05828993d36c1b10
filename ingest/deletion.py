"""A deletion in the graph: every row that the log says about an account is taken away.

What the chain says about it stays. Tags are counts without names, so what the account added is
subtracted. Owns what a deletion removes. Refuses to erase payloads: that waits for the epochs built on
them.
"""

from collections import Counter
from collections.abc import Sequence

from graph_schema.store import Cursor, EdgeRows, WriteBatch
from ingest.arrow_rows import build_edge_table
from ingest.entries import Interaction, Kind
from ingest.interaction_log import StoredEntry
from ingest.projection import split_tag
from tunefi.ids import Address


def build_deletion_batch(
    account: Address, earlier: Sequence[StoredEntry], cursor: Cursor, expected: Cursor | None
) -> WriteBatch:
    """Return the write that takes away what the log says about an account.

    Args:
        account: Whose rows, and whose relationships in both directions.
        earlier: The account's entries before the deletion.
        cursor: That of the deletion.
        expected: The cursor before it.
    """
    return WriteBatch(cursor, expected, edges=_untag(earlier), deleted_nodes={"Account": [account]})


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
        table = build_edge_table("TAGGED", {"source": source, "target": target, "count": count})
        edges.append(EdgeRows("TAGGED", label, "Tag", rows=table))
    return edges
