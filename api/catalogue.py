"""What the graph tells about accounts and tracks, in the few reads that routes need.

Owns the shapes that routes work with, and how long the counts of listeners are kept. Refuses to know drivers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_schema.store import GraphStore
from tunefi.ids import Address, ArtistId, Microseconds, TrackId

COUNTS_SECONDS = 60
HISTORY_MAX = 4096

_ACCOUNT = """
MATCH (a:Account) WHERE a.address = $address
RETURN a.address AS address, a.name AS name, a.generated AS generated, a.public_listener AS public_listener
"""
_TRACKS = """
UNWIND $track_ids AS wanted MATCH (t:Track) WHERE t.track_id = wanted
OPTIONAL MATCH (r:Artist)-[:CREATED]->(t)
RETURN t.track_id AS track_id, t.title AS title, r.name AS artist
"""
_HISTORY = """
MATCH (a:Account)-[l:LISTENED_TO]->(t:Track) WHERE a.address = $address
RETURN t.track_id AS track_id, l.plays AS plays ORDER BY plays DESC, track_id LIMIT $limit
"""
_PLAYS = """
MATCH (a:Account)-[l:LISTENED_TO]->(:Track) WHERE a.address = $address
RETURN sum(l.plays) AS plays, sum(l.generated_plays) AS generated_plays
"""
_HIDDEN = "MATCH (a:Account)-[:HID]->(t:Track) WHERE a.address = $address RETURN t.track_id AS track_id"
_PUBLIC = """
MATCH (a:Account)-[l:LISTENED_TO]->(:Track)
WHERE a.public_listener = true
  AND ($text = '' OR lower(a.name) CONTAINS $text OR a.address CONTAINS $text)
RETURN a.address AS address, a.name AS name, a.generated AS generated, sum(l.plays) AS plays
ORDER BY plays DESC, address LIMIT $limit
"""
_TOP_ARTISTS = """
UNWIND $addresses AS wanted MATCH (a:Account) WHERE a.address = wanted
MATCH (a)-[l:LISTENED_TO]->(:Track)<-[:CREATED]-(r:Artist)
RETURN a.address AS address, r.artist_id AS artist_id, r.name AS name, sum(l.plays) AS plays
ORDER BY address, plays DESC, artist_id
"""
_LISTENERS_OF = """
MATCH (:Account)-[l:LISTENED_TO]->(t:Track)
RETURN t.track_id AS track_id, count(l) AS listeners ORDER BY listeners DESC, track_id
"""
_GENERATED = """
UNWIND $track_ids AS wanted MATCH (t:Track) WHERE t.track_id = wanted
MATCH (:Account)-[l:LISTENED_TO]->(t) WHERE l.generated_plays > 0
RETURN DISTINCT t.track_id AS track_id
"""

ListenerCounts = dict[TrackId, int]
"""Number of listeners by track, most first."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the graph knows it; one it does not know has no name and is not public."""

    address: Address
    name: str | None = None
    generated: bool = False
    public_listener: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class TrackText:
    """What people call a track."""

    track_id: TrackId
    title: str
    artist: str | None


@dataclass(frozen=True, slots=True)
class Played:
    """A track that a listener played."""

    track_id: TrackId
    plays: int


@dataclass(frozen=True, slots=True)
class ArtistPlays:
    """An artist by a listener's plays."""

    artist_id: ArtistId
    name: str
    plays: int


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """A listener that everyone may look at."""

    account: Account
    plays: int
    top_artists: tuple[ArtistPlays, ...]


@dataclass
class Catalogue:
    """Reads accounts and tracks.

    Args:
        store: The graph.
        clock: The time now, to know how old the counts are.
    """

    store: GraphStore
    clock: Callable[[], Microseconds]
    _counts: tuple[Microseconds, ListenerCounts] | None = field(default=None, repr=False)

    async def read_account(self, address: Address) -> Account:
        """Return an account; one that the graph does not hold is not `is_known`."""
        rows = await self.store.query(_ACCOUNT, {"address": address})
        return _account(rows[0]) if rows else Account(address)

    async def read_texts(self, track_ids: Iterable[TrackId]) -> dict[TrackId, TrackText]:
        """Return title and artist of each track that the graph holds."""
        wanted = list(dict.fromkeys(track_ids))
        if not wanted:
            return {}
        rows = await self.store.query(_TRACKS, {"track_ids": wanted})
        return {
            row["track_id"]: TrackText(row["track_id"], row["title"] or row["track_id"], row["artist"])
            for row in rows
        }

    async def read_history(self, address: Address, limit: int = HISTORY_MAX) -> list[Played]:
        """Return the tracks that a listener played, most played first."""
        rows = await self.store.query(_HISTORY, {"address": address, "limit": limit})
        return [Played(TrackId(row["track_id"]), row["plays"] or 0) for row in rows]

    async def read_plays(self, address: Address) -> tuple[int, int]:
        """Return how often a listener played anything, and how many of these plays were made up."""
        rows = await self.store.query(_PLAYS, {"address": address})
        return (int(rows[0]["plays"] or 0), int(rows[0]["generated_plays"] or 0)) if rows else (0, 0)

    async def read_hidden(self, address: Address) -> list[TrackId]:
        """Return the tracks that a listener never wants to be shown."""
        rows = await self.store.query(_HIDDEN, {"address": address})
        return [TrackId(row["track_id"]) for row in rows]

    async def read_public(self, text: str, limit: int, artists: int) -> list[PublicAccount]:
        """Return listeners that everyone may look at, those with most plays first.

        Args:
            text: Part of a name or address, in any case; empty for all.
            limit: Most listeners.
            artists: Most artists of each.
        """
        rows = await self.store.query(_PUBLIC, {"text": text.lower(), "limit": limit})
        top = await self._read_top_artists([row["address"] for row in rows], artists)
        return [
            PublicAccount(
                _account({**row, "public_listener": True}),
                int(row["plays"] or 0),
                top.get(row["address"], ()),
            )
            for row in rows
        ]

    async def read_listener_counts(self) -> ListenerCounts:
        """Return how many listeners each track has, most first; a minute old at most.

        The same object comes back as long as it is not read anew.
        """
        now = self.clock()
        if self._counts is None or now - self._counts[0] > COUNTS_SECONDS * 1_000_000:
            rows = await self.store.query(_LISTENERS_OF)
            self._counts = (now, {TrackId(row["track_id"]): int(row["listeners"]) for row in rows})
        return self._counts[1]

    async def read_generated(self, track_ids: Iterable[TrackId]) -> set[TrackId]:
        """Return those of the tracks that have plays which were made up."""
        wanted = list(dict.fromkeys(track_ids))
        rows = await self.store.query(_GENERATED, {"track_ids": wanted}) if wanted else []
        return {TrackId(row["track_id"]) for row in rows}

    async def _read_top_artists(
        self, addresses: Sequence[str], artists: int
    ) -> dict[str, tuple[ArtistPlays, ...]]:
        if not addresses:
            return {}
        top: dict[str, tuple[ArtistPlays, ...]] = {}
        for row in await self.store.query(_TOP_ARTISTS, {"addresses": list(addresses)}):
            found = top.get(row["address"], ())
            if len(found) < artists:
                artist = ArtistPlays(
                    ArtistId(row["artist_id"]), row["name"] or row["artist_id"], int(row["plays"] or 0)
                )
                top[row["address"]] = (*found, artist)
        return top


def _account(row: dict[str, Any]) -> Account:
    return Account(
        address=Address(row["address"]),
        name=row["name"],
        generated=bool(row["generated"]),
        public_listener=bool(row["public_listener"]),
        is_known=True,
    )
