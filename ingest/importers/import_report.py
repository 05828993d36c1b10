"""What an import did, and a file of the lines that it set aside; an interrupted import goes on from here.

Owns both files of the folder and their agreement: `summary.json` is written after each batch, with the
length that `set_aside.csv` has then. Refuses to know why a line is set aside.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from ingest.errors import ResumeRefused
from ingest.importers.found import SetAside
from tunefi.whole_file import save_whole

SUMMARY, SET_ASIDE = "summary.json", "set_aside.csv"
_COLUMNS = ("file", "line", "reason", "detail")
_LONGEST_CELL = 300
_FORMULA = ("=", "+", "-", "@")


@dataclass(slots=True)
class ImportSummary:
    """What an import has done so far.

    Attributes:
        source: Name of the file.
        fingerprint: Tells this file apart from others.
        format: Form of the file.
        records: Lines read, the blank ones aside.
        appended: Entries that the log took.
        already_there: Lines that stood in the log before.
        set_aside: Lines that were not imported, by reason.
        finished: The file was read to its end.
        report_bytes: Length of the file of lines set aside.
    """

    source: str
    fingerprint: str
    format: str = ""
    records: int = 0
    appended: int = 0
    already_there: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    finished: bool = False
    report_bytes: int = 0

    @property
    def as_dict(self) -> dict[str, Any]:
        """For JSON, reasons with most lines first."""
        return {**asdict(self), "set_aside": dict(self.set_aside.most_common())}


class ImportReport:
    """The report of one import; use it in a `with` block.

    Args:
        folder: Where it lies; made, for its owner only.
        summary: Of a new import, or of the one that goes on.
    """

    def __init__(self, folder: Path, summary: ImportSummary) -> None:
        self.folder, self.summary = folder, summary
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / SET_ASIDE
        path.touch(mode=0o600)
        self._file = path.open("r+b")
        self._file.truncate(summary.report_bytes)
        self._file.seek(summary.report_bytes)
        if not summary.report_bytes:
            self._write([_COLUMNS])

    def add(self, member: str, lines: Iterable[SetAside]) -> None:
        """Count and write lines that were set aside."""
        listed = list(lines)
        self.summary.set_aside.update(str(line.reason) for line in listed)
        self._write((member, line.line, line.reason, line.detail) for line in listed)

    def save(self) -> None:
        """Make what was counted and written the state from which an import goes on."""
        self._file.flush()
        self.summary.report_bytes = self._file.tell()
        save_whole(self.folder / SUMMARY, json.dumps(self.summary.as_dict, indent=2) + "\n", mode=0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, rows: Iterable[Iterable[object]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
        self._file.write(text.getvalue().encode())


def load_summary(folder: Path, fingerprint: str) -> ImportSummary:
    """Return what the interrupted import of a file has done.

    Raises:
        ResumeRefused: There was none, or it was of another file.
    """
    try:
        fields = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        summary = ImportSummary(**{**fields, "set_aside": Counter(fields["set_aside"])})
    except FileNotFoundError:
        raise ResumeRefused(folder, "no import was begun here") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ResumeRefused(folder, f"{SUMMARY} cannot be read: {error}") from error
    if summary.fingerprint != fingerprint:
        raise ResumeRefused(folder, f"the import here is of another file, {summary.source}")
    return summary


def _cell(value: object) -> object:
    """A cell to look at: what cannot be seen is escaped, and no spreadsheet takes it for a formula."""
    if isinstance(value, int):
        return value
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in str(value)[:_LONGEST_CELL]
    )
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
