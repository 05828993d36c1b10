"""What a file says, line by line, before account and track are known.

Owns the form in which every reader hands lines over, and the reasons for which a line is set aside before
anyone judges it. Refuses to know any format.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ingest.entries import Kind

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SPOTIFY = re.compile(r"(?:^spotify:track:|open\.spotify\.com/(?:intl-\w+/)?track/)([0-9A-Za-z]{22})")


LONGEST_NAME = 500
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
"""A batch of lines is held in memory: what is longer than any name is told as a mistake."""


class LineReason(StrEnum):
    """Why a line is set aside before it becomes an entry; `validation.Reason` has what comes after."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NO_ACCOUNT = "no_account"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    AMBIGUOUS = "ambiguous"
    NOT_MUSIC = "not_music"
    NOT_A_LISTEN = "not_a_listen"
    PRIVATE = "private"
    OTHER_FILE = "other_file"


@dataclass(frozen=True, slots=True)
class Found:
    """One interaction as a file tells it.

    Attributes:
        line: Its line or place in the file, from 1.
        at: When it began, microseconds UTC, as the file says it: any number.
        kind: What was done.
        account: Address that the file names, in any form.
        subject: Id of this system that the file names; else the track is found by what follows.
        artist: Name of the artist.
        title: Name of the track.
        known_as: Ids of the track elsewhere, the surest first; see `entries.TrackRecord`.
        seconds: How long, or None where the source does not know.
        user: Name of the listener at the source, where a file holds several.
        idempotency_key: The sender's own, or None: one is derived from the content.
        signature: 65 bytes, or None.
    """

    line: int
    at: int
    kind: Kind = Kind.LISTEN
    account: str | None = None
    subject: str | None = None
    artist: str = ""
    title: str = ""
    known_as: tuple[str, ...] = ()
    seconds: int | None = None
    user: str | None = None
    idempotency_key: str | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line that is not imported, and why."""

    line: int
    reason: str
    detail: str
    artist: str = ""
    title: str = ""


def known_as(
    isrc: str | None = None, recording_mbid: str | None = None, spotify: str | None = None
) -> tuple[str, ...]:
    """Return ids of a track elsewhere in the form of the catalogue; what is none is left out.

    Args:
        isrc: With or without hyphens.
        recording_mbid: A MusicBrainz recording.
        spotify: URI or address of a Spotify track.
    """
    found = []
    if isrc and _ISRC.fullmatch(bare := isrc.replace("-", "").strip().upper()):
        found.append(f"isrc:{bare}")
    if recording_mbid and _UUID.fullmatch(mbid := recording_mbid.strip().lower()):
        found.append(f"mbid:{mbid}")
    if spotify and (track := _SPOTIFY.search(spotify)):
        found.append(f"spotify:track:{track[1]}")
    return tuple(found)
