"""False epochs lose their keepers' bonds by the challenge that fits, and by no other.

On a real EVM, with evidence from the builder that anyone has. Each way in which the design says that an
epoch can be false is one of `tests.kit.falsehoods`.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from commitments.disclosed import ListenerLeaf, TrackOpening
from commitments.evidence import find_equivocation, find_evidence
from commitments.graph_calls import (
    GraphCall,
    build_absence_answer,
    build_expiry,
    build_listener_answer,
    build_listener_demand,
    build_listener_rows_challenge,
    build_malformed_listener_challenge,
    build_malformed_track_challenge,
    build_omission_challenge,
    build_order_challenge,
    build_score_challenge,
    build_track_answer,
    build_track_demand,
    build_track_rows_challenge,
)
from commitments.opening import Opening, unpack_rows
from tests.kit.anvil import mine
from tests.kit.court import CHALLENGER, Court, Plea
from tests.kit.falsehoods import FALSEHOODS, LISTENER
from tunefi.chain.sender import Receipt

pytestmark = pytest.mark.evm

INVALID = 3
BOND_WEI = 10**18
LIST_CHALLENGES = ("challengeScore", "challengeOrder", "challengeOmission", "challengeMalformedListener")


@pytest.mark.parametrize("name", FALSEHOODS)
async def test_a_false_epoch_is_lost_by_the_challenges_that_fit_and_by_no_other(
    court: Court, name: str
) -> None:
    falsehood = FALSEHOODS[name]
    true = await court.plea()
    false = falsehood.falsify(true)
    await court.commit(false)
    calls = list(_everything_near(true, false))
    verdicts = court.answers([court.encode(call) for call in calls])
    accepted = [call for call, verdict in zip(calls, verdicts, strict=True) if verdict == "accepted"]
    assert {call.function for call in accepted} == falsehood.proven_by
    found = [evidence.call for evidence in find_evidence(false.known, false.openings)]
    assert {call.function for call in found} <= falsehood.proven_by
    assert bool(found) == (false.known.opens_tracks and false.known.opens_listeners)
    await _win(court, false, (found or accepted)[0])


async def test_one_key_under_two_commitments_loses_its_bond_and_no_other(court: Court) -> None:
    plea = await court.plea()
    posted = await court.commit(plea)
    other = court.sign(plea.with_commitment(bundle_cid="bafyother").known.commitment)
    calls = list(find_equivocation(posted, other))
    assert len(calls) == 3
    receipt = await court.send(calls[0])
    (event,) = (one for one in court.events(receipt) if one.name == "KeeperEquivocated")
    bonds = {signer: await _bond(court, signer) for signer in posted.signers}
    assert bonds == {
        signer: 0 if signer == event.arguments["keeper"] else BOND_WEI for signer in posted.signers
    }
    assert await court.state() == 1
    assert list(court.answers([court.encode(calls[0])])) == ["NothingToSlash"]


async def test_commitments_that_do_not_exclude_each_other_are_no_equivocation(court: Court) -> None:
    plea = await court.plea()
    posted = court.sign(plea.known.commitment)
    until = plea.known.commitment.valid_until
    later = court.sign(plea.with_commitment(valid_from=until + 1, valid_until=until + 9).known.commitment)
    next_epoch = court.sign(plea.with_commitment(epoch=2).known.commitment)
    for other in (posted, later, next_epoch):
        assert not list(find_equivocation(posted, other))


async def test_a_withheld_track_costs_the_signers_their_bond(court: Court) -> None:
    plea = await court.plea()
    await court.commit(plea)
    deposit = await court.graph.read(court.stage.rpc, "trackDeposit")
    receipt = await court.send(build_track_demand(*plea.committed, 17), value_wei=2 * deposit)
    await _expire(court, plea, receipt)


async def test_a_withheld_list_costs_the_signers_their_bond(court: Court) -> None:
    plea = await court.plea()
    await court.commit(plea)
    deposit = await court.graph.read(court.stage.rpc, "listenerDeposit")
    receipt = await court.send(build_listener_demand(*plea.committed), value_wei=2 * deposit)
    await _expire(court, plea, receipt)


async def test_demands_are_answered_by_track_list_and_absence(court: Court) -> None:
    plea = await court.plea()
    openings = list(plea.openings)
    mine_too = court.stage.signers[8].address
    row = sum(one.address < mine_too for one in openings)
    row = min(row, len(openings) - 1)
    openings[row] = replace(openings[row], address=mine_too)
    plea = plea.with_openings(openings)
    await court.commit(plea)
    graph, rpc = court.graph, court.stage.rpc
    deposit = 2 * await graph.read(rpc, "listenerDeposit")
    await court.send(build_track_demand(*plea.committed, 17), value_wei=deposit)
    await court.send(build_listener_demand(*plea.committed), value_wei=deposit)
    await court.send(build_listener_demand(*plea.committed), signer=8, value_wei=deposit)
    absent = court.stage.signers[CHALLENGER].address
    wrong = [build_track_answer(plea.known, 18), build_listener_answer(plea.known, plea.openings[0])]
    assert list(court.answers([court.encode(call) for call in wrong])) == ["DemandNotOpen", "DemandNotOpen"]
    for call in (
        build_track_answer(plea.known, 17),
        build_absence_answer(plea.known, absent),
        build_listener_answer(plea.known, next(one for one in plea.openings if one.address == mine_too)),
    ):
        await court.send(call, signer=1)
    assert await graph.read(rpc, "openDemands", 1) == 0
    assert await court.state() == 1


def _everything_near(true: Plea, false: Plea) -> Iterator[GraphCall]:
    """Yield each kind of challenge, about what was falsified and about much that was not."""
    known = false.known
    for row in (LISTENER, LISTENER + 20):
        yield from _about_list(false, false.openings[row])
    were = {_content(one) for one in true.tracks}
    changed = [i for i, one in enumerate(false.tracks) if _content(one) not in were]
    for i in {*changed, 0, 250, len(false.tracks) - 1}:
        leaf = false.tracks[i].leaf()
        yield build_malformed_track_challenge(known, false.tracks[i])
        yield build_track_rows_challenge(known, leaf, leaf)
        for near in {max(i - 1, 0), min(i + 1, len(false.tracks) - 1), min(false.tracks[i].row, 499)}:
            yield build_track_rows_challenge(known, false.tracks[near].leaf(), leaf)
    leaves = [ListenerLeaf(one.row, one.address, one.hash(), one.proof) for one in false.openings]
    for a, b in pairwise(leaves):
        yield build_listener_rows_challenge(known, a, b)
    for leaf in leaves:
        yield build_listener_rows_challenge(known, leaf, leaf)
        yield build_listener_rows_challenge(known, leaf, leaves[min(leaf.row, len(leaves) - 1)])


def _content(track: TrackOpening) -> tuple[int, str, bytes]:
    return track.row, track.track_id, track.vector


def _about_list(plea: Plea, opening: Opening) -> Iterator[GraphCall]:
    rows = unpack_rows(opening.rows).tolist()
    by_row: dict[int, list[TrackOpening]] = {}
    for track in plea.tracks:
        by_row.setdefault(track.row, []).append(track)
    yield build_malformed_listener_challenge(plea.known, opening)
    for position, row in enumerate(rows):
        yield build_order_challenge(plea.known, opening, position, position)
        yield build_order_challenge(plea.known, opening, position, min(position + 1, len(rows) - 1))
        for track in by_row.get(row, [plea.tracks[0]]):
            yield build_score_challenge(plea.known, opening, position, track)
    for track in plea.tracks:
        yield build_omission_challenge(plea.known, opening, track)


async def _win(court: Court, plea: Plea, call: GraphCall) -> None:
    receipt = await court.send(call)
    assert await court.state() == INVALID
    for signer in plea.known.signers:
        assert await _bond(court, signer) == 0
        assert not await court.graph.read(court.stage.rpc, "isKeeper", signer)
    (paid,) = (event for event in court.events(receipt) if event.name == "BountyPaid")
    winner = court.stage.signers[CHALLENGER].address
    if call.function in LIST_CHALLENGES:
        winner = call.arguments[2][1]
    assert paid.arguments == {"to": winner, "amount": 3 * BOND_WEI // 2, "burned": 3 * BOND_WEI // 2}


async def _expire(court: Court, plea: Plea, receipt: Receipt) -> None:
    (demanded,) = (event for event in court.events(receipt) if event.name.endswith("Demanded"))
    expiry = build_expiry(*plea.committed, demanded.arguments["demandId"])
    assert list(court.answers([court.encode(expiry)])) == ["AnswerStillPossible"]
    await court.stage.rpc.call("evm_increaseTime", 601)
    await mine(court.stage.rpc, 1)
    await court.send(expiry)
    assert await court.state() == INVALID
    for signer in plea.known.signers:
        assert await _bond(court, signer) == BOND_WEI // 2


async def _bond(court: Court, signer: str) -> int:
    staking = court.stage.deployment.contract("StakingContract")
    return int(await staking.read(court.stage.rpc, "bondOf", signer))
