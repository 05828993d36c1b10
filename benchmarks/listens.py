"""How fast listens become durable in the interaction log (`tunefi bench ingest`).

Owns the listens that are appended, and the figures. Each batch is on the disk before the next is sent, as an
app would send them; batches of an app that waits for no other app overlap. Refuses to judge.
"""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.appending import build_row
from ingest.entries import Interaction, Kind
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import KnownSubjects
from ingest.validation import Refusal, Validator
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, Microseconds, TrackId

LISTENS = 60_000
BATCH = 100
_ACCOUNTS, _TRACKS = 1_000, 5_000
_NOON = 1_764_072_000_000_000
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds of each batch, and of the processor in all."""

    batch_seconds: list[float]
    cpu_seconds: float

    @property
    def slope(self) -> float:
        """Time of the last tenth over that of the first."""
        tenth = max(len(self.batch_seconds) // _TENTHS, 1)
        return sum(self.batch_seconds[-tenth:]) / sum(self.batch_seconds[:tenth])


def measure_listens(listens: int = LISTENS, url: str | None = None) -> dict[str, Any]:
    """Return how many listens a second are appended durably in batches of 100, and where the time goes.

    Args:
        listens: How many; from 1,000 accounts, with keys that are spread over the index.
        url: Of an empty log; None measures SQLite in a temporary folder on the disk of temporary files.

    Returns:
        `listens_per_second` by one writer that waits for each batch, `listens_per_second_of_two_writers`,
        `slope`, and microseconds a listen: validated, encoded and hashed, processor in all, waited.
    """
    entries = _build_listens(listens)
    with tempfile.TemporaryDirectory(prefix="tunefi-bench-") as folder:
        one = _append_all(url or f"sqlite:///{Path(folder) / 'one.sqlite'}", entries)
        found = _figures(entries, one)
        if url is None:
            both = _append_by_two(f"sqlite:///{Path(folder) / 'two.sqlite'}", entries)
            found["listens_per_second_of_two_writers"] = len(entries) / both
    return found


def _figures(entries: Sequence[Interaction], run: _Run) -> dict[str, Any]:
    wall, count = sum(run.batch_seconds), len(entries)
    micros = 1e6 / count
    return {
        "listens": count,
        "listens_per_second": count / wall,
        "listens_slope": run.slope,
        "listens_microseconds": {
            "validated": _seconds_of_validation(entries) * micros,
            "encoded_and_hashed": _seconds_of_rows(entries) * micros,
            "processor": run.cpu_seconds * micros,
            "waited": max(wall - run.cpu_seconds, 0.0) * micros,
        },
    }


def _build_listens(count: int) -> list[Interaction]:
    return [
        Interaction(
            Kind.LISTEN,
            Address(f"0x{number * 7919 % _ACCOUNTS:040x}"),
            f"track:{number % _TRACKS}",
            Microseconds(_NOON + number * 1_000),
            60,
            keccak256(b"listen %d" % number),
        )
        for number in range(count)
    ]


def _append_all(url: str, entries: Sequence[Interaction]) -> _Run:
    log = InteractionLog(url)
    seconds: list[float] = []
    cpu = time.process_time()
    for start in range(0, len(entries), BATCH):
        began = time.perf_counter()
        log.append(entries[start : start + BATCH])
        seconds.append(time.perf_counter() - began)
    run = _Run(seconds, time.process_time() - cpu)
    log.close()
    return run


def _append_by_two(url: str, entries: Sequence[Interaction]) -> float:
    """Seconds until two writers, who do not wait for each other, have appended half each."""
    InteractionLog(url).close()
    middle = len(entries) // 2
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda half: _append_all(url, half), (entries[:middle], entries[middle:])))
    return time.perf_counter() - began


def _seconds_of_validation(entries: Sequence[Interaction]) -> float:
    known = KnownSubjects({TrackId(f"track:{number}"): None for number in range(_TRACKS)})
    validator = Validator(ChainId(1), known)
    began = time.process_time()
    refused = [
        entry for entry in entries if isinstance(validator.judge_interaction(entry, entry.at), Refusal)
    ]
    assert not refused
    return time.process_time() - began


def _seconds_of_rows(entries: Sequence[Interaction]) -> float:
    began = time.process_time()
    for entry in entries:
        build_row(entry)
    return time.process_time() - began
