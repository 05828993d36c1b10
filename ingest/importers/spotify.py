"""The extended streaming history that Spotify sends its users: `Streaming_History_Audio_*.json`.

An array of plays; `ts` is when a play ended. Podcasts, audiobooks and what was heard in a private session are
set aside. Source: the "Read Me First" file of the export. Owns that form.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ingest.importers.found import Found, LineReason, Name, SetAside, known_as
from ingest.importers.json_array import read_objects
from ingest.importers.ndjson import set_aside_invalid
from ingest.importers.source_file import Member

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Play(BaseModel):
    ts: datetime
    ms_played: int
    master_metadata_track_name: Name | None = None
    master_metadata_album_artist_name: Name | None = None
    spotify_track_uri: str | None = None
    incognito_mode: bool | None = None


_PLAYS: TypeAdapter[Any] = TypeAdapter(_Play)


def read_spotify(member: Member) -> Iterator[Found | SetAside]:
    """Yield what each play says."""
    for place, content in read_objects(member, "item"):
        yield _read_play(place, content)


def looks_like_spotify(head: bytes) -> bool:
    """Return whether it is an array of plays."""
    return head.lstrip().startswith(b"[") and b'"ms_played"' in head and b'"ts"' in head


def _read_play(place: int, content: Any) -> Found | SetAside:
    try:
        play: _Play = _PLAYS.validate_python(content)
    except ValidationError as error:
        return set_aside_invalid(place, error)
    artist, title = play.master_metadata_album_artist_name or "", play.master_metadata_track_name or ""
    if play.incognito_mode:
        return SetAside(place, LineReason.PRIVATE, "heard in a private session")
    if not artist or not title:
        return SetAside(place, LineReason.NOT_MUSIC, "a podcast, an audiobook, or a file without names")
    ended_at = (play.ts if play.ts.tzinfo else play.ts.replace(tzinfo=UTC)) - _EPOCH
    return Found(
        place,
        ended_at // _MICROSECOND - play.ms_played * 1_000,
        artist=artist,
        title=title,
        known_as=known_as(spotify=play.spotify_track_uri),
        seconds=play.ms_played // 1_000,
    )
