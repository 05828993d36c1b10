"""The form of what an entry holds: texts that can identify a node or be shown, numbers that can be summed.

What is accepted must fit the graph, else it would stop the projection for everyone. Owns these bounds.
Refuses to know who may say what.
"""

from collections.abc import Iterator
from unicodedata import category

from ingest.entries import Accounts, Catalogue
from tunefi.errors import MalformedAddress
from tunefi.ids import parse_address

MOST_TEXT_BYTES = 2_000
"""A unique constraint of the graph holds 4,096 bytes; a tag's key is that of its subject and its own."""

MOST_COUNTED = 2**31
"""Sums stay within 64 bits however many entries add to them."""

LARGEST_TIME = 2**53
"""Microseconds that every language counts exactly."""

KEY_FORM = f"printable text of at most {MOST_TEXT_BYTES} bytes of UTF-8"


def is_key(text: str) -> bool:
    """Return whether a text can identify a node: not what cannot be seen, or turns its neighbours around."""
    return text != "" and text.isprintable() and len(text.encode()) <= MOST_TEXT_BYTES


def is_name(text: str) -> bool:
    """Return whether a text can be shown: any script, joiners and marks of direction too, no controls."""
    return (
        not any(category(letter) in ("Cc", "Cs") for letter in text) and len(text.encode()) <= MOST_TEXT_BYTES
    )


def find_malformed_record(entry: Catalogue | Accounts) -> str | None:
    """Return what is wrong with a record of a batch, or None."""
    problems = _problems_of_accounts(entry) if isinstance(entry, Accounts) else _problems_of_catalogue(entry)
    return next(problems, None)


def _problems_of_accounts(entry: Accounts) -> Iterator[str]:
    for record in entry.accounts:
        try:
            parse_address(record.address)
        except MalformedAddress as error:
            yield str(error)
        if not is_name(record.name or ""):
            yield f"the name of {record.address} is too long or holds control characters"


def _problems_of_catalogue(entry: Catalogue) -> Iterator[str]:
    for artist in entry.artists:
        yield from _problems_of_texts((artist.artist_id,), (artist.name, artist.url))
    for track in entry.tracks:
        yield from _problems_of_texts((track.track_id, track.artist_id), (track.title, track.stands_for))
        yield from _problems_of_texts((track.track_id, *track.known_as), ())
        if track.duration_seconds is not None and not 0 < track.duration_seconds < MOST_COUNTED:
            yield f"{track.duration_seconds} seconds of {track.track_id}"
    for tag in entry.tags:
        yield from _problems_of_texts((tag.subject, tag.tag), ())
        if tag.label not in ("Artist", "Track"):
            yield f"tags are given to an Artist or a Track, not to {tag.label[:80]!r}"
        if not 0 < tag.count < MOST_COUNTED:
            yield f"{tag.count} times {tag.tag[:80]!r}"

    for release in entry.releases:
        keys = (release.release_id, release.artist_id, *release.tracks)
        yield from _problems_of_texts(keys, (release.title,))
        if release.released_at is not None and abs(release.released_at) > LARGEST_TIME:
            yield f"{release.release_id[:80]!r} was released out of time"
    for line in entry.lineage:
        yield from _problems_of_texts((line.track_id, line.source_id), ())
        if line.track_id == line.source_id:
            yield f"{line.track_id[:80]!r} cannot be made from itself"


def _problems_of_texts(keys: tuple[str, ...], names: tuple[str | None, ...]) -> Iterator[str]:
    for key in keys:
        if not is_key(key):
            yield f"{key[:80]!r} is no {KEY_FORM}"
    for name in names:
        if not is_name(name or ""):
            yield f"a text of {keys[0][:80]!r} is too long or holds controls: {(name or '')[:80]!r}"
