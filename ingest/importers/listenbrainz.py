"""Listens as ListenBrainz publishes them in its dumps, and gives them to each user.

One JSON object a line: `*.listens` in the tar of a dump, with the user's name; `listens/<year>/<month>.jsonl`
in the zip of a user's export, without. Source: listenbrainz.readthedocs.io, "Data Dumps", "JSON
Documentation", "User history exports". Owns that form.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from ingest.importers.found import Found, Name, SetAside, known_as
from ingest.importers.lines import read_lines
from ingest.importers.ndjson import set_aside_invalid
from ingest.importers.source_file import Member

_SECOND = 1_000_000


def _text_or_none(value: object) -> str | None:
    """Some clients send lists or numbers here; what is no text is no id."""
    return value if isinstance(value, str) else None


_Id = Annotated[str | None, BeforeValidator(_text_or_none)]


class _Ids(BaseModel):
    recording_mbid: _Id = None
    isrc: _Id = None
    spotify_id: _Id = None


class _Metadata(BaseModel):
    artist_name: Name
    track_name: Name
    additional_info: _Ids | None = None
    mbid_mapping: _Ids | None = None


class _Listen(BaseModel):
    listened_at: int = Field(validation_alias=AliasChoices("listened_at", "timestamp"))
    user_name: Name | None = None
    track_metadata: _Metadata


_LINES: TypeAdapter[Any] = TypeAdapter(_Listen)


def read_listenbrainz(member: Member) -> Iterator[Found | SetAside]:
    """Yield what each line says."""
    for line in read_lines(member.stream):
        yield line if isinstance(line, SetAside) else _read_line(*line)


def looks_like_listenbrainz(head: bytes) -> bool:
    """Return whether the first line is a listen of ListenBrainz."""
    first = head.lstrip().partition(b"\n")[0]
    timed = b'"listened_at"' in first or b'"timestamp"' in first
    return first.startswith(b"{") and b'"track_metadata"' in first and timed


def _read_line(number: int, text: bytes) -> Found | SetAside:
    try:
        listen: _Listen = _LINES.validate_json(text)
    except ValidationError as error:
        return set_aside_invalid(number, error)
    track = listen.track_metadata
    own, mapped = track.additional_info or _Ids(), track.mbid_mapping or _Ids()
    return Found(
        number,
        listen.listened_at * _SECOND,
        user=listen.user_name,
        artist=track.artist_name,
        title=track.track_name,
        known_as=(
            *known_as(own.isrc, own.recording_mbid, own.spotify_id),
            *known_as(recording_mbid=mapped.recording_mbid),
        ),
    )
