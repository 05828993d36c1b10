"""The forms of file that interactions are imported from, and which one a file has.

Owns the list. A form is recognised by what a file holds, never by its name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ingest.errors import FormatUnknown
from ingest.importers.found import Found, SetAside
from ingest.importers.ndjson import looks_like_ndjson, read_ndjson
from ingest.importers.source_file import Member


class FormatName(StrEnum):
    """What `--format` names."""

    NDJSON = "ndjson"


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


FORMATS = {form.name: form for form in (Format(FormatName.NDJSON, looks_like_ndjson, read_ndjson),)}


def detect_format(member: Member) -> Format:
    """Return the form of a plain file.

    Raises:
        FormatUnknown: It has none that is known.
    """
    head = member.head
    for form in FORMATS.values():
        if form.recognises(head):
            return form
    raise FormatUnknown(member.name, FORMATS, head)
