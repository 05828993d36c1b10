"""The properties of section 6 of the design, over histories that hypothesis draws."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.history import Follow, History, Listening
from engagement.parameters import RewardParameters
from engagement.rewards import compute_rewards
from engagement.trust import UNIT, build_trust
from tests.engagement.histories import account, drawn_histories, follow, heard, history, stake
from tunefi.ids import Address, Hash32

RULE = RewardParameters()
BUDGETS = st.one_of(st.integers(0, 1_000), st.integers(0, 2**255))


@given(drawn_histories(), BUDGETS)
def test_what_is_earned_and_what_is_carried_sum_to_the_budget(past: History, budget: int) -> None:
    ledger = compute_rewards(past, None, None, budget, RULE)
    assert sum(row.fan_wei + row.artist_wei for row in ledger.rows) + ledger.carried_forward_wei == budget
    assert ledger.carried_forward_wei >= 0
    assert sum(ledger.cumulative.values()) == ledger.total_cumulative_wei == ledger.earned_wei
    assert sum(earning.wei for earning in ledger.artist_earnings) == sum(r.artist_wei for r in ledger.rows)


@given(drawn_histories(), drawn_histories(), BUDGETS, BUDGETS)
def test_cumulative_amounts_never_fall(early: History, late: History, first: int, second: int) -> None:
    early = replace(early, block=500, at=early.at // 2, digest=Hash32(late.digest[:31] + b"\0"))
    before = compute_rewards(early, None, None, first, RULE)
    after = compute_rewards(late, early, before, second, RULE)
    for address, wei in before.cumulative.items():
        assert after.cumulative[address] >= wei
    assert after.total_cumulative_wei == before.total_cumulative_wei + after.earned_wei


@given(drawn_histories(), BUDGETS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(past: History, budget: int, shuffler: random.Random) -> None:
    mixed = replace(past)
    for name in ("follows", "purchases", "votes", "listening", "controls"):
        rows = getattr(past, name)
        shuffled: dict[str, Any] = {name: tuple(shuffler.sample(rows, len(rows)))}
        mixed = replace(mixed, **shuffled)
    one, other = (compute_rewards(rows, None, None, budget, RULE) for rows in (past, mixed))
    assert one.digest == other.digest
    assert one.rows == other.rows


@given(drawn_histories())
def test_all_trust_is_at_most_the_seeds_and_two_hops(past: History) -> None:
    ledger = compute_rewards(past, None, None, 0, RULE)
    assert sum(row.trust_ppt for row in ledger.rows) <= UNIT * 124 // 100


@st.composite
def split_accounts(draw: st.DrawFn) -> tuple[History, dict[Address, int], dict[Address, int], int, History]:
    """An account 1 whole and without links, and the same split into parts that link as they like."""
    parts = draw(st.integers(2, 6))
    others = range(2, 8)
    outside = draw(st.lists(st.tuples(st.sampled_from(others), st.sampled_from(others)), max_size=12))
    followers = draw(st.sets(st.sampled_from(others)))
    part_numbers = [100 + part for part in range(parts)]
    inside = draw(
        st.lists(
            st.tuples(st.sampled_from(part_numbers), st.sampled_from([*part_numbers, *others])), max_size=20
        )
    )
    seeds = {account(number): draw(st.integers(0, 10**24)) for number in others}
    cuts = [draw(st.integers(0, 10**24)) for _ in part_numbers]
    base = [follow(source, target) for source, target in outside]
    whole = history(follows=[*base, *(follow(number, 1) for number in sorted(followers))])
    split = history(
        follows=[
            *base,
            *(follow(number, draw(st.sampled_from(part_numbers))) for number in sorted(followers)),
            *(follow(source, target) for source, target in inside),
        ]
    )
    split_seeds = {**seeds, **{account(n): cut for n, cut in zip(part_numbers, cuts, strict=True)}}
    return whole, {**seeds, account(1): sum(cuts)}, split_seeds, parts, split


@settings(max_examples=200)
@given(split_accounts())
def test_a_split_account_has_at_most_a_quarter_more_trust(
    case: tuple[History, dict[Address, int], dict[Address, int], int, History],
) -> None:
    whole, whole_seeds, split_seeds, parts, split = case
    alone = build_trust(whole_seeds, whole).get(account(1), 0)
    trust = build_trust(split_seeds, split)
    together = sum(trust.get(account(100 + part), 0) for part in range(parts))
    assert 100 * together <= 124 * alone + 100 * 2 * parts


@given(drawn_histories(), st.integers(2, 6), BUDGETS)
def test_a_ring_that_no_trusted_account_points_at_earns_nothing(
    past: History, size: int, budget: int
) -> None:
    ring = [200 + number for number in range(size)]
    edges: list[Follow] = [follow(a, b) for a in ring for b in [*ring, 1, 2]]
    plays: list[Listening] = [heard(number, 77, 14_400) for number in ring]
    attacked = replace(
        past,
        follows=(*past.follows, *edges),
        listening=(*past.listening, *plays),
        controls=(*past.controls, (account(200), plays[0].artist_id)),
    )
    ledger = compute_rewards(attacked, None, None, budget, RULE)
    assert all(ledger.by_account[account(number)].earned_wei == 0 for number in ring)
    honest = compute_rewards(past, None, None, budget, RULE)
    assert ledger.earned_wei == honest.earned_wei


@given(st.integers(1, 10**24), st.integers(2, 8), st.integers(60, 14_400))
def test_splitting_with_equal_listening_earns_no_more_than_the_bound(
    wei: int, parts: int, seconds: int
) -> None:
    rival = [stake(1, wei)], [heard(1, 1, seconds)]
    alone = history(stakes=[*rival[0], stake(2, wei)], listening=[*rival[1], heard(2, 1, seconds)])
    numbers = [100 + part for part in range(parts)]
    shares = [wei // parts + (part < wei % parts) for part in range(parts)]
    split = history(
        stakes=[*rival[0], *(stake(n, share) for n, share in zip(numbers, shares, strict=True))],
        listening=[*rival[1], *(heard(n, 1, seconds) for n in numbers)],
        follows=[follow(a, b) for a in numbers for b in numbers if a != b],
    )
    budget = 10**24
    whole = compute_rewards(alone, None, None, budget, RULE).by_account[account(2)].weight
    ledger = compute_rewards(split, None, None, budget, RULE)
    points = ledger.by_account[account(100)].points
    assert 100 * sum(ledger.by_account[account(n)].weight for n in numbers) <= 124 * whole + (
        100 * 2 * parts * points
    )
