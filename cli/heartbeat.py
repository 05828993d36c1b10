"""Each batch that is written is a sign of life: a long first round is no silence.

Owns that one link from telemetry to health.
"""

from dataclasses import dataclass

from tunefi.health import Health
from tunefi.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Passes on what it is told (see `tunefi.telemetry.Telemetry`), and has a part count as alive.

    Args:
        telemetry: Where it is passed on to.
        health: Told of each written batch.
        component: Name of the part that writes.
    """

    telemetry: Telemetry
    health: Health
    component: str

    def wrote_graph(self, stream: str, rows: int, seconds: float) -> None:
        """Pass it on."""
        self.health.report_alive(self.component)
        self.telemetry.wrote_graph(stream, rows, seconds)

    def took_back(self, depth_blocks: int) -> None:
        """Pass it on."""
        self.telemetry.took_back(depth_blocks)

    def ended_job(self, job: str, outcome: str, seconds: float) -> None:
        """Pass it on."""
        self.telemetry.ended_job(job, outcome, seconds)
