"""Catalogue entries in our own form: one JSON object a line (docs/importing.md).

Owns the fields, and how an entry becomes a line again. Refuses to judge, and to know any key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, BinaryIO, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.catalogue_records import ArtistRecord, LineageRecord, ReleaseRecord, TagRecord, TrackRecord
from ingest.entries import Catalogue, encode_content, parse_idempotency_key
from ingest.importers.found import SetAside, known_as
from ingest.importers.lines import read_lines
from ingest.importers.ndjson import set_aside_invalid
from tunefi.hashing import keccak256
from tunefi.ids import Address, ArtistId, Microseconds, TrackId, hex_of, parse_address

_Time = Annotated[int | AwareDatetime, Field(union_mode="left_to_right")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Artist(_Record):
    artist_id: str
    name: str
    url: str | None = None


class _Track(_Record):
    track_id: str
    artist_id: str
    title: str
    duration_seconds: int | None = None
    stands_for: str | None = None
    isrc: str | None = None
    recording_mbid: str | None = None
    spotify_uri: str | None = None

    @model_validator(mode="after")
    def _ids_are_ids(self) -> Self:
        given = [self.isrc, self.recording_mbid, self.spotify_uri]
        if len(self.known_as) != len([text for text in given if text is not None]):
            raise ValueError(f"of {given} one is no ISRC, MusicBrainz recording or Spotify track")
        return self

    @property
    def known_as(self) -> tuple[str, ...]:
        """Its ids elsewhere, as the catalogue has them."""
        return known_as(self.isrc, self.recording_mbid, self.spotify_uri)


class _Release(_Record):
    release_id: str
    artist_id: str
    title: str
    released_at: _Time | None = None
    tracks: list[str] = []


class _Lineage(_Record):
    track_id: str
    source_id: str


class _Tag(_Record):
    label: str
    subject: str
    tag: str
    count: int


class _Line(_Record):
    at: _Time
    artists: list[_Artist] = []
    tracks: list[_Track] = []
    releases: list[_Release] = []
    lineage: list[_Lineage] = []
    tags: list[_Tag] = []
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    author: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")] | None = None
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")] | None = None


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A line, from 1, its fields as they were written, and the entry that they are."""

    line: int
    fields: dict[str, Any]
    entry: Catalogue


def read_catalogue_lines(stream: BinaryIO) -> Iterator[CatalogueLine | SetAside]:
    """Yield entries; a line that is none is set aside and stops nothing.

    An entry without an idempotency key gets one that follows from its content.
    """
    for line in read_lines(stream):
        if isinstance(line, SetAside):
            yield line
            continue
        number, text = line
        try:
            read = _Line.model_validate_json(text)
        except ValidationError as error:
            yield set_aside_invalid(number, error)
        else:
            yield CatalogueLine(number, read.model_dump(exclude_unset=True, mode="json"), _entry_of(read))


def name_entry(entry: Catalogue, *, author: Address | None = None) -> Catalogue:
    """Return the entry of an author, with an idempotency key that follows from what it says."""
    content = encode_content(replace(entry, idempotency_key=b"", author=author))
    return replace(entry, idempotency_key=keccak256(b"tunefi catalogue" + content), author=author)


def write_signed_line(fields: dict[str, Any], entry: Catalogue) -> dict[str, Any]:
    """Return the fields of a line with the author, key and signature of its entry."""
    signed = {"idempotency_key": hex_of(entry.idempotency_key), "author": entry.author}
    return {**fields, **signed, "signature": hex_of(entry.signature or b"")}


def _entry_of(line: _Line) -> Catalogue:
    entry = Catalogue(
        parse_idempotency_key(line.idempotency_key or ""),
        _microseconds(line.at),
        tuple(ArtistRecord(ArtistId(row.artist_id), row.name, row.url) for row in line.artists),
        tuple(_track_of(row) for row in line.tracks),
        tuple(TagRecord(row.label, row.subject, row.tag, row.count) for row in line.tags),
        bytes.fromhex(line.signature[2:]) if line.signature else None,
        tuple(_release_of(row) for row in line.releases),
        tuple(LineageRecord(TrackId(row.track_id), TrackId(row.source_id)) for row in line.lineage),
        parse_address(line.author) if line.author else None,
    )
    return entry if line.idempotency_key else name_entry(entry, author=entry.author)


def _track_of(row: _Track) -> TrackRecord:
    ids = TrackId(row.track_id), ArtistId(row.artist_id)
    return TrackRecord(*ids, row.title, row.duration_seconds, row.stands_for, row.known_as)


def _release_of(row: _Release) -> ReleaseRecord:
    at = None if row.released_at is None else _microseconds(row.released_at)
    tracks = tuple(TrackId(track) for track in row.tracks)
    return ReleaseRecord(row.release_id, ArtistId(row.artist_id), row.title, at, tracks)


def _microseconds(at: Any) -> Microseconds:
    return Microseconds(at if isinstance(at, int) else int(at.timestamp() * 1_000_000))
