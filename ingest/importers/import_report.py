"""What an import did: counts, lines set aside, names matched. An interrupted import goes on from here.

Owns the files of the folder and their agreement: `summary.json` is written after each batch, with the
lengths that the tables have then. Refuses to know why a line is set aside.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from ingest.errors import ResumeRefused
from ingest.importers.found import Found, SetAside
from ingest.importers.matching import Match
from ingest.importers.report_table import ReportTable
from tunefi.whole_file import save_whole

SUMMARY, SET_ASIDE, MATCHED = "summary.json", "set_aside.csv", "matched.csv"
_SET_ASIDE_COLUMNS = ("file", "line", "reason", "detail", "artist", "title")
_MATCHED_COLUMNS = ("artist", "title", "track_id", "sureness", "score")


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
        matched: Lines whose track was found by name or by an id elsewhere, by how sure that is.
        finished: The file was read to its end.
        lengths: Bytes that count of each table.
    """

    source: str
    fingerprint: str
    format: str = ""
    records: int = 0
    appended: int = 0
    already_there: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)
    finished: bool = False
    lengths: dict[str, int] = field(default_factory=dict)

    @property
    def as_dict(self) -> dict[str, Any]:
        """For JSON, those with most lines first."""
        counts = {"set_aside": self.set_aside, "matched": self.matched}
        return {**asdict(self), **{name: dict(count.most_common()) for name, count in counts.items()}}


class ImportReport:
    """The report of one import; use it in a `with` block.

    Args:
        folder: Where it lies; made, for its owner only.
        summary: Of a new import, or of the one that goes on.
    """

    def __init__(self, folder: Path, summary: ImportSummary) -> None:
        self.folder, self.summary = folder, summary
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tables = {
            name: ReportTable(folder / name, columns, summary.lengths.get(name, 0))
            for name, columns in ((SET_ASIDE, _SET_ASIDE_COLUMNS), (MATCHED, _MATCHED_COLUMNS))
        }

    def add_set_aside(self, member: str, lines: Iterable[SetAside]) -> None:
        """Count and write lines that were set aside."""
        listed = list(lines)
        self.summary.set_aside.update(str(line.reason) for line in listed)
        self._tables[SET_ASIDE].write(
            (member, line.line, line.reason, line.detail, line.artist, line.title) for line in listed
        )

    def add_matched(self, matched: Iterable[tuple[Found, Match]]) -> None:
        """Write names that were found in the catalogue, each once."""
        self._tables[MATCHED].write(
            (found.artist, found.title, match.track_id, match.sureness, round(match.score, 3))
            for found, match in matched
        )

    def save(self) -> None:
        """Make what was counted and written the state from which an import goes on."""
        self.summary.lengths = {name: table.save() for name, table in self._tables.items()}
        save_whole(self.folder / SUMMARY, json.dumps(self.summary.as_dict, indent=2) + "\n", mode=0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for table in self._tables.values():
            table.close()


def load_summary(folder: Path, fingerprint: str) -> ImportSummary:
    """Return what the interrupted import of a file has done.

    Raises:
        ResumeRefused: There was none, or it was of another file.
    """
    try:
        fields = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        counts = {name: Counter(fields[name]) for name in ("set_aside", "matched")}
        summary = ImportSummary(**{**fields, **counts})
    except FileNotFoundError:
        raise ResumeRefused(folder, "no import was begun here") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ResumeRefused(folder, f"{SUMMARY} cannot be read: {error}") from error
    if summary.fingerprint != fingerprint:
        raise ResumeRefused(folder, f"the import here is of another file, {summary.source}")
    return summary
