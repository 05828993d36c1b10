"""Epochs, challenges, demands and slashes in the graph are those of RecommendationGraph."""

from typing import Any

import pytest

from commitments.evidence import find_equivocation, find_evidence
from commitments.graph_calls import (
    GraphCall,
    build_absence_answer,
    build_expiry,
    build_listener_answer,
    build_listener_demand,
    build_track_answer,
    build_track_demand,
)
from tests.ingest.conftest import ReadRows, Rows
from tests.kit.chain_scenes import Stage
from tests.kit.court import CHALLENGER, Court, Plea, Size, bond_all
from tests.kit.falsehoods import FALSEHOODS
from tunefi.chain.blocks import fetch_block
from tunefi.chain.sender import Receipt
from tunefi.ids import Address

pytestmark = pytest.mark.evm

BOND_WEI = 10**18 + 1
"""Odd, so that halves must be told as the contract rounds them."""
SMALL = Size(tracks=120, listeners=8, list_length=6, excluded=4)


@pytest.fixture
async def court(stage: Stage) -> Court:
    await bond_all(stage, BOND_WEI)
    return Court(stage)


async def test_an_epoch_has_what_was_signed_and_its_signers(court: Court, follow: ReadRows) -> None:
    plea = await court.plea(SMALL)
    await court.commit(plea)
    rows = await follow()
    (epoch,) = rows["Epoch"]
    committed, head = plea.known.commitment, await fetch_block(court.stage.rpc, "latest")
    assert epoch["epoch_id"] == _name(court, 1)
    assert (epoch["track_root"], epoch["listener_root"]) == (
        f"0x{committed.track_root.hex()}",
        f"0x{committed.listener_root.hex()}",
    )
    assert (epoch["snapshot_digest"], epoch["model_digest"]) == (
        f"0x{committed.snapshot_digest.hex()}",
        f"0x{committed.model_digest.hex()}",
    )
    assert (epoch["bundle_cid"], epoch["invalid"]) == (committed.bundle_cid, False)
    assert epoch["committed_at"] == head.timestamp_at
    assert epoch["final_at"] == head.timestamp_at + 60_000_000
    assert {row["source"] for row in rows["COMMITTED"]} == set(plea.known.signers)


@pytest.mark.parametrize(
    ("falsehood", "kind"),
    [
        ("a raised score", "score"),
        ("two tracks swapped", "order"),
        ("a better track left out", "omission"),
        ("a listener's vector all zero", "malformed"),
        ("two tracks' identities swapped", "rows"),
    ],
)
async def test_a_false_epoch_is_invalid_and_the_challenge_says_what_it_cost_whom(
    court: Court, follow: ReadRows, falsehood: str, kind: str
) -> None:
    plea = FALSEHOODS[falsehood].falsify(await court.plea(SMALL))
    await court.commit(plea)
    call = find_evidence(plea.known, plea.openings)[0].call
    receipt = await court.send(call)
    rows = await follow()
    (epoch,) = rows["Epoch"]
    assert (epoch["invalid"], epoch["invalid_cause"]) == (True, kind)
    (challenge,) = rows["Challenge"]
    assert challenge == {
        "challenge_id": _name(court, 1),
        "kind": kind,
        "state": "won",
        **_paid(court, receipt),
        "at": (await fetch_block(court.stage.rpc, "latest")).timestamp_at,
    }
    challenger = court.stage.signers[CHALLENGER].address
    assert _ends(rows, "CHALLENGED") == {(challenger, _name(court, 1)), (_name(court, 1), epoch["epoch_id"])}
    assert _losses(rows) == dict.fromkeys(plea.known.signers, BOND_WEI)
    kept = max(rows["KeeperSet"], key=lambda row: row["version"])["keeper_set_id"]
    assert [row["source"] for row in rows["KEEPS"] if row["target"] == kept] == []


async def test_a_veto_is_no_challenge_and_slashes_nobody(court: Court, follow: ReadRows) -> None:
    await court.commit(await court.plea(SMALL))
    await court.stage.send(4, "RecommendationGraph", "vetoEpoch", 1)
    rows = await follow()
    (epoch,) = rows["Epoch"]
    assert (epoch["invalid"], epoch["invalid_cause"]) == (True, "veto")
    assert "Challenge" not in rows
    assert "SLASHED" not in rows


async def test_one_key_under_two_commitments_is_a_challenge_of_that_keeper(
    court: Court, follow: ReadRows
) -> None:
    plea = await court.plea(SMALL)
    posted = await court.commit(plea)
    other = court.sign(plea.with_commitment(bundle_cid="bafyother").known.commitment)
    receipt = await court.send(next(iter(find_equivocation(posted, other))))
    (event,) = (one for one in court.events(receipt) if one.name == "KeeperEquivocated")
    rows = await follow()
    (challenge,) = rows["Challenge"]
    keeper = event.arguments["keeper"]
    assert challenge["challenge_id"] == f"{_name(court, 1)}:{keeper}"
    assert (challenge["kind"], challenge["state"]) == ("equivocation", "won")
    assert {name: challenge[name] for name in _paid(court, receipt)} == _paid(court, receipt)
    assert _losses(rows) == {keeper: BOND_WEI}
    assert [row["invalid"] for row in rows["Epoch"]] == [False]


