"""Where an epoch stands, as RecommendationGraph numbers it.

Owns the numbers and their names. Refuses to ask the contract.
"""

from enum import IntEnum
from typing import Literal

StateName = Literal["none", "pending", "final", "invalid"]


class EpochState(IntEnum):
    """In the order of the contract's enum."""

    NONE = 0
    PENDING = 1
    FINAL = 2
    INVALID = 3

    @property
    def label(self) -> StateName:
        """Its name in JSON and in messages."""
        return _LABELS[self]


_LABELS: tuple[StateName, ...] = ("none", "pending", "final", "invalid")
