"""Which parts of a running service are alive, what is wrong with those that are not, and what to do.

Owns the register that ingestion and keeper jobs report to and `/readyz` reads. Refuses to know what a part
does, and to decide what follows from a dead one. Threads may report and read at once.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tunefi.ids import Microseconds


class FaultCode(StrEnum):
    """What can be wrong with a part."""

    STARTING = "starting"
    """It has not done its first work yet."""
    FAILED = "failed"
    """Its last work failed and is tried again."""
    SILENT = "silent"
    """It has not done its work for too long."""
    HALTED = "halted"
    """It found what it must not pass over, and does not go on by itself."""
    LAGGING = "lagging"
    """The graph is too far behind the chain."""
    PROJECTION_BEHIND = "projection_behind"
    """The graph is too far behind the log."""
    NO_FINAL_BLOCK = "no_final_block"
    """The node does not say which block is final."""
    NO_ANSWER = "no_answer"
    """A database that the part needs does not answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        code: For programs.
        detail: What is wrong, for people.
        action: What to do about it.
    """

    code: FaultCode
    detail: str
    action: str


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """How one part is.

    Attributes:
        detail: What it did last, or what is wrong, for people.
        last_success_at: When work last succeeded, or None where it never did.
        faults: What is wrong with it now.
    """

    name: str
    detail: str
    last_success_at: Microseconds | None
    faults: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


Look = Callable[[], Sequence[Fault]]
"""Says what is wrong with a part now; may read a database, and must not raise."""

_TRY_AGAIN = "it is tried again by itself; where it stays, mend what the message names"
_RESTART = "read the service's log; where the part hangs, restart the service, which goes on where it was"


@dataclass(slots=True)
class _Record:
    max_silence_seconds: float
    expected_at: Microseconds
    last_success_at: Microseconds | None = None
    alive_at: Microseconds | None = None
    detail: str = "has not run yet"
    fault: Fault | None = None


@dataclass
class Health:
    """Parts that are expected to work, and what they reported.

    Args:
        clock: The time now, UTC.
    """

    clock: Callable[[], Microseconds]
    _records: dict[str, _Record] = field(default_factory=dict, repr=False)
    _looks: dict[str, Look] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def expect(self, name: str, max_silence_seconds: float) -> None:
        """Register a part; without a success for that long it counts as stuck."""
        with self._lock:
            self._records[name] = _Record(max_silence_seconds, self.clock())

    def report_success(self, name: str, detail: str = "") -> None:
        """Say that a part has just done its work, or found nothing to do."""
        with self._lock:
            record = self._record(name)
            record.last_success_at, record.detail, record.fault = self.clock(), detail, None

    def report_alive(self, name: str) -> None:
        """Say that a part is in the middle of long work and gets on with it."""
        with self._lock:
            self._record(name).alive_at = self.clock()

    def report_failure(self, name: str, detail: str) -> None:
        """Say that a part failed; it stays so until its next success."""
        self._report(name, Fault(FaultCode.FAILED, detail, _TRY_AGAIN))

    def report_halt(self, name: str, detail: str, action: str) -> None:
        """Say that a part does not go on by itself, and what a person has to do."""
        self._report(name, Fault(FaultCode.HALTED, detail, action))

    def watch(self, name: str, look: Look) -> None:
        """Have a part looked at whenever its health is read, besides what it reports itself."""
        self._looks[name] = look

    def read_all(self) -> list[ComponentHealth]:
        """Return how every part is now, by name; it may wait for what `watch` was given to look at."""
        with self._lock:
            records = [(name, replace(record)) for name, record in sorted(self._records.items())]
        return [self._judge(name, record) for name, record in records]

    def _report(self, name: str, fault: Fault) -> None:
        with self._lock:
            record = self._record(name)
            record.detail, record.fault = fault.detail, fault

    def _record(self, name: str) -> _Record:
        return self._records.setdefault(name, _Record(float("inf"), self.clock()))

    def _judge(self, name: str, record: _Record) -> ComponentHealth:
        faults = [fault for fault in (record.fault, self._silence(record)) if fault is not None][:1]
        if name in self._looks:
            faults += self._looks[name]()
        detail = faults[0].detail if faults else record.detail
        return ComponentHealth(name, detail, record.last_success_at, tuple(faults))

    def _silence(self, record: _Record) -> Fault | None:
        heard_at = max(record.expected_at, record.last_success_at or 0, record.alive_at or 0)
        seconds = (self.clock() - heard_at) / 1_000_000
        if seconds <= record.max_silence_seconds:
            return None
        detail = f"no sign of life for {seconds:.0f} s, {record.max_silence_seconds:.0f} s are allowed"
        return Fault(FaultCode.SILENT, detail, _RESTART)
