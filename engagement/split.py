"""The split of a budget between fans and the artists they listened to, to the wei.

Owns rounding: every share is floored, and what is left over stays in the budget of the next epoch.
Refuses to know how points and trust come about.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from engagement.errors import NegativeBudget
from engagement.parameters import MILLION
from tunefi.ids import Address, ArtistId


@dataclass(frozen=True, slots=True)
class Share:
    """A fan's claim on the budget: its weight, and its new seconds for each artist."""

    weight: int
    artist_seconds: Mapping[ArtistId, int]


@dataclass(frozen=True, slots=True)
class Split:
    """Who gets what of one budget, in wei.

    `artists` is by (account that controls the artist, artist). `carried_wei` is what rounding left over
    and what artists without an account would have got; fans, artists and it sum to the budget.
    """

    fans: dict[Address, int]
    artists: dict[tuple[Address, ArtistId], int]
    carried_wei: int


def split_budget(
    budget_wei: int,
    shares: Mapping[Address, Share],
    controllers: Mapping[ArtistId, Address],
    fan_share: int,
) -> Split:
    """Return the split of a budget by weight.

    The artists' part is user-centric: each fan's weight goes to the artists that this fan listened to,
    so that a fan who plays day and night moves no more money than its weight.

    Args:
        budget_wei: What there is.
        shares: Weight and listening of each fan.
        controllers: The account of each artist that has one.
        fan_share: The fans' part, in millionths.

    Raises:
        NegativeBudget: The budget is below zero; more was promised than funded.
    """
    if budget_wei < 0:
        raise NegativeBudget(budget_wei)
    total = sum(share.weight for share in shares.values())
    if total == 0:
        return Split({}, {}, budget_wei)
    fans_wei = budget_wei * fan_share // MILLION
    fans = {fan: fans_wei * share.weight // total for fan, share in sorted(shares.items())}
    artists = _split_artists(budget_wei - fans_wei, shares, controllers, total)
    carried = budget_wei - sum(fans.values()) - sum(artists.values())
    return Split({fan: wei for fan, wei in fans.items() if wei}, artists, carried)


def _split_artists(
    pool_wei: int, shares: Mapping[Address, Share], controllers: Mapping[ArtistId, Address], total: int
) -> dict[tuple[Address, ArtistId], int]:
    earned: defaultdict[tuple[Address, ArtistId], int] = defaultdict(int)
    for share in shares.values():
        heard = sum(share.artist_seconds.values())
        for artist_id, seconds in share.artist_seconds.items():
            account = controllers.get(artist_id)
            if account is not None and share.weight:
                earned[account, artist_id] += pool_wei * share.weight * seconds // (total * heard)
    return {key: wei for key, wei in sorted(earned.items()) if wei}
