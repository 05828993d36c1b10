"""The rule of reward roots and claims, from the words of the design's section 6."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Posted:
    """A root that was posted; it counts from `in_force_at` on, Unix time."""

    epoch: int
    root: bytes
    total: int
    in_force_at: int


NOTHING = Posted(0, bytes(32), 0, 0)


@dataclass
class RewardBook:
    """All that was posted, vetoed and paid.

    Attributes:
        funded: Wei for each epoch.
        delay: Seconds between posting a root and its taking force.
    """

    funded: Mapping[int, int]
    delay: int
    posted: list[Posted] = field(default_factory=lambda: [NOTHING])
    vetoed: set[tuple[int, bytes]] = field(default_factory=set)
    claimed: dict[str, int] = field(default_factory=dict)
    paid: int = 0

    def post(self, now: int, epoch: int, root: bytes, previous_root: bytes, total: int) -> set[str]:
        """Post a root of a final epoch, or return the names of all that is wrong with it."""
        newest = self.posted[-1]
        funded = sum(amount for number, amount in self.funded.items() if number <= epoch)
        faults = {
            "RootIsVetoed": (epoch, root) in self.vetoed,
            "RootPending": now < newest.in_force_at,
            "EpochNotLater": epoch <= newest.epoch,
            "WrongPreviousRoot": previous_root != newest.root,
            "TotalLowered": total < newest.total,
            "TotalAboveFunded": total > funded,
        }
        found = {name for name, wrong in faults.items() if wrong}
        if not found:
            self.posted.append(Posted(epoch, root, total, now + self.delay))
        return found

    def veto(self, now: int, epoch: int, root: bytes) -> set[str]:
        """Veto the pending root, or return why not."""
        newest = self.posted[-1]
        if now >= newest.in_force_at or (newest.epoch, newest.root) != (epoch, root):
            return {"RootNotPending"}
        self.vetoed.add((epoch, root))
        self.posted.pop()
        return set()

    def claim(self, now: int, epoch: int, root: bytes, account: str, cumulative: int) -> int | set[str]:
        """Pay what a leaf gives beyond what its account got, or return the names of all that forbids it."""
        due = max(0, cumulative - self.claimed.get(account, 0))
        faults = {
            "RootNotInForce": not self._is_in_force(now, epoch, root),
            "PaidAboveTotal": due > 0 and self.paid + due > self._newest(now).total,
        }
        found = {name for name, wrong in faults.items() if wrong}
        if found:
            return found
        self.claimed[account] = self.claimed.get(account, 0) + due
        self.paid += due
        return due

    def _is_in_force(self, now: int, epoch: int, root: bytes) -> bool:
        return any(
            (one.epoch, one.root) == (epoch, root) and now >= one.in_force_at for one in self.posted[1:]
        )

    def _newest(self, now: int) -> Posted:
        return [one for one in self.posted if now >= one.in_force_at][-1]
