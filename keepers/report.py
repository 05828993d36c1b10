"""What a job says when it ends without an error.

Owns the three outcomes. Refuses to know how they are shown.
"""

from dataclasses import dataclass
from enum import StrEnum

from tunefi.ids import EpochId


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    """It changed something."""
    NOTHING = "nothing"
    """Its result was there already."""
    WAITING = "waiting"
    """It cannot go on before something else happens; run it again later."""


@dataclass(frozen=True, slots=True)
class JobReport:
    """The end of a job.

    Attributes:
        job: Name of the job.
        outcome: Whether anything changed.
        detail: One sentence for people.
        epoch: The epoch it was about, where there is one.
    """

    job: str
    outcome: Outcome
    detail: str
    epoch: EpochId | None = None
