"""Seeds of trust: what an account has at stake, and the fees it cannot get back.

Owns which money counts. Refuses to know how trust spreads from it. A price never counts, only the fee:
an artist can buy from itself and get the price back, but not the fee.
"""

from collections import defaultdict
from itertools import groupby

from engagement.history import History, StakeChange
from engagement.parameters import MILLION, RewardParameters
from tunefi.ids import Address

DAY_MICROSECONDS = 86_400 * MILLION
ETHER, TOKEN = "ether", "token"


def build_seeds(
    history: History, start_block: int | None, parameters: RewardParameters
) -> dict[Address, int]:
    """Return the seed of each account that has one, in wei.

    Args:
        history: Up to the end of the period.
        start_block: Where the period starts; None for the first, see `lowest_stakes`.
        parameters: Factors and how long a fee counts.
    """
    seeds: defaultdict[Address, int] = defaultdict(int)
    for account, stake in lowest_stakes(history, start_block).items():
        seeds[account] += stake
    factors = {ETHER: parameters.ether_factor, TOKEN: parameters.token_factor}
    for (account, currency), fees in sum_fees(history, parameters.fee_days).items():
        seeds[account] += factors[currency] * fees // MILLION
    return {account: seed for account, seed in seeds.items() if seed}


def lowest_stakes(history: History, start_block: int | None) -> dict[Address, int]:
    """Return the lowest stake of each account at any moment of the period.

    A stake that is only there while a snapshot is cut counts for nothing. Before the first reward root
    there is no period to measure: then it is the lowest stake since the account's first.

    Args:
        history: Up to the end of the period.
        start_block: The period is the time after this block; None for the first one.
    """
    changes = sorted(history.stakes, key=lambda change: (change.account, change.block, change.order))
    return {
        account: _lowest(list(rows), start_block)
        for account, rows in groupby(changes, key=lambda change: change.account)
    }


def _lowest(changes: list[StakeChange], start_block: int | None) -> int:
    if start_block is None:
        return min(change.amount_wei for change in changes)
    before = [change.amount_wei for change in changes if change.block <= start_block]
    during = [change.amount_wei for change in changes if change.block > start_block]
    return min([before[-1] if before else 0, *during])


def sum_fees(history: History, fee_days: int) -> dict[tuple[Address, str], int]:
    """Return the fees on primary purchases of the last days, by payer and currency, in wei.

    A fee in neither ether nor TuneToken is no seed: nothing says what it is worth.
    """
    since = history.at - fee_days * DAY_MICROSECONDS
    fees: defaultdict[tuple[Address, str], int] = defaultdict(int)
    for purchase in history.purchases:
        in_time = since < purchase.at <= history.at
        if purchase.primary and in_time and purchase.currency in (ETHER, TOKEN):
            fees[purchase.payer, purchase.currency] += purchase.fee_wei
    return dict(fees)
