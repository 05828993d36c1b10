"""How long work is shown: a bar with the time left on a terminal, a line every few seconds elsewhere.

Owns the display of `tunefi.progress.Progress`.
"""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from cli.output import messages
from tunefi.progress import Progress as ProgressInterface

_SECONDS_BETWEEN_LINES = 5.0


class ConsoleProgress:
    """Shows one piece of work; use it in a `with` block."""

    def __init__(self, title: str, console: Console = messages) -> None:
        """
        Args:
            title: What is being done, a few words.
            console: Where to; a bar when it is a terminal, lines otherwise.
        """
        self._title, self._console = title, console
        self._started = self._said = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[detail]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None, detail="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Show that `done` of `total` units are done (see `tunefi.progress.Progress`)."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, detail=detail)
            return
        now = time.monotonic()
        if now - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = now
        self._console.print(f"{self._title}: {self._line(done, total, now)} {detail}".rstrip(), markup=False)

    def _line(self, done: float, total: float | None, now: float) -> str:
        elapsed = now - self._started
        if not total or not done:
            return f"{elapsed:.0f} s"
        left = elapsed * max(total - done, 0) / done
        return f"{100 * done / total:.0f} %, {elapsed:.0f} s, about {left:.0f} s left"


_: type[ProgressInterface] = ConsoleProgress
