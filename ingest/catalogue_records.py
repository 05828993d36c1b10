"""What a catalogue entry is made of, and its form in a payload.

Owns the fields and their order. Refuses to know who may say what: `catalogue_rights` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.ids import ArtistId, Microseconds, TrackId


@dataclass(frozen=True, slots=True)
class ArtistRecord:
    """An artist of the catalogue."""

    artist_id: ArtistId
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A track of the catalogue.

    Attributes:
        stands_for: What it stands for when it is no single recording.
        known_as: Its ids elsewhere: `isrc:…`, `mbid:…` (a MusicBrainz recording), `spotify:track:…`.
    """

    track_id: TrackId
    artist_id: ArtistId
    title: str
    duration_seconds: int | None = None
    stands_for: str | None = None
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagRecord:
    """How many people gave a tag to an artist or track; `label` is Artist or Track."""

    label: str
    subject: str
    tag: str
    count: int


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """An album, single or the like: whose, since when, and tracks that are on it."""

    release_id: str
    artist_id: ArtistId
    title: str
    released_at: Microseconds | None
    tracks: tuple[TrackId, ...]


@dataclass(frozen=True, slots=True)
class LineageRecord:
    """A track that was made from another one: a remix, a cover, a sample."""

    track_id: TrackId
    source_id: TrackId


def encode_track(row: TrackRecord) -> list[Any]:
    """Return the fields of a track; ids elsewhere come last and only where there are any."""
    fields = [row.track_id, row.artist_id, row.title, row.duration_seconds, row.stands_for]
    return [*fields, list(row.known_as)] if row.known_as else fields


def decode_track(row: Sequence[Any]) -> TrackRecord:
    """Return the track of these fields."""
    return TrackRecord(*row[:5], *map(tuple, row[5:]))


def encode_releases(rows: Sequence[ReleaseRecord]) -> list[Any] | None:
    """Return the fields of releases, None where there are none: older payloads have no such field."""
    return [
        [row.release_id, row.artist_id, row.title, row.released_at, list(row.tracks)] for row in rows
    ] or None


def decode_releases(rows: Sequence[Sequence[Any]]) -> tuple[ReleaseRecord, ...]:
    """Return the releases of these fields."""
    return tuple(ReleaseRecord(row[0], row[1], row[2], row[3], tuple(row[4])) for row in rows)


def encode_lineage(rows: Sequence[LineageRecord]) -> list[Any] | None:
    """Return the fields of a lineage, None where there is none."""
    return [[row.track_id, row.source_id] for row in rows] or None


def decode_lineage(rows: Sequence[Sequence[Any]]) -> tuple[LineageRecord, ...]:
    """Return the lineage of these fields."""
    return tuple(LineageRecord(*row) for row in rows)
