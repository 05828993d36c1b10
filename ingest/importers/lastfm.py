"""Scrobbles of Last.fm as the common exporters write them, since Last.fm itself gives no file.

    CSV with a header     lastfm.ghan.nl (`uts,utc_time,artist,…`), lastfmstats.com (`Artist;…;Date#user`)
    CSV without one       artist, album, track, `02 May 2026 12:00`
    JSON                  pages of the API (`user.getRecentTracks`), lastfmstats.com (`{"scrobbles": […]}`)

A scrobble has no length. Owns these forms.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest.importers.found import LONGEST_NAME, Found, LineReason, SetAside, known_as
from ingest.importers.json_array import read_objects
from ingest.importers.lines import read_lines
from ingest.importers.source_file import Member
from ingest.validation import Reason

_HEADER = re.compile(rb'"?(?:uts|utc_time|artist)"?[,;].*"?(?:track|name|title)\b', re.IGNORECASE)
_HEADERLESS = re.compile(rb'.+,.*,.+,"?\d{2} \w{3} \d{4},? \d{2}:\d{2}"?\s*$')
_TIMES = ("%d %b %Y, %H:%M:%S", "%d %b %Y, %H:%M", "%d %b %Y %H:%M", "%Y-%m-%d %H:%M:%S")
_TIME_COLUMNS = ("uts", "date", "timestamp", "utc_time")
_TITLE_COLUMNS = ("track", "name", "title")
_MILLISECONDS_FROM = 10**11
"""A number of seconds so large is in the year 5138, one of milliseconds in 1973."""


def read_lastfm(member: Member) -> Iterator[Found | SetAside]:
    """Yield what each scrobble says."""
    head = member.head.lstrip()
    return _read_json(member, head) if head[:1] in b"[{" else _read_csv(member)


def looks_like_lastfm(head: bytes) -> bool:
    """Return whether it is one of the forms above."""
    start = head.lstrip()
    if start[:1] in (b"[", b"{"):
        return b'"artist"' in start and (b'"uts"' in start or b'"scrobbles"' in start)
    first = start.partition(b"\n")[0]
    return bool(_HEADER.match(first) or _HEADERLESS.match(first))


def _read_csv(member: Member) -> Iterator[Found | SetAside]:
    columns: Sequence[str] | None = None
    delimiter = ","
    for line in read_lines(member.stream):
        if isinstance(line, SetAside):
            yield line
            continue
        number, data = line
        if columns is None:
            delimiter = ";" if data.count(b";") > data.count(b",") else ","
            columns = _columns_of(data, delimiter)
            if _HEADER.match(data):
                continue
        try:
            cells = next(csv.reader([data.decode()], delimiter=delimiter, strict=True))
        except (UnicodeDecodeError, csv.Error, StopIteration) as error:
            yield SetAside(number, Reason.MALFORMED, str(error))
            continue
        yield _read_row(number, dict(zip(columns, cells, strict=False)))


def _columns_of(first: bytes, delimiter: str) -> Sequence[str]:
    if not _HEADER.match(first):
        return ("artist", "album", "track", "date")
    names = next(csv.reader([first.decode(errors="replace").strip()], delimiter=delimiter))
    return [name.partition("#")[0].strip().lower() for name in names]


def _read_row(number: int, row: Mapping[str, str]) -> Found | SetAside:
    title = next((row[name] for name in _TITLE_COLUMNS if row.get(name)), "")
    time = next((row[name] for name in _TIME_COLUMNS if row.get(name)), "")
    return _found(number, row.get("artist", ""), title, time, row.get("track_mbid"))


def _read_json(member: Member, head: bytes) -> Iterator[Found | SetAside]:
    for place, item in read_objects(member, _prefix_of(head)):
        if not isinstance(item, dict):
            yield SetAside(place, Reason.MALFORMED, "it is no object")
        elif _inner(item.get("@attr"), "nowplaying") == "true":
            yield SetAside(place, LineReason.NOT_A_LISTEN, "it was playing when the file was made")
        else:
            yield _read_item(place, item)


def _prefix_of(head: bytes) -> str:
    """Where the scrobbles are: in pages, in a field, or right in the array."""
    if b'"recenttracks"' in head:
        return "item.recenttracks.track.item" if head.startswith(b"[") else "recenttracks.track.item"
    if head.startswith(b"{"):
        return "scrobbles.item"
    return "item.item" if re.match(rb"\[\s*\[", head) else "item"


def _read_item(place: int, item: Mapping[str, Any]) -> Found | SetAside:
    artist = item.get("artist")
    artist = artist if isinstance(artist, str) else _inner(artist, "#text") or _inner(artist, "name")
    date = item.get("date")
    time = _inner(date, "uts") if isinstance(date, dict) else date
    title = item.get("name") or item.get("track")
    if not isinstance(title, str) or not isinstance(artist, str):
        return SetAside(place, Reason.MALFORMED, "it names no artist or no track")
    return _found(place, artist, title, str(time), _inner(item, "mbid"))


def _inner(value: object, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _found(number: int, artist: str, title: str, time: str, mbid: str | None) -> Found | SetAside:
    if max(len(artist), len(title)) > LONGEST_NAME:
        return SetAside(number, Reason.MALFORMED, f"a name of more than {LONGEST_NAME} characters")
    at = _parse_time(time)
    if at is None:
        return SetAside(number, Reason.MALFORMED, f"{time[:40]!r} is no time", artist, title)
    return Found(number, at, artist=artist, title=title, known_as=known_as(recording_mbid=mbid))


def _parse_time(text: str) -> int | None:
    """Microseconds UTC; exporters write seconds, milliseconds or words."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 20:
        number = int(text)
        return number * (1_000 if number >= _MILLISECONDS_FROM else 1_000_000)
    for form in _TIMES:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()) * 1_000_000
        except ValueError:
            continue
    return None
