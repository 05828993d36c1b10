"""What an artist may say in the catalogue: its own artists, tracks and releases, and nobody's tags.

A track has one artist and rewards follow it, so that a record which gave another's track a second one would
take its listening. Owns the rule. Refuses to write, and to check what the operator says.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graph_schema.store import GraphStore
from ingest.entries import Catalogue
from ingest.known_subjects import KnownSubjects
from tunefi.ids import Address, ArtistId, TrackId


@dataclass(frozen=True)
class ArtistClaims:
    """What the chain says of an entry's artists and tracks.

    Attributes:
        controllers: Account that controls each artist.
        creators: Artists of each track.
    """

    controllers: Mapping[ArtistId, Address] = field(default_factory=dict)
    creators: Mapping[TrackId, frozenset[ArtistId]] = field(default_factory=dict)


async def read_claims(store: GraphStore, entry: Catalogue, known: KnownSubjects) -> ArtistClaims:
    """Return what the graph holds now of the artists and tracks that an entry is about."""
    artists = {*_artists_named(entry), *_artists_of_others(entry, known)}
    controlled = await store.query(
        "UNWIND $artists AS wanted MATCH (x:Artist) WHERE x.artist_id = wanted "
        "MATCH (a:Account)-[:CONTROLS]->(x) RETURN x.artist_id AS artist, a.address AS account",
        {"artists": sorted(artists)},
    )
    created = await store.query(
        "UNWIND $tracks AS wanted MATCH (t:Track) WHERE t.track_id = wanted "
        "MATCH (x:Artist)-[:CREATED]->(t) RETURN t.track_id AS track, x.artist_id AS artist",
        {"tracks": sorted(track.track_id for track in entry.tracks)},
    )
    creators: dict[TrackId, set[ArtistId]] = defaultdict(set)
    for row in created:
        creators[row["track"]].add(row["artist"])
    return ArtistClaims(
        {row["artist"]: row["account"] for row in controlled},
        {track: frozenset(of_track) for track, of_track in creators.items()},
    )


def find_overreach(entry: Catalogue, known: KnownSubjects, claims: ArtistClaims) -> str | None:
    """Return what of an artist's entry is not its author's to say, or None."""
    return next(_overreaches(entry, known, claims), None)


def find_unknown_track(entry: Catalogue, known: KnownSubjects) -> TrackId | None:
    """Return a track that a release or a lineage names and the catalogue lacks, or None."""
    here = {track.track_id for track in entry.tracks}
    return next((one for one in _tracks_named(entry) if one not in here and one not in known.tracks), None)


def _overreaches(entry: Catalogue, known: KnownSubjects, claims: ArtistClaims) -> Iterator[str]:
    if entry.tags:
        yield "how often others gave a tag is the operator's to say"
    for artist in sorted({*_artists_named(entry), *_artists_of_others(entry, known)}):
        if claims.controllers.get(artist) != entry.author:
            yield f"the chain does not say that {entry.author} controls artist {artist[:80]!r}"
    for track in entry.tracks:
        others = {known.creators.get(track.track_id, track.artist_id)}
        if others | claims.creators.get(track.track_id, frozenset()) != {track.artist_id}:
            yield f"track {track.track_id[:80]!r} is another artist's"
        for known_as in track.known_as:
            if known.elsewhere.get(known_as, track.artist_id) != track.artist_id:
                yield f"{known_as[:80]} is a track of another artist"
    for release in entry.releases:
        if known.releases.get(release.release_id, release.artist_id) != release.artist_id:
            yield f"release {release.release_id[:80]!r} is another artist's"


def _artists_named(entry: Catalogue) -> set[ArtistId]:
    return {
        *(artist.artist_id for artist in entry.artists),
        *(track.artist_id for track in entry.tracks),
        *(release.artist_id for release in entry.releases),
    }


def _artists_of_others(entry: Catalogue, known: KnownSubjects) -> Iterator[ArtistId]:
    """Artists of tracks that are put on a release, or said to be made from another, without a record here."""
    here = {track.track_id for track in entry.tracks}
    made = (line.track_id for line in entry.lineage)
    placed = (track for release in entry.releases for track in release.tracks)
    for track in (*made, *placed):
        if track not in here and track in known.creators:
            yield known.creators[track]


def _tracks_named(entry: Catalogue) -> Iterator[TrackId]:
    for release in entry.releases:
        yield from release.tracks
    for line in entry.lineage:
        yield from (line.track_id, line.source_id)
