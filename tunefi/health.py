"""Which parts of a running service are alive, and for how long a part may be silent.

Owns the register that ingestion and keeper jobs report to and `/readyz` reads. Refuses to know what a part
does, and to decide what follows from a dead one. Threads may report and read at once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tunefi.ids import Microseconds


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """How one part is.

    Attributes:
        ok: Its last work succeeded and it is not silent for too long.
        detail: What it did last, or why it is not ok, for people.
        last_success_at: When work last succeeded, or None where it never did.
    """

    name: str
    ok: bool
    detail: str
    last_success_at: Microseconds | None


@dataclass(slots=True)
class _Record:
    max_silence_seconds: float
    expected_at: Microseconds
    last_success_at: Microseconds | None = None
    detail: str = "has not run yet"
    failed: bool = False


@dataclass
class Health:
    """Parts that are expected to work, and what they reported.

    Args:
        clock: The time now, UTC.
    """

    clock: Callable[[], Microseconds]
    _records: dict[str, _Record] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def expect(self, name: str, max_silence_seconds: float) -> None:
        """Register a part; without a success for that long it counts as stuck."""
        with self._lock:
            self._records[name] = _Record(max_silence_seconds, self.clock())

    def report_success(self, name: str, detail: str = "") -> None:
        """Say that a part has just done its work, or found nothing to do."""
        with self._lock:
            record = self._record(name)
            record.last_success_at, record.detail, record.failed = self.clock(), detail, False

    def report_failure(self, name: str, detail: str) -> None:
        """Say that a part failed; it stays so until its next success."""
        with self._lock:
            record = self._record(name)
            record.detail, record.failed = detail, True

    def read_all(self) -> list[ComponentHealth]:
        """Return how every part is now, by name."""
        with self._lock:
            return [self._judge(name, record) for name, record in sorted(self._records.items())]

    def _record(self, name: str) -> _Record:
        return self._records.setdefault(name, _Record(float("inf"), self.clock()))

    def _judge(self, name: str, record: _Record) -> ComponentHealth:
        silent_seconds = (self.clock() - (record.last_success_at or record.expected_at)) / 1_000_000
        stuck = silent_seconds > record.max_silence_seconds
        detail = record.detail
        if stuck and not record.failed:
            detail = f"no success for {silent_seconds:.0f} s, {record.max_silence_seconds:.0f} s are allowed"
        return ComponentHealth(name, not (record.failed or stuck), detail, record.last_success_at)
