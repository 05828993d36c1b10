"""Points: how much an account listened in the period, and whether it bought and voted.

Owns what counts as new. Refuses to know trust and money.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import isqrt

from engagement.history import History
from engagement.parameters import RewardParameters
from engagement.seeds import ETHER, TOKEN
from tunefi.ids import Address, ArtistId


@dataclass(frozen=True, slots=True)
class Activity:
    """What one account did in the period; `artist_seconds` are new seconds of each artist, uncapped."""

    seconds: int
    bought: bool
    voted: bool
    artist_seconds: dict[ArtistId, int]

    @property
    def points(self) -> int:
        """Points of this activity: the square root of listening, raised by a purchase and a vote."""
        return count_points(self.seconds, bought=self.bought, voted=self.voted)


def count_points(seconds: int, *, bought: bool, voted: bool) -> int:
    """Return floor(isqrt(1,000,000 × seconds) × (10 + bought + voted) / 10)."""
    return isqrt(1_000_000 * seconds) * (10 + bought + voted) // 10


def build_activities(
    history: History, previous: History | None, parameters: RewardParameters
) -> dict[Address, Activity]:
    """Return what each account did that is new since the previous snapshot.

    Args:
        history: Up to the end of the period.
        previous: Up to its start; None for the first period.
        parameters: The day's cap and the minimum fees.
    """
    now, before = (capped_seconds(one, parameters.day_seconds) for one in (history, previous))
    heard, heard_before = artist_seconds(history), artist_seconds(previous)
    start_at = previous.at if previous else -1
    bought = buyers(history, start_at, parameters)
    voted = {vote.account for vote in history.votes if start_at < vote.at <= history.at}
    accounts = sorted({*now, *bought, *voted})
    return {
        account: Activity(
            seconds=max(0, now.get(account, 0) - before.get(account, 0)),
            bought=account in bought,
            voted=account in voted,
            artist_seconds=_grown(heard.get(account, {}), heard_before.get(account, {})),
        )
        for account in accounts
    }


def capped_seconds(history: History | None, day_seconds: int) -> dict[Address, int]:
    """Return Σ over UTC days of the day's signed seconds, at most `day_seconds` of each, by account."""
    days: defaultdict[tuple[Address, int], int] = defaultdict(int)
    for row in history.listening if history else ():
        days[row.account, row.utc_day] += row.seconds
    sums: defaultdict[Address, int] = defaultdict(int)
    for (account, _), seconds in days.items():
        sums[account] += min(day_seconds, seconds)
    return dict(sums)


def artist_seconds(history: History | None) -> dict[Address, dict[ArtistId, int]]:
    """Return all signed seconds by account and artist, without the day's cap."""
    sums: defaultdict[Address, defaultdict[ArtistId, int]] = defaultdict(lambda: defaultdict(int))
    for row in history.listening if history else ():
        sums[row.account][row.artist_id] += row.seconds
    return {account: dict(artists) for account, artists in sums.items()}


def buyers(history: History, start_at: int, parameters: RewardParameters) -> set[Address]:
    """Return who made, after `start_at`, a purchase whose fee is above the minimum of its currency."""
    minimum_wei = {ETHER: parameters.minimum_ether_fee_wei, TOKEN: parameters.minimum_token_fee_wei}
    return {
        purchase.payer
        for purchase in history.purchases
        if start_at < purchase.at <= history.at
        and purchase.currency in minimum_wei
        and purchase.fee_wei > minimum_wei[purchase.currency]
    }


def _grown(now: dict[ArtistId, int], before: dict[ArtistId, int]) -> dict[ArtistId, int]:
    grown = ((artist_id, seconds - before.get(artist_id, 0)) for artist_id, seconds in sorted(now.items()))
    return {artist_id: seconds for artist_id, seconds in grown if seconds > 0}
