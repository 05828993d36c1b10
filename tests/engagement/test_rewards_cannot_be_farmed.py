"""Attacks on the rule: what each costs and what it brings."""

from engagement.history import Follow
from engagement.parameters import MILLION, RewardParameters
from engagement.rewards import compute_rewards
from engagement.trust import UNIT
from tests.engagement.histories import (
    account,
    bought,
    controls,
    follow,
    follow_artist,
    heard,
    history,
    stake,
)
from tests.engagement.snapshot_rows import tables_of

RULE = RewardParameters(ether_factor=MILLION, token_factor=MILLION)
BUDGET = 10**24
HONEST = [stake(number, 10**21) for number in range(1, 9)]
PLAYS = [heard(number, number % 3, 7_200) for number in range(1, 9)]


def test_buying_from_oneself_brings_the_seed_of_the_fee_alone() -> None:
    price, fee = 10**21, 10**19
    ledger = compute_rewards(
        history(stakes=HONEST, listening=[*PLAYS, heard(50, 9, 7_200)], purchases=[bought(50, 50, fee)]),
        None,
        None,
        BUDGET,
        RULE,
    )
    row = ledger.by_account[account(50)]
    assert row.seed_wei == fee
    assert row.seed_wei < price
    assert row.trust_ppt == UNIT * fee // (8 * 10**21 + fee)


def test_a_ring_of_bought_artists_stays_below_the_bound() -> None:
    ring = list(range(50, 60))
    attack = history(
        stakes=[*HONEST, stake(50, 10**21)],
        follows=[follow(a, b) for a in ring for b in ring if a != b],
        listening=[*PLAYS, *(heard(number, 9, 14_400) for number in ring)],
        controls=[controls(50, 9)],
    )
    ledger = compute_rewards(attack, None, None, BUDGET, RULE)
    in_ring = sum(ledger.by_account[account(number)].trust_ppt for number in ring)
    assert in_ring <= UNIT * 124 // (100 * 9) + 2 * len(ring)


def test_an_airdrop_points_at_nobody() -> None:
    airdrop = {"HOLDS": [{"source": account(number), "target": "track:1"} for number in range(1, 9)]}
    past = tables_of(history(stakes=HONEST, listening=[*PLAYS, heard(50, 9, 7_200)]), airdrop)
    ledger = compute_rewards(past, None, None, BUDGET, RULE)
    assert ledger.by_account[account(50)].earned_wei == 0


def test_a_follow_that_was_imported_and_not_signed_points_at_nobody() -> None:
    imported = {
        "FOLLOWS": [{"source": account(1), "target_label": "Account", "target": account(50), "signed": False}]
    }
    past = tables_of(history(stakes=HONEST, listening=[*PLAYS, heard(50, 9, 7_200)]), imported)
    assert past.follows == ()
    assert compute_rewards(past, None, None, BUDGET, RULE).by_account[account(50)].earned_wei == 0


def test_a_bot_that_plays_day_and_night_moves_no_more_than_its_weight() -> None:
    calm = history(stakes=HONEST, listening=PLAYS, controls=[controls(90, 9)])
    bot = history(
        stakes=HONEST,
        listening=[*PLAYS[1:], *(heard(1, 9, 86_400, day) for day in range(80, 90))],
        controls=[controls(90, 9)],
    )
    ledger = compute_rewards(bot, None, None, BUDGET, RULE)
    row, total = ledger.by_account[account(1)], ledger.total_weight
    assert row.seconds == 10 * 14_400
    assert ledger.by_account[account(90)].artist_wei <= (BUDGET // 2) * row.weight // total
    assert compute_rewards(calm, None, None, BUDGET, RULE).by_account[account(1)].seconds == 7_200


def test_thousands_of_empty_accounts_change_nothing() -> None:
    honest = compute_rewards(history(stakes=HONEST, listening=PLAYS), None, None, BUDGET, RULE)
    bots = range(1_000, 3_000)
    swarm: list[Follow] = [follow(bot, 1_000) for bot in bots] + [follow_artist(bot, 9) for bot in bots]
    attacked = compute_rewards(
        history(
            stakes=HONEST,
            listening=[*PLAYS, *(heard(bot, 9, 14_400) for bot in bots)],
            follows=swarm,
            controls=[controls(1_000, 9)],
        ),
        None,
        None,
        BUDGET,
        RULE,
    )
    assert attacked.cumulative == honest.cumulative


def test_a_stake_that_is_there_only_at_the_cut_is_no_seed() -> None:
    before = history(block=500, at=5, digest=2, stakes=HONEST)
    now = history(stakes=[*HONEST, stake(50, 10**24, 999)], listening=[*PLAYS, heard(50, 9, 14_400)])
    ledger = compute_rewards(now, before, compute_rewards(before, None, None, 0, RULE), BUDGET, RULE)
    assert ledger.by_account[account(50)].earned_wei == 0
