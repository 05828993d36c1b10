"""What a lost challenge takes from bonds and where it goes, from the words of IStakingContract."""

from collections.abc import Sequence
from dataclasses import dataclass

BPS = 10_000


@dataclass(frozen=True)
class Bond:
    """A keeper's bond, in wei: the part that counts and the part that is leaving."""

    counting: int
    leaving: int

    def slashed(self, bps: int) -> "Bond":
        """Return what is left of it; the part that counts is taken first."""
        taken = (self.counting + self.leaving) * bps // BPS
        return Bond(max(0, self.counting - taken), self.leaving - max(0, taken - self.counting))

    @property
    def whole(self) -> int:
        """Both parts."""
        return self.counting + self.leaving


def bounty_of(bonds: Sequence[Bond], bps: int, bounty_bps: int) -> tuple[int, int]:
    """Return what all bonds together lose, and the floored part of it that is the bounty; the rest burns."""
    total = sum(bond.whole - bond.slashed(bps).whole for bond in bonds)
    return total, total * bounty_bps // BPS
