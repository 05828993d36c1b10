"""The forms of file that interactions are imported from, and which one a file has.

Owns the list. A form is recognised by what a file holds, never by its name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ingest.errors import FormatUnknown
from ingest.importers.found import Found, SetAside
from ingest.importers.lastfm import looks_like_lastfm, read_lastfm
from ingest.importers.listenbrainz import looks_like_listenbrainz, read_listenbrainz
from ingest.importers.ndjson import looks_like_ndjson, read_ndjson
from ingest.importers.source_file import Member
from ingest.importers.spotify import looks_like_spotify, read_spotify


class FormatName(StrEnum):
    """What `--format` names."""

    NDJSON = "ndjson"
    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"
    SPOTIFY = "spotify"


@dataclass(frozen=True, slots=True)
class Format:
    """One form of file.

    Attributes:
        recognises: Whether a plain file that begins with these bytes has this form.
        read: Yields what a plain file says.
    """

    name: FormatName
    recognises: Callable[[bytes], bool]
    read: Callable[[Member], Iterator[Found | SetAside]]


FORMATS = {
    form.name: form
    for form in (
        Format(FormatName.LISTENBRAINZ, looks_like_listenbrainz, read_listenbrainz),
        Format(FormatName.SPOTIFY, looks_like_spotify, read_spotify),
        Format(FormatName.LASTFM, looks_like_lastfm, read_lastfm),
        Format(FormatName.NDJSON, looks_like_ndjson, read_ndjson),
    )
}


def detect_format(member: Member, named: Format | None = None) -> Format | None:
    """Return the form of a plain file; None of a file in an archive that holds something else.

    Args:
        member: The file.
        named: The form that the caller says it has; an archive may hold other files beside.

    Raises:
        FormatUnknown: It has none that is known.
    """
    if named is not None and not member.archived:
        return named
    head = member.head
    for form in (named,) if named else FORMATS.values():
        if form.recognises(head):
            return form
    if member.archived:
        return None
    raise FormatUnknown(member.name, FORMATS, head)