async def test_demands_are_open_until_they_are_answered(court: Court, follow: ReadRows) -> None:
    """A track, the list of a listener who has one, and that of somebody who has none."""
    plea = _with_listener(await court.plea(SMALL), court.stage.signers[8].address)
    await court.commit(plea)
    track = await _demand(court, build_track_demand(*plea.committed, 17), CHALLENGER)
    absent = await _demand(court, build_listener_demand(*plea.committed), CHALLENGER)
    there = await _demand(court, build_listener_demand(*plea.committed), 8)
    assert _states(await follow()) == {track: "open", absent: "open", there: "open"}
    await court.send(build_track_answer(plea.known, 17), signer=1)
    assert _states(await follow()) == {track: "answered", absent: "open", there: "open"}
    opening = next(one for one in plea.openings if one.address == court.stage.signers[8].address)
    await court.send(build_absence_answer(plea.known, court.stage.signers[CHALLENGER].address), signer=1)
    await court.send(build_listener_answer(plea.known, opening), signer=1)
    rows = await follow()
    assert _states(rows) == {track: "answered", absent: "answered", there: "answered"}
    assert {row["kind"] for row in rows["Challenge"]} == {"demand"}
    challengers = {row["source"] for row in rows["CHALLENGED"] if row["target"] == there}
    assert challengers == {court.stage.signers[8].address}
    (epoch,) = rows["Epoch"]
    final_at = await court.graph.read(court.stage.rpc, "finalAt", 1)
    assert (epoch["invalid"], epoch["final_at"]) == (False, final_at * 1_000_000)


async def test_a_demand_without_an_answer_makes_the_epoch_invalid(court: Court, follow: ReadRows) -> None:
    plea = await court.plea(SMALL)
    await court.commit(plea)
    demand = await _demand(court, build_track_demand(*plea.committed, 3), CHALLENGER)
    await court.stage.pass_time(61)
    demand_id = bytes.fromhex(demand.rpartition("0x")[2])
    receipt = await court.send(build_expiry(*plea.committed, demand_id), signer=9)
    rows = await follow()
    (epoch,) = rows["Epoch"]
    assert (epoch["invalid"], epoch["invalid_cause"]) == (True, "withheld")
    assert _states(rows) == {demand: "expired", _name(court, 1): "won"}
    lost = next(row for row in rows["Challenge"] if row["state"] == "won")
    assert lost["kind"] == "withheld"
    assert {name: lost[name] for name in _paid(court, receipt)} == _paid(court, receipt)
    assert sum(_losses(rows).values()) == int(lost["bounty_wei"]) + int(lost["burned_wei"])


def _with_listener(plea: Plea, address: Address) -> Plea:
    """Give a list to another listener: the one whose place among the addresses it has."""
    row = min(sum(one.address < address for one in plea.openings), len(plea.openings) - 1)
    return plea.with_opening(row, address=address)


async def _demand(court: Court, call: GraphCall, signer: int) -> str:
    """Send a demand and return its id in the graph."""
    name = "trackDeposit" if call.function == "demandTrack" else "listenerDeposit"
    deposit = await court.graph.read(court.stage.rpc, name)
    receipt = await court.send(call, signer=signer, value_wei=2 * deposit)
    (event,) = (one for one in court.events(receipt) if one.name.endswith("Demanded"))
    return _name(court, f"0x{bytes(event.arguments['demandId']).hex()}")


def _paid(court: Court, receipt: Receipt) -> dict[str, Any]:
    """Return what the staking contract says that it paid and burned, as a challenge has it."""
    paid = [one.arguments for one in court.events(receipt) if one.name == "BountyPaid"]
    lost = sum(one.arguments["amount"] for one in court.events(receipt) if one.name == "Slashed")
    bounty = sum(one["amount"] for one in paid)
    return {
        "bounty_to": paid[0]["to"] if bounty else None,
        "bounty_wei": str(bounty),
        "burned_wei": str(lost - bounty),
    }


def _name(court: Court, number: object) -> str:
    return f"31337:{court.graph.address}:{number}"


def _states(rows: Rows) -> dict[str, str]:
    return {row["challenge_id"]: row["state"] for row in rows["Challenge"]}


def _losses(rows: Rows) -> dict[str, int]:
    return {row["source"]: int(row["amount_wei"]) for row in rows["SLASHED"]}


def _ends(rows: Rows, type_: str) -> set[tuple[str, str]]:
    return {(row["source"], row["target"]) for row in rows[type_]}
