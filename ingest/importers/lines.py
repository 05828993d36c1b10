"""The lines of a file, with their numbers, in bounded memory.

Owns the longest line. Refuses to decode one.
"""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.importers.found import LineReason, SetAside
from ingest.importers.source_file import BYTE_ORDER_MARK

LONGEST_LINE = 1 << 20


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes] | SetAside]:
    """Yield number and bytes of each line that is not blank, from 1; one that is too long is set aside."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if len(line) > LONGEST_LINE:
            _skip_line(stream, line)
            yield SetAside(number, LineReason.TOO_LARGE, f"longer than {LONGEST_LINE:,} bytes")
        elif not line.isspace():
            yield number, line


def _skip_line(stream: BinaryIO, part: bytes) -> None:
    while part and not part.endswith(b"\n"):
        part = stream.readline(LONGEST_LINE)
