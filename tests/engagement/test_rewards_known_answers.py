"""Answers worked out by hand, one idea of the rule a test."""

from dataclasses import replace

import pytest

from engagement.errors import LedgerMismatch, NegativeBudget, SnapshotsOutOfOrder
from engagement.history import StakeChange, Vote
from engagement.parameters import MILLION, RewardParameters
from engagement.points import build_activities, count_points
from engagement.rewards import compute_rewards
from engagement.seeds import DAY_MICROSECONDS, build_seeds, lowest_stakes
from engagement.split import Share, split_budget
from engagement.trust import build_trust
from tests.engagement.histories import (
    END_AT,
    account,
    artist,
    bought,
    controls,
    follow,
    follow_artist,
    heard,
    history,
    stake,
)
from tunefi.ids import Hash32

RULE = RewardParameters(ether_factor=2 * MILLION, token_factor=MILLION // 2)


def test_a_seed_is_stake_and_weighed_fees() -> None:
    past = history(stakes=[stake(1, 100)], purchases=[bought(1, 9, 7), bought(1, 9, 5, currency="token")])
    assert build_seeds(past, None, RULE) == {account(1): 100 + 2 * 7 + 5 // 2}


def test_fees_of_several_purchases_are_summed_before_they_are_floored() -> None:
    past = history(purchases=[bought(1, 9, 1, currency="token"), bought(1, 9, 1, currency="token")])
    assert build_seeds(past, None, RULE) == {account(1): 1}


def test_a_fee_counts_for_ninety_days_and_not_a_microsecond_longer() -> None:
    edge = END_AT - 90 * DAY_MICROSECONDS
    past = history(purchases=[bought(1, 9, 7, at=edge), bought(2, 9, 7, at=edge + 1)])
    assert build_seeds(past, None, RULE) == {account(2): 14}


def test_a_secondary_sale_is_no_seed() -> None:
    past = history(purchases=[bought(1, 9, 7)._replace(primary=False)])
    assert build_seeds(past, None, RULE) == {}


def test_a_fee_in_a_currency_of_unknown_worth_counts_for_nothing() -> None:
    past = history(purchases=[bought(1, 9, 10**30, currency="shells")])
    assert build_seeds(past, None, RULE) == {}
    assert build_activities(past, None, RULE) == {}


def test_the_lowest_stake_of_the_period_counts() -> None:
    past = history(stakes=[stake(1, 50, 10), stake(1, 20, 120), stake(1, 90, 130), stake(2, 70, 110)])
    assert lowest_stakes(past, 100) == {account(1): 20, account(2): 0}
    assert lowest_stakes(past, 125) == {account(1): 20, account(2): 70}


def test_changes_of_one_block_are_taken_in_their_order() -> None:
    rows = [StakeChange(account(1), 30, 10, 12), StakeChange(account(1), 5, 10, 3)]
    assert lowest_stakes(history(stakes=rows), 50) == {account(1): 30}


def test_trust_is_handed_on_for_two_hops() -> None:
    past = history(follows=[follow(1, 2), follow(1, 3), follow(2, 4), follow(4, 5)])
    assert build_trust({account(1): 5}, past) == {
        account(1): 10**12,
        account(2): 5 * 10**11 // 5,
        account(3): 5 * 10**11 // 5,
        account(4): 5 * 10**11 // 25,
    }


def test_each_edge_is_floored_and_then_the_quotient() -> None:
    past = history(
        follows=[follow(1, 9), follow(1, 8), follow(1, 7), follow(2, 9), follow(2, 8), follow(2, 7)]
    )
    third = 10**12 // 3
    trust = build_trust({account(1): 1, account(2): 1, account(3): 1}, past)
    assert trust[account(9)] == 2 * (third // 3) // 5


def test_a_pair_counts_once_and_nobody_points_at_itself() -> None:
    past = history(
        follows=[follow(1, 2), follow(1, 2), follow_artist(1, 5), follow(1, 1)],
        purchases=[bought(1, 2, 0), bought(1, 1, 0)],
        controls=[controls(2, 5)],
    )
    assert build_trust({account(1): 1}, past) == {account(1): 10**12, account(2): 10**12 // 5}


def test_a_follow_of_an_artist_nobody_controls_points_nowhere() -> None:
    assert build_trust({account(1): 1}, history(follows=[follow_artist(1, 5)])) == {account(1): 10**12}


def test_points_are_the_root_of_listening_and_rise_by_a_tenth() -> None:
    assert count_points(0, bought=True, voted=True) == 0
    assert count_points(100, bought=False, voted=False) == 10_000
    assert count_points(100, bought=True, voted=False) == 11_000
    assert count_points(100, bought=True, voted=True) == 12_000
    assert count_points(2, bought=True, voted=False) == 1_414 * 11 // 10


def test_four_hours_a_day_count() -> None:
    past = history(listening=[heard(1, 1, 14_000, 5), heard(1, 2, 14_000, 5), heard(1, 1, 60, 6)])
    assert build_activities(past, None, RULE)[account(1)].seconds == 14_400 + 60


def test_only_what_is_new_since_the_previous_snapshot_counts() -> None:
    before = history(block=10, at=10, listening=[heard(1, 1, 100, 5), heard(2, 1, 900, 5)])
    now = history(listening=[heard(1, 1, 100, 5), heard(1, 2, 30, 5), heard(2, 1, 50, 5)])
    activities = build_activities(now, before, RULE)
    assert activities[account(1)].seconds == 30
    assert activities[account(1)].artist_seconds == {artist(2): 30}
    assert activities[account(2)].seconds == 0


def test_a_vote_and_a_purchase_of_an_earlier_period_do_not_count() -> None:
    before = history(block=10, at=50)
    votes = [Vote(account(1), 50), Vote(account(2), 51)]
    purchases = [bought(1, 9, 10**14, at=50), bought(2, 9, 10**14, at=51), bought(3, 9, 10**13, at=51)]
    activities = build_activities(history(votes=votes, purchases=purchases), before, RULE)
    assert set(activities) == {account(2)}
    assert activities[account(2)].bought
    assert activities[account(2)].voted


def test_a_budget_is_split_by_weight_and_by_each_fans_own_listening() -> None:
    shares = {
        account(1): Share(3, {artist(1): 30, artist(2): 10}),
        account(2): Share(1, {artist(2): 5}),
    }
    split = split_budget(1_001, shares, {artist(1): account(8), artist(2): account(9)}, MILLION // 2)
    assert split.fans == {account(1): 375, account(2): 125}
    assert split.artists == {
        (account(8), artist(1)): 501 * 3 * 30 // (4 * 40),
        (account(9), artist(2)): 501 * 3 * 10 // (4 * 40) + 501 // 4,
    }
    assert split.carried_wei == 1_001 - 500 - 281 - 93 - 125


def test_what_an_artist_without_an_account_would_get_is_carried() -> None:
    split = split_budget(1_000, {account(1): Share(1, {artist(1): 1})}, {}, MILLION // 2)
    assert (split.fans, split.artists, split.carried_wei) == ({account(1): 500}, {}, 500)


def test_without_weight_the_whole_budget_is_carried() -> None:
    ledger = compute_rewards(history(listening=[heard(1, 1, 60)]), None, None, 10**18, RULE)
    assert ledger.carried_forward_wei == 10**18
    assert ledger.cumulative == {}


def test_two_epochs_by_hand() -> None:
    first = history(
        block=500,
        at=END_AT // 2,
        digest=1,
        stakes=[stake(1, 300), stake(2, 100)],
        listening=[heard(1, 1, 100, 4), heard(2, 1, 100, 4)],
        controls=[controls(9, 1)],
    )
    ledger = compute_rewards(first, None, None, 8_000, RULE)
    assert ledger.cumulative == {account(1): 3_000, account(2): 1_000, account(9): 4_000}
    second = replace(
        first,
        block=900,
        at=END_AT,
        digest=Hash32(bytes([2]) * 32),
        stakes=(*first.stakes, stake(2, 0, 700)),
        listening=(*first.listening, heard(1, 1, 400, 5), heard(2, 1, 400, 5)),
    )
    after = compute_rewards(second, first, ledger, 1_000, RULE)
    assert after.cumulative == {account(1): 3_500, account(2): 1_000, account(9): 4_500}
    row = after.by_account[account(1)]
    assert (row.seed_wei, row.trust_ppt, row.seconds, row.points) == (300, 10**12, 400, 20_000)
    explanation = after.explain(account(9))
    assert explanation is not None
    assert [(earning.artist_id, earning.wei) for earning in explanation.artists] == [(artist(1), 500)]
    assert after.explain(account(77)) is None


def test_inputs_that_do_not_belong_together_are_refused() -> None:
    early, late = history(block=5, at=5), history(digest=2)
    ledger = compute_rewards(early, None, None, 10, RULE)
    with pytest.raises(SnapshotsOutOfOrder):
        compute_rewards(early, late, compute_rewards(late, None, None, 0, RULE), 0, RULE)
    with pytest.raises(LedgerMismatch):
        compute_rewards(late, early, None, 0, RULE)
    with pytest.raises(LedgerMismatch):
        compute_rewards(late, None, ledger, 0, RULE)
    with pytest.raises(NegativeBudget):
        compute_rewards(late, early, ledger, -1, RULE)
