"""Trust: two hops from the seeds along follows and purchases.

Owns the walk. Refuses to know where seeds come from. A longer walk could be trapped in a ring; with two
hops, whoever holds a share s of the seeds never has more than 1.24 s of the trust beyond what others
point at it (Kamvar et al., EigenTrust, 2003, for the idea of seeds; the bound is the design's, section 6).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engagement.history import History
from tunefi.ids import Address, ArtistId

UNIT = 10**12
"""Sum of all seeds, in units of trust."""


@dataclass(frozen=True, slots=True)
class Links:
    """Who points at whom, each pair once, none at itself; rows are (source, target)."""

    accounts: tuple[Address, ...]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]


def build_trust(seeds: Mapping[Address, int], history: History) -> dict[Address, int]:
    """Return the trust of each account that has any, in units of 10^-12 of all seeds.

    Args:
        seeds: Seeds in wei.
        history: Whose follows and purchases point.
    """
    total = sum(seeds.values())
    if total == 0:
        return {}
    links = build_links(history, seeds)
    first = np.array([UNIT * seeds.get(account, 0) // total for account in links.accounts], dtype=np.int64)
    second = step(first, links)
    third = step(second, links)
    trust = first + second // 5 + third // 25
    return {account: int(t) for account, t in zip(links.accounts, trust, strict=True) if t}


def build_links(history: History, also: Iterable[Address] = ()) -> Links:
    """Return the links of a history over all accounts that it or `also` mentions.

    A follow of an artist points at the account that controls it, and at nobody where none does. Holding
    something never counts, because an airdrop is not consent.
    """
    pairs = sorted({pair for pair in _pairs(history) if pair[0] != pair[1]})
    accounts = tuple(sorted({*also, *(end for pair in pairs for end in pair)}))
    row_of = {account: row for row, account in enumerate(accounts)}
    return Links(
        accounts,
        np.array([row_of[source] for source, _ in pairs], dtype=np.int64),
        np.array([row_of[target] for _, target in pairs], dtype=np.int64),
    )


def step(mass: NDArray[np.int64], links: Links) -> NDArray[np.int64]:
    """Return C'mass: each account hands what it has to those it points at, in equal parts.

    Each part is floored as it is formed, so that the result does not depend on the order of the sum.
    The mass is at most 10^12 in all, so 64 bits are enough.
    """
    degrees = np.bincount(links.sources, minlength=len(links.accounts))
    handed: NDArray[np.int64] = np.zeros_like(mass)
    np.add.at(handed, links.targets, mass[links.sources] // degrees[links.sources])
    return handed


def _pairs(history: History) -> Iterable[tuple[Address, Address]]:
    controllers = history.controllers
    for follow in history.follows:
        if follow.target_label == "Account":
            yield follow.follower, Address(follow.target)
        elif (controller := controllers.get(ArtistId(follow.target))) is not None:
            yield follow.follower, controller
    for purchase in history.purchases:
        yield purchase.payer, purchase.artist_account
