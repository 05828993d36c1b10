"""The rewards of one epoch: seeds, trust, points and split put together.

Owns the order of the steps. Refuses to know where the budget comes from; the keeper reads it from the chain.
"""

from engagement.errors import LedgerMismatch, NegativeBudget, SnapshotsOutOfOrder
from engagement.history import History
from engagement.ledger import ArtistEarning, LedgerRow, RewardLedger
from engagement.parameters import RewardParameters
from engagement.points import Activity, build_activities
from engagement.seeds import build_seeds
from engagement.split import Share, Split, split_budget
from engagement.trust import build_trust
from tunefi.ids import Address, Hash32, hex_of

_NOTHING = Activity(0, bought=False, voted=False, artist_seconds={})


def compute_rewards(
    history: History,
    previous: History | None,
    previous_ledger: RewardLedger | None,
    budget_wei: int,
    parameters: RewardParameters,
) -> RewardLedger:
    """Return what every account earned in the period, and in all.

    Args:
        history: The snapshot of this epoch.
        previous: The snapshot of the newest root in force; None when there is none yet.
        previous_ledger: The ledger of that root; None when there is none yet.
        budget_wei: All that was funded up to this epoch, less the total of the previous root.
        parameters: Of the rule.

    Returns:
        Rows by address, ascending; accounts that never earned anything and did nothing are not listed.

    Raises:
        SnapshotsOutOfOrder: The previous snapshot is not earlier.
        LedgerMismatch: The previous ledger was made from another snapshot.
        NegativeBudget: The budget is below zero.
    """
    _check_inputs(history, previous, previous_ledger, budget_wei)
    seeds = build_seeds(history, previous.block if previous else None, parameters)
    trust = build_trust(seeds, history)
    activities = build_activities(history, previous, parameters)
    shares = {
        account: Share(activity.points * trust.get(account, 0), activity.artist_seconds)
        for account, activity in activities.items()
    }
    split = split_budget(budget_wei, shares, history.controllers, parameters.fan_share)
    return RewardLedger(
        snapshot_digest=history.digest,
        previous_snapshot_digest=previous.digest if previous else Hash32(bytes(32)),
        budget_wei=budget_wei,
        parameters=parameters,
        rows=_build_rows(seeds, trust, activities, split, previous_ledger),
        artist_earnings=tuple(
            ArtistEarning(account, artist_id, wei) for (account, artist_id), wei in split.artists.items()
        ),
    )


def _build_rows(
    seeds: dict[Address, int],
    trust: dict[Address, int],
    activities: dict[Address, Activity],
    split: Split,
    previous_ledger: RewardLedger | None,
) -> tuple[LedgerRow, ...]:
    before = previous_ledger.cumulative if previous_ledger else {}
    artists: dict[Address, int] = {}
    for (account, _), wei in split.artists.items():
        artists[account] = artists.get(account, 0) + wei
    rows = []
    for account in sorted({*seeds, *trust, *activities, *artists, *before}):
        activity = activities.get(account, _NOTHING)
        fan_wei, artist_wei = split.fans.get(account, 0), artists.get(account, 0)
        rows.append(
            LedgerRow(
                account=account,
                seed_wei=seeds.get(account, 0),
                trust_ppt=trust.get(account, 0),
                seconds=activity.seconds,
                bought=activity.bought,
                voted=activity.voted,
                points=activity.points,
                fan_wei=fan_wei,
                artist_wei=artist_wei,
                cumulative_wei=before.get(account, 0) + fan_wei + artist_wei,
            )
        )
    return tuple(row for row in rows if any(row[1:]))


def _check_inputs(
    history: History, previous: History | None, previous_ledger: RewardLedger | None, budget_wei: int
) -> None:
    if budget_wei < 0:
        raise NegativeBudget(budget_wei)
    if previous is not None and previous.block >= history.block:
        raise SnapshotsOutOfOrder(previous.block, history.block)
    expected = hex_of(previous.digest) if previous else "none"
    found = hex_of(previous_ledger.snapshot_digest) if previous_ledger else "none"
    if expected != found:
        raise LedgerMismatch(expected, found)
