"""What long work tells whoever waits for it, without knowing how it is shown.

Owns the interface. The command line shows it as bars on a terminal and as plain lines elsewhere
(`cli.progress`); a job run by the scheduler writes it to the log.
"""

from typing import Protocol


class Progress(Protocol):
    """Receives steps of one piece of work."""

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Say how much is done.

        Args:
            done: Units done so far; never falls within one piece of work.
            total: Units in all, or None where it is not known.
            detail: A few words on what is happening, for people.
        """
        ...


class SilentProgress:
    """Shows nothing: for tests and for callers that do not care."""

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Drop the step."""
