"""Proposals, votes and delegations in the graph are those of Governance, the token and the stakes."""

import pytest

from cli.demo.proposal import Proposal
from tests.ingest.conftest import ReadRows, Rows
from tests.kit.chain_scenes import Stage
from tests.kit.history_scenes import Parliament
from tunefi.chain.blocks import fetch_block
from tunefi.ids import ZERO_ADDRESS

pytestmark = pytest.mark.evm

AGAINST, FOR, ABSTAIN = 0, 1, 2
STAKE_WEI = 10**18


@pytest.fixture
async def parliament(stage: Stage) -> Parliament:
    found = Parliament(stage)
    await found.open()
    return found


def _another_bond(parliament: Parliament, description: str = "A larger bond") -> Proposal:
    return parliament.proposal(description, "RecommendationGraph", "setMinBond", 2 * 10**18)


async def test_a_proposal_goes_from_open_to_executed(parliament: Parliament, follow: ReadRows) -> None:
    stage, proposal = parliament.stage, _another_bond(parliament)
    number = await parliament.propose(proposal)
    governance = stage.deployment.contract("Governance")
    start = await governance.read(stage.rpc, "proposalSnapshot", number)
    end = await governance.read(stage.rpc, "proposalDeadline", number)
    (row,) = (await follow())["Proposal"]
    assert row == {
        "proposal_id": f"31337:{governance.address}:{number}",
        "state": "open",
        "proposer": stage.signers[0].address,
        "description": "A larger bond",
        "vote_start_at": start * 1_000_000,
        "vote_end_at": end * 1_000_000,
        "executable_at": None,
        "executed_at": None,
    }
    await stage.send(0, "Governance", "castVote", number, FOR)
    await parliament.queue(proposal)
    (row,) = (await follow())["Proposal"]
    eta = await governance.read(stage.rpc, "proposalEta", number)
    assert (row["state"], row["executable_at"]) == ("queued", eta * 1_000_000)
    await stage.pass_time(3)
    await stage.send(0, "Governance", "execute", *proposal.hashed)
    (row,) = (await follow())["Proposal"]
    head = await fetch_block(stage.rpc, "latest")
    assert (row["state"], row["executed_at"]) == ("executed", head.timestamp_at)
    graph = stage.deployment.contract("RecommendationGraph")
    assert await graph.read(stage.rpc, "minBond") == 2 * 10**18


async def test_each_account_has_one_vote_with_its_weight(parliament: Parliament, follow: ReadRows) -> None:
    stage = parliament.stage
    number = await parliament.propose(_another_bond(parliament))
    await stage.send(0, "Governance", "castVote", number, AGAINST)
    await stage.send(8, "Governance", "castVoteWithReasonAndParams", number, ABSTAIN, "unsure", b"\x01")
    rows = await follow()
    votes = {row["source"]: (row["support"], int(row["weight"])) for row in rows["VOTED"]}
    token = stage.deployment.contract("TuneToken")
    admin = stage.signers[0].address
    whole = await token.read(stage.rpc, "balanceOf", admin)
    assert votes == {admin: (AGAINST, whole), stage.signers[8].address: (ABSTAIN, STAKE_WEI)}
    assert {row["target"] for row in rows["VOTED"]} == {rows["Proposal"][0]["proposal_id"]}


async def test_a_quorum_that_is_reached_late_moves_the_end(parliament: Parliament, follow: ReadRows) -> None:
    stage = parliament.stage
    number = await parliament.propose(_another_bond(parliament))
    (before,) = (await follow())["Proposal"]
    end = before["vote_end_at"] // 1_000_000
    await stage.rpc.call("evm_setNextBlockTimestamp", end)
    await stage.send(0, "Governance", "castVote", number, FOR)
    (after,) = (await follow())["Proposal"]
    assert after["vote_end_at"] == (end + 1) * 1_000_000


async def test_a_proposal_that_is_taken_back_is_cancelled(parliament: Parliament, follow: ReadRows) -> None:
    stage, kept, taken = parliament.stage, _another_bond(parliament), _another_bond(parliament, "Never mind")
    await parliament.propose(kept)
    await stage.send(0, "Governance", "propose", *taken.arguments, taken.description)
    await stage.send(0, "Governance", "cancel", *taken.hashed)
    states = {row["description"]: row["state"] for row in (await follow())["Proposal"]}
    assert states == {"A larger bond": "open", "Never mind": "cancelled"}


async def test_token_and_stake_have_a_delegate_each(parliament: Parliament, follow: ReadRows) -> None:
    stage = parliament.stage
    admin, fan, other = (stage.signers[number].address for number in (0, 8, 9))
    assert _delegations(await follow()) == {(admin, admin, "token"), (fan, fan, "stake")}
    await stage.send(8, "TuneToken", "delegate", other)
    await stage.send(8, "StakingContract", "delegate", other)
    assert _delegations(await follow()) == {
        (admin, admin, "token"),
        (fan, other, "token"),
        (fan, other, "stake"),
    }
    await stage.send(8, "StakingContract", "delegate", ZERO_ADDRESS)
    assert _delegations(await follow()) == {(admin, admin, "token"), (fan, other, "token")}


def _delegations(rows: Rows) -> set[tuple[str, str, str]]:
    return {(row["source"], row["target"], row["votes"]) for row in rows["DELEGATES_TO"]}
