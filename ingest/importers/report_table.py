"""A table that grows while an import runs, and is cut back to what counts when the import goes on.

Owns how a cell is written so that it can be looked at. Refuses to know what a row means.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

_LONGEST_CELL = 300
_FORMULA = ("=", "+", "-", "@")


class ReportTable:
    """A CSV file for its owner only.

    Args:
        path: Of the file.
        columns: Written when it is new.
        length: Bytes of it that count; what follows is cut off.
    """

    def __init__(self, path: Path, columns: Sequence[str], length: int) -> None:
        path.touch(mode=0o600)
        self._file = path.open("r+b")
        self._file.truncate(length)
        self._file.seek(length)
        if not length:
            self.write([columns])

    def write(self, rows: Iterable[Iterable[object]]) -> None:
        """Add rows."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
        self._file.write(text.getvalue().encode())

    def save(self) -> int:
        """Hand what was written to the system and return the length that counts now."""
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _cell(value: object) -> object:
    """A cell to look at: what cannot be seen is escaped, and no spreadsheet takes it for a formula."""
    if isinstance(value, int | float):
        return value
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in str(value)[:_LONGEST_CELL]
    )
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
