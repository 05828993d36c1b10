"""The reward ledger: what each account earned, and why.

Owns its rows, its digest and its files. Refuses to know the tree and the signatures over it.

    <directory>/
    ├── ledger.json         totals, parameters, digests
    ├── accounts.parquet    one row an account
    └── artists.parquet     what each artist brought to its account
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from engagement.parameters import RewardParameters
from tunefi.hashing import keccak256
from tunefi.ids import Address, ArtistId, Hash32


class LedgerRow(NamedTuple):
    """One account in one epoch; trust is in 10^-12 of all seeds, `seconds` is new listening."""

    account: Address
    seed_wei: int
    trust_ppt: int
    seconds: int
    bought: bool
    voted: bool
    points: int
    fan_wei: int
    artist_wei: int
    cumulative_wei: int

    @property
    def earned_wei(self) -> int:
        """What the account earned in this epoch, as a fan and as an artist."""
        return self.fan_wei + self.artist_wei

    @property
    def weight(self) -> int:
        """Points × trust."""
        return self.points * self.trust_ppt


class ArtistEarning(NamedTuple):
    """What listening to one artist brought to the account that controls it."""

    account: Address
    artist_id: ArtistId
    wei: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an account earned what it did in one epoch.

    A fan gets floor(fans' part × weight / total_weight); `artists` are the earnings of the artists that
    the account controls.
    """

    row: LedgerRow
    total_weight: int
    budget_wei: int
    artists: tuple[ArtistEarning, ...]


@dataclass(frozen=True)
class RewardLedger:
    """All rewards of one epoch; rows ascend by address.

    Attributes:
        snapshot_digest: Snapshot that it was computed from.
        previous_snapshot_digest: Snapshot of the root before, zero when there was none.
        budget_wei: What was there to split.
        parameters: Of the rule.
        rows: One an account.
        artist_earnings: By account and artist, ascending.
    """

    snapshot_digest: Hash32
    previous_snapshot_digest: Hash32
    budget_wei: int
    parameters: RewardParameters
    rows: tuple[LedgerRow, ...]
    artist_earnings: tuple[ArtistEarning, ...] = ()

    @cached_property
    def cumulative(self) -> dict[Address, int]:
        """What each account that ever earned has earned in all, in wei: the leaves of the reward tree."""
        return {row.account: row.cumulative_wei for row in self.rows if row.cumulative_wei}

    @cached_property
    def earned_wei(self) -> int:
        """Sum of what was earned in this epoch."""
        return sum(row.earned_wei for row in self.rows)

    @cached_property
    def total_cumulative_wei(self) -> int:
        """Sum of what was earned in all epochs."""
        return sum(row.cumulative_wei for row in self.rows)

    @property
    def carried_forward_wei(self) -> int:
        """What of the budget nobody earned; it is part of the next budget."""
        return self.budget_wei - self.earned_wei

    @cached_property
    def total_weight(self) -> int:
        """Sum of all weights."""
        return sum(row.weight for row in self.rows)

    @cached_property
    def by_account(self) -> dict[Address, LedgerRow]:
        """The row of each account."""
        return {row.account: row for row in self.rows}

    @cached_property
    def digest(self) -> Hash32:
        """Digest of all of it; two keepers that agree have the same."""
        header = (self.snapshot_digest.hex(), self.previous_snapshot_digest.hex(), self.budget_wei)
        parameters = sorted(self.parameters.to_json().items())
        return keccak256("\n".join(_lines(header, *parameters, *self.rows, *self.artist_earnings)).encode())

    def explain(self, account: Address) -> Explanation | None:
        """Return why an account earned what it did, or None where the ledger does not list it."""
        row = self.by_account.get(account)
        if row is None:
            return None
        artists = tuple(earning for earning in self.artist_earnings if earning.account == account)
        return Explanation(row, self.total_weight, self.budget_wei, artists)


def _lines(*rows: Iterable[object]) -> Iterable[str]:
    for row in rows:
        yield ",".join(str(int(value)) if isinstance(value, bool) else str(value) for value in row)
