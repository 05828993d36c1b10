"""Progress as plain lines, for programs whose output another program reads.

Owns their form, which `keepers.training_process` reads too.
"""

import sys
import time

_SECONDS_BETWEEN_LINES = 2.0


class LineProgress:
    """Plain lines on standard error with the time that is left, at most one in two seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._said = -_SECONDS_BETWEEN_LINES

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Print a line (see `tunefi.progress.Progress`)."""
        elapsed = time.monotonic() - self._started
        if elapsed - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = elapsed
        left = f", at most {elapsed / done * (total - done):.0f} s left" if done and total else ""
        sys.stderr.write(f"{elapsed:6.1f} s  {detail}{left}\n")
        sys.stderr.flush()
