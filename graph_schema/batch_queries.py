"""Questions about many tracks or listeners at once, so that a page of results takes one query.

Owns those statements, in Cypher that both stores speak. Refuses to know HTTP; questions about one track or
listener are in `queries`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph_schema.queries import ArtistPlays
from graph_schema.store import GraphStore
from tunefi.ids import Address, ArtistId, TrackId


@dataclass(frozen=True, slots=True)
class TrackText:
    """What people call a track; `artist` is None where nobody is known."""

    track_id: TrackId
    title: str
    artist: str | None


@dataclass(frozen=True, slots=True)
class PlayTotals:
    """How often a listener played anything, and how many of these plays were made up."""

    plays: int
    generated_plays: int


async def read_track_texts(store: GraphStore, track_ids: Iterable[TrackId]) -> dict[TrackId, TrackText]:
    """Return title and artist of each track that the graph holds; one without a title goes by its id."""
    wanted = list(dict.fromkeys(track_ids))
    if not wanted:
        return {}
    rows = await store.query(
        "UNWIND $track_ids AS wanted MATCH (t:Track) WHERE t.track_id = wanted "
        "OPTIONAL MATCH (r:Artist)-[:CREATED]->(t) "
        "RETURN t.track_id AS track_id, t.title AS title, r.name AS artist",
        {"track_ids": wanted},
    )
    texts = (
        TrackText(TrackId(row["track_id"]), row["title"] or row["track_id"], row["artist"]) for row in rows
    )
    return {text.track_id: text for text in texts}


async def read_generated_tracks(store: GraphStore, track_ids: Iterable[TrackId]) -> set[TrackId]:
    """Return those of the tracks that have plays which were made up."""
    wanted = list(dict.fromkeys(track_ids))
    if not wanted:
        return set()
    rows = await store.query(
        "UNWIND $track_ids AS wanted MATCH (t:Track) WHERE t.track_id = wanted "
        "MATCH (:Account)-[l:LISTENED_TO]->(t) WHERE l.generated_plays > 0 "
        "RETURN DISTINCT t.track_id AS track_id",
        {"track_ids": wanted},
    )
    return {TrackId(row["track_id"]) for row in rows}


async def read_listener_counts(store: GraphStore) -> dict[TrackId, int]:
    """Return how many listeners each track has, most first; equal counts by identifier."""
    rows = await store.query(
        "MATCH (:Account)-[l:LISTENED_TO]->(t:Track) "
        "RETURN t.track_id AS track_id, count(l) AS listeners ORDER BY listeners DESC, track_id"
    )
    return {TrackId(row["track_id"]): int(row["listeners"]) for row in rows}


async def read_play_totals(store: GraphStore, address: Address) -> PlayTotals:
    """Return the sums over everything that a listener played."""
    rows = await store.query(
        "MATCH (a:Account)-[l:LISTENED_TO]->(:Track) WHERE a.address = $address "
        "RETURN sum(l.plays) AS plays, sum(l.generated_plays) AS generated_plays",
        {"address": address},
    )
    return PlayTotals(*(int(rows[0][name] or 0) if rows else 0 for name in ("plays", "generated_plays")))


async def read_top_artists_of(
    store: GraphStore, addresses: Iterable[Address], limit: int
) -> dict[Address, tuple[ArtistPlays, ...]]:
    """Return the artists that each listener played most, most first; equal plays by identifier.

    Args:
        store: The graph.
        addresses: Listeners; one who played nothing is not in the answer.
        limit: Most artists of each.
    """
    wanted = list(dict.fromkeys(addresses))
    if not wanted:
        return {}
    rows = await store.query(
        "UNWIND $addresses AS wanted MATCH (a:Account) WHERE a.address = wanted "
        "MATCH (a)-[l:LISTENED_TO]->(:Track)<-[:CREATED]-(r:Artist) "
        "RETURN a.address AS address, r.artist_id AS artist_id, r.name AS name, sum(l.plays) AS plays "
        "ORDER BY address, plays DESC, artist_id",
        {"addresses": wanted},
    )
    top: dict[Address, tuple[ArtistPlays, ...]] = {}
    for row in rows:
        found = top.get(row["address"], ())
        if len(found) < limit:
            artist = ArtistPlays(
                ArtistId(row["artist_id"]), row["name"] or row["artist_id"], int(row["plays"] or 0)
            )
            top[Address(row["address"])] = (*found, artist)
    return top
