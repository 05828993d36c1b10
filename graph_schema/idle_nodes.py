"""What a deletion leaves in the graph without a reason to be.

A node that only the deleted account's entries named would stay: nothing known of it but its key, and nothing
of the log related to it. Once these entries are erased nobody could rebuild it, so it goes with them. Owns
finding these nodes, by the log's part of the graph alone: what the chain says of a node is not looked at,
because it may come earlier or later. Refuses to write.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from graph_schema.kinds import FLAGS, EdgeKind, edge_kinds
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.properties import Source
from graph_schema.store import GraphStore

Tagging = tuple[str, str, str]
"""Label and key of what is tagged, and the tag."""

_FLAG = FLAGS[Source.LOG]
_LOG_KINDS = tuple(
    kind
    for kind in edge_kinds()
    if kind.edge.source is Source.LOG or any(prop.source is Source.LOG for prop in kind.edge.properties)
)


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What goes with an account: taggings that nobody else gave, and nodes by label."""

    taggings: frozenset[Tagging]
    nodes: Mapping[str, list[str]]


async def read_leftovers(store: GraphStore, account: str, given: Mapping[Tagging, int]) -> Leftovers:
    """Return what a deletion would leave without a reason.

    Args:
        store: The graph before the deletion.
        account: Who is deleted.
        given: How often the account gave each tag.
    """
    taggings = frozenset([one for one, count in given.items() if await _read_tag_count(store, one) <= count])
    candidates = await _read_neighbours(store, account)
    for label, subject, tag in taggings:
        candidates[label].add(subject)
        candidates["Tag"].add(tag)
    nodes: dict[str, list[str]] = {}
    for label, keys in sorted(candidates.items()):
        bare = await _read_bare(store, label, keys - {account} if label == "Account" else keys)
        idle = bare - await _read_busy(store, label, bare, account, taggings) if bare else set()
        if idle:
            nodes[label] = sorted(idle)
    return Leftovers(taggings, nodes)


async def _read_tag_count(store: GraphStore, tagging: Tagging) -> int:
    label, subject, tag = tagging
    found = await store.query(
        f"MATCH (n:{label})-[e:TAGGED]->(t:Tag) WHERE n.{NODE_BY_LABEL[label].key} = $subject "
        "AND t.name = $tag RETURN e.count AS count",
        {"subject": subject, "tag": tag},
    )
    return int(found[0]["count"] or 0) if found else 0


async def _read_neighbours(store: GraphStore, account: str) -> dict[str, set[str]]:
    """Whom and what the log relates to an account, by label."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind in _LOG_KINDS:
        for label, outgoing in _ends(kind):
            if label == "Account":
                other = kind.target_label if outgoing else kind.source_label
                rows = await _read_others(store, kind, [account], outgoing=outgoing)
                found[other].update(key for _, key in rows)
    return found


async def _read_bare(store: GraphStore, label: str, keys: Collection[str]) -> set[str]:
    """Those nodes of which the log knows nothing but their key."""
    node = NODE_BY_LABEL[label]
    unknown = [f" AND n.`{prop.name}` IS NULL" for prop in node.properties if prop.source is Source.LOG]
    rows = await store.query(
        f"MATCH (n:{label}) WHERE n.{node.key} IN $keys{''.join(unknown)} RETURN n.{node.key} AS key",
        {"keys": sorted(keys)},
    )
    return {row["key"] for row in rows}


async def _read_busy(
    store: GraphStore, label: str, keys: Collection[str], account: str, gone: Collection[Tagging]
) -> set[str]:
    """Those nodes that the log relates to something else than the account and taggings that go."""
    busy: set[str] = set()
    for kind in _LOG_KINDS:
        for end, outgoing in _ends(kind):
            if end == label:
                rows = await _read_others(store, kind, sorted(keys), outgoing=outgoing)
                busy.update(key for key, other in rows if not _goes(kind, key, other, account, gone))
    return busy


def _goes(kind: EdgeKind, key: str, other: str, account: str, gone: Collection[Tagging]) -> bool:
    if kind.edge.type == "TAGGED":
        return (kind.source_label, key, other) in gone or (kind.source_label, other, key) in gone
    return other == account


def _ends(kind: EdgeKind) -> Iterable[tuple[str, bool]]:
    """The labels of both ends; True for the one that the relationship leaves."""
    return ((kind.source_label, True), (kind.target_label, False))


async def _read_others(
    store: GraphStore, kind: EdgeKind, keys: Collection[str], *, outgoing: bool
) -> list[tuple[str, str]]:
    """Pairs of one of these nodes and one that the log relates it to."""
    near, far = ("a", "b") if outgoing else ("b", "a")
    names = {"a": f"a.{kind.source_key}", "b": f"b.{kind.target_key}"}
    rows = await store.query(
        f"MATCH (a:{kind.source_label})-[e:{kind.edge.type}]->(b:{kind.target_label}) "
        f"WHERE {names[near]} IN $keys AND e.{_FLAG} = true "
        f"RETURN DISTINCT {names[near]} AS key, {names[far]} AS other",
        {"keys": list(keys)},
    )
    return [(row["key"], row["other"]) for row in rows]
