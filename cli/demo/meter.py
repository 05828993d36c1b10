"""Time and memory of a stage, of this process and all that it started.

Memory is the sum of resident sets over the process tree, sampled; pages that two of the processes share
count twice, so the figure is an upper bound.
"""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psutil

_SECONDS_BETWEEN_SAMPLES = 0.25
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took."""

    seconds: float
    peak_mib: float


class Meter:
    """Measures a `with` block; `cost` is there afterwards."""

    cost = Cost(0.0, 0.0)

    def __enter__(self) -> Self:
        self._process = psutil.Process()
        self._peak = self._resident_bytes()
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="meter", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._peak = max(self._peak, self._resident_bytes())
        self.cost = Cost(time.monotonic() - self._started, self._peak / _MIB)

    def _sample(self) -> None:
        while not self._stop.wait(_SECONDS_BETWEEN_SAMPLES):
            self._peak = max(self._peak, self._resident_bytes())

    def _resident_bytes(self) -> int:
        total = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            try:
                total += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return int(total)
