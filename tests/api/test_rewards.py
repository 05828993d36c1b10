"""Rewards are those of the root in force, and their proof is paid on the chain."""

import pytest

from engagement.ledger import LedgerRow
from tests.api.conftest import PRIVATE, PUBLIC, STRANGER, World
from tunefi.chain.rpc import JsonRpc

pytestmark = pytest.mark.evm


def ledger_rows() -> tuple[LedgerRow, ...]:
    """Two fans who earned 3 and 5 thousand wei."""
    rows = [
        LedgerRow(who.address, 1, 10**12, 100, False, False, 10, wei, 0, wei)
        for who, wei in ((PUBLIC, 3000), (PRIVATE, 5000))
    ]
    return tuple(sorted(rows))


async def post_rewards(world: World) -> None:
    await world.epochs.fund(1, 10**6)
    await world.serve_epoch()
    await world.epochs.post_rewards(ledger_rows())


async def test_before_the_first_root_nothing_is_earned(world: World) -> None:
    body = (await world.client.get(f"/v1/rewards/{PUBLIC.address}")).json()
    assert (body["epoch"], body["cumulative_wei"], body["proof"]) == (None, "0", [])
    assert "No reward root" in body["explanation"]


async def test_a_root_that_is_not_in_force_pays_nothing_yet(world: World) -> None:
    await post_rewards(world)
    body = (await world.client.get(f"/v1/rewards/{PUBLIC.address}")).json()
    assert (body["epoch"], body["in_force"]) == (1, False)
    assert (body["cumulative_wei"], body["claimable_wei"]) == ("3000", "0")


async def test_the_proof_is_paid_by_the_contract(world: World) -> None:
    await post_rewards(world)
    await world.epochs.pass_time(5)
    body = (await world.client.get(f"/v1/rewards/{PUBLIC.address}")).json()
    assert (body["in_force"], body["claimable_wei"]) == (True, "3000")
    claim = (
        body["address"],
        body["epoch"],
        bytes.fromhex(body["root"][2:]),
        int(body["cumulative_wei"]),
        [bytes.fromhex(sibling[2:]) for sibling in body["proof"]],
    )
    await world.epochs.stage.send(9, "FanEngagement", "claim", *claim)
    token = world.services.deployment.contract("TuneToken")
    assert await token.read(world.services.rpc, "balanceOf", PUBLIC.address) == 3000
    after = (await world.client.get(f"/v1/rewards/{PUBLIC.address}")).json()
    assert (after["claimed_wei"], after["claimable_wei"]) == ("3000", "0")


async def test_the_explanation_names_points_and_trust(world: World) -> None:
    await post_rewards(world)
    body = (await world.client.get(f"/v1/rewards/{PRIVATE.address}")).json()
    assert (body["points"], body["trust_ppt"]) == (10, 10**12)
    assert "100 s of new signed listening gave 10 points" in body["explanation"]
    assert "5000 wei as a fan" in body["explanation"]


async def test_an_account_that_earned_nothing_is_told_so(world: World) -> None:
    await post_rewards(world)
    body = (await world.client.get(f"/v1/rewards/{STRANGER}")).json()
    assert (body["epoch"], body["cumulative_wei"], body["proof"]) == (1, "0", [])
    assert "earned nothing" in body["explanation"]


async def test_a_node_that_is_gone_is_503_and_not_named(world: World) -> None:
    gone = JsonRpc("http://127.0.0.1:1", attempts=1)
    world.services.rpc = gone
    answer = await world.client.get(f"/v1/rewards/{PUBLIC.address}")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/node-unreachable")
    assert answer.headers["retry-after"] == "5"
    assert "127.0.0.1:1" not in answer.text
    await gone.close()
