"""What parts tell whoever watches over them, without knowing how it is counted or shown.

Owns the interface. A program hands one down; `api.metrics` keeps it for Prometheus. Every text that a part
passes comes from a small fixed set, so that nobody can fill a memory by sending new ones.
"""

from typing import Protocol


class Telemetry(Protocol):
    """Receives what happened, once each time it happens; methods return at once and never raise."""

    def wrote_graph(self, stream: str, rows: int, seconds: float) -> None:
        """Say that a batch was committed.

        Args:
            stream: `chain` or `log`.
            rows: Nodes and relationships written or deleted.
            seconds: How long the transaction took.
        """
        ...

    def took_back(self, depth_blocks: int) -> None:
        """Say that a reorganisation was followed, and how many blocks it took back."""
        ...

    def ended_job(self, job: str, outcome: str, seconds: float) -> None:
        """Say how a keeper job ended.

        Args:
            job: Its name.
            outcome: `done`, `nothing`, `waiting`, or `failed`.
            seconds: How long it ran.
        """
        ...


class SilentTelemetry:
    """Keeps nothing: for commands that end soon, and for tests that do not care."""

    def wrote_graph(self, stream: str, rows: int, seconds: float) -> None:
        """Drop it."""

    def took_back(self, depth_blocks: int) -> None:
        """Drop it."""

    def ended_job(self, job: str, outcome: str, seconds: float) -> None:
        """Drop it."""


SILENT = SilentTelemetry()
