"""Entries of the interaction log to rows of the graph.

Every rule is commutative but for names and titles, where the later entry wins; deletions are in
`deletion`. FRIEND_OF is mutual, so that a friendship is one relationship, from the lower address to the
higher. Owns what each kind of entry means. Refuses to read the log or the graph.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from graph_schema.store import Cursor, EdgeRows, NodeRows, WriteBatch
from ingest.arrow_rows import Ends, build_edge_table, build_node_rows
from ingest.entries import Accounts, Catalogue, Entry, Interaction, Kind, Plays

_DAY = 86_400_000_000
_TO_TRACK: Ends = ("Account", "Track")


class LogRows:
    """Collects what entries say, as columns by relationship and as properties by node."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self._edges: dict[tuple[str, Ends], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))

    def add(self, entry: Entry) -> None:
        """Add one entry; a deletion adds nothing."""
        match entry:
            case Interaction():
                self._add_interaction(entry)
            case Plays():
                self._add_plays(entry)
            case Accounts():
                self._add_accounts(entry)
            case Catalogue():
                self._add_catalogue(entry)

    def build_nodes(self) -> list[NodeRows]:
        """Return the rows of all nodes, by label."""
        return [
            build_node_rows(label, list(rows), list(rows.values()))
            for label, rows in sorted(self._nodes.items())
        ]

    def build_edges(self) -> list[EdgeRows]:
        """Return the rows of all relationships, by type."""
        return [
            EdgeRows(type_, *ends, rows=build_edge_table(type_, columns))
            for (type_, ends), columns in sorted(self._edges.items())
        ]

    def _add_interaction(self, entry: Interaction) -> None:
        match entry.kind:
            case Kind.LISTEN:
                self._add_listen(entry)
            case Kind.LIKE:
                self._edge("LIKED", _TO_TRACK, entry.account, entry.subject, at=entry.at)
            case Kind.HIDE:
                self._edge("HID", _TO_TRACK, entry.account, entry.subject, at=entry.at)
            case Kind.FOLLOW:
                self._add_follow(entry)
            case Kind.BEFRIEND:
                lower, higher = sorted((entry.account, entry.subject.lower()))
                self._edge("FRIEND_OF", ("Account", "Account"), lower, higher)
            case Kind.TAG:
                subject, tag = split_tag(entry)
                self._edge("TAGGED", (entry.subject_label, "Tag"), subject, tag, count=1)

    def _add_listen(self, entry: Interaction) -> None:
        signed = entry.signature is not None
        self._edge(
            "LISTENED_TO",
            _TO_TRACK,
            entry.account,
            entry.subject,
            plays=1,
            seconds=entry.seconds,
            signed_plays=int(signed),
            generated_plays=int(entry.generated),
            first_at=entry.at,
            last_at=entry.at,
        )
        if signed:
            utc_day = entry.at // _DAY
            self._edge(
                "PLAYED_ON",
                _TO_TRACK,
                entry.account,
                entry.subject,
                utc_day=utc_day,
                signed_seconds=entry.seconds,
            )

    def _add_follow(self, entry: Interaction) -> None:
        subject = entry.subject.lower() if entry.subject_label == "Account" else entry.subject
        signed = entry.signature is not None
        ends = ("Account", entry.subject_label)
        self._edge("FOLLOWS", ends, entry.account, subject, signed=signed, generated=entry.generated)

    def _add_plays(self, entry: Plays) -> None:
        """One row a track, in bulk: this is most of what a data set holds."""
        columns = self._edges["LISTENED_TO", _TO_TRACK]
        length = len(entry.counts)
        columns["source"] += [entry.account] * length
        columns["target"] += [track_id for track_id, _ in entry.counts]
        columns["plays"] += [count for _, count in entry.counts]
        for name in ("seconds", "signed_plays", "generated_plays"):
            columns[name] += [0] * length
        for name in ("first_at", "last_at"):
            columns[name] += [None] * length

    def _add_accounts(self, entry: Accounts) -> None:
        for record in entry.accounts:
            row = self._nodes["Account"][record.address]
            row.update(generated=record.generated, public_listener=record.public_listener)
            if record.name is not None:
                row["name"] = record.name

    def _add_catalogue(self, entry: Catalogue) -> None:
        for artist in entry.artists:
            self._node("Artist", artist.artist_id, name=artist.name, url=artist.url)
        for track in entry.tracks:
            self._node(
                "Track",
                track.track_id,
                title=track.title,
                duration_seconds=track.duration_seconds,
                stands_for=track.stands_for,
            )
            self._edge("CREATED", ("Artist", "Track"), track.artist_id, track.track_id, catalogued=True)
        for release in entry.releases:
            self._node("Release", release.release_id, title=release.title, released_at=release.released_at)
            for track_id in release.tracks:
                self._edge("RELEASED_ON", ("Track", "Release"), track_id, release.release_id)
        for line in entry.lineage:
            self._edge("DERIVED_FROM", ("Track", "Track"), line.track_id, line.source_id)
        for tag in entry.tags:
            self._edge("TAGGED", (tag.label, "Tag"), tag.subject, tag.tag, count=tag.count)

    def _node(self, label: str, key: str, **properties: Any) -> None:
        row = self._nodes[label][key]
        row.update({name: value for name, value in properties.items() if value is not None})

    def _edge(self, type_: str, ends: Ends, source: str, target: str, **properties: Any) -> None:
        columns = self._edges[type_, ends]
        columns["source"].append(source)
        columns["target"].append(target)
        for name, value in properties.items():
            columns[name].append(value)


def build_log_batch(entries: Iterable[Entry], cursor: Cursor, expected: Cursor | None) -> WriteBatch:
    """Return the write of these entries, none of them a deletion.

    Args:
        entries: In the order of the log.
        cursor: That of the last of them.
        expected: The cursor before the first of them.
    """
    rows = LogRows()
    for entry in entries:
        rows.add(entry)
    return WriteBatch(cursor, expected, rows.build_nodes(), rows.build_edges())


def split_tag(entry: Interaction) -> tuple[str, str]:
    """Return what a tag entry tags, and the tag."""
    subject, _, tag = entry.subject.partition("#")
    return subject, tag
