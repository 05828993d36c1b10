"""The objects of one large JSON document, one after another, in bounded memory.

Owns the limits: bytes that are no UTF-8 become U+FFFD, so that they spoil one object and not the document,
and an object that does not end is given up. Refuses to know what an object means.
"""

import codecs
from collections.abc import Iterator
from typing import Any

import ijson

from ingest.errors import SourceUnreadable
from ingest.importers.source_file import Member

_LARGEST_OBJECT = 8 << 20
_CHUNK = 1 << 16


def read_objects(member: Member, prefix: str) -> Iterator[tuple[int, Any]]:
    """Yield place, from 1, and content of each object.

    Args:
        member: The document.
        prefix: Where the objects are, as `ijson` writes it: `item` are those of an array.

    Raises:
        SourceUnreadable: It is no JSON from some place on; what was yielded before is sound.
    """
    text = _Utf8(member)
    place = 0
    try:
        for place, content in enumerate(ijson.items(text, prefix, buf_size=_CHUNK, use_float=True), start=1):
            text.since_object = 0
            yield place, content
    except ijson.JSONError as error:
        raise SourceUnreadable(member.name, f"after object {place:,}", str(error).splitlines()[0]) from error


class _Utf8:
    """Bytes that are UTF-8, whatever came in."""

    def __init__(self, member: Member) -> None:
        self._member, self.since_object = member, 0
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")

    def read(self, size: int) -> bytes:
        if size == 0:
            return b""
        data = self._member.stream.read(_CHUNK)
        self.since_object += len(data)
        if self.since_object > _LARGEST_OBJECT:
            raise SourceUnreadable(
                self._member.name, "in it", f"an object of more than {_LARGEST_OBJECT:,} bytes"
            )
        return self._decoder.decode(data, final=not data).encode()
