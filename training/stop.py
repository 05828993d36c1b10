"""Asking a running fit to stop at the next step, by Ctrl-C or by a deadline.

Owns the request. Refuses to know what is stopped.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Stop(Protocol):
    """Says whether to stop."""

    @property
    def requested(self) -> bool:
        """True once asked to."""
        ...


class StopRequest:
    """Says whether to stop; a fit asks before each step."""

    def __init__(self) -> None:
        self.interrupted = False
        self._deadline: float | None = None

    def set_deadline(self, seconds: float | None) -> None:
        """Ask to stop after some seconds from now, or never again by time."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def interrupt(self) -> None:
        """Ask to stop now."""
        self.interrupted = True

    @property
    def requested(self) -> bool:
        """True once interrupted or past the deadline."""
        return self.interrupted or (self._deadline is not None and time.monotonic() > self._deadline)


@contextmanager
def stop_on_interrupt(stop: StopRequest) -> Iterator[None]:
    """Turn the first Ctrl-C into a request; a second one ends the program as usual."""

    def _handle(number: int, frame: FrameType | None) -> None:
        stop.interrupt()
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, _handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
