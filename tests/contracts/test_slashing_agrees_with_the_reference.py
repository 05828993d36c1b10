"""StakingContract takes bonds, pays the bounty and burns the rest as the reference does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.contracts.reference.slashing import BPS, Bond, bounty_of
from tests.contracts.scene import Scene
from tests.kit.simulation import Trial, TrialBlock, simulate
from tunefi.chain.rpc import JsonRpc

pytestmark = pytest.mark.evm

CASES = 750
BOUNTY_TO = f"0x{0x2001:040x}"
KEEPERS = tuple(f"0x{number:040x}" for number in range(0x3001, 0x3004))
SHARES = (0, 1, BPS // 2, BPS - 1, BPS)


@dataclass(frozen=True)
class Case:
    """Bonds of keepers and what a slash takes of them."""

    bonds: list[Bond]
    bps: int
    bounty_bps: int


async def test_every_bond_loses_what_the_reference_says_and_every_wei_is_paid_or_burned(
    scene: Scene, rpc: JsonRpc
) -> None:
    cases = list(_cases(random.Random(55)))
    supply = await scene.contract("TuneToken").read(rpc, "totalSupply")
    blocks = [[TrialBlock(scene.time + 1, tuple(_trials(scene, case)))] for case in cases]
    for case, outcomes in zip(cases, await simulate(rpc, blocks), strict=True):
        total, bounty = bounty_of(case.bonds, case.bps, case.bounty_bps)
        *_, slashed, paid, supply_after = outcomes[: -2 * len(case.bonds)]
        assert (slashed, paid, supply - supply_after) == (total, bounty, total - bounty), case
        left = outcomes[-2 * len(case.bonds) :]
        found = [Bond(left[i], left[i + 1][0]) for i in range(0, len(left), 2)]
        assert found == [bond.slashed(case.bps) for bond in case.bonds], case


def _cases(chance: random.Random) -> Iterator[Case]:
    for _ in range(CASES):
        bonds = [Bond(_amount(chance), _amount(chance)) for _ in range(chance.randint(1, 3))]
        yield Case(bonds, _share(chance), _share(chance))


def _amount(chance: random.Random) -> int:
    return chance.choice((0, 1, 2, BPS - 1, BPS, chance.randrange(10**5), chance.randrange(10**26)))


def _share(chance: random.Random) -> int:
    return chance.choice((*SHARES, chance.randint(0, BPS)))


def _trials(scene: Scene, case: Case) -> Iterator[Trial]:
    token, staking = scene.contract("TuneToken"), scene.contract("StakingContract")
    keepers = KEEPERS[: len(case.bonds)]
    for keeper, bond in zip(keepers, case.bonds, strict=True):
        yield Trial(scene.signers[0].address, token, "transfer", (keeper, bond.whole))
        yield Trial(keeper, token, "approve", (staking.address, bond.whole))
        # What is zero is refused and changes nothing.
        yield Trial(keeper, staking, "bond", (bond.whole,))
        yield Trial(keeper, staking, "startUnbonding", (bond.leaving,))
    arguments = (keepers, case.bps, BOUNTY_TO, case.bounty_bps)
    yield Trial(scene.deployment.contracts["RecommendationGraph"], staking, "slash", arguments)
    yield Trial(BOUNTY_TO, token, "balanceOf", (BOUNTY_TO,))
    yield Trial(BOUNTY_TO, token, "totalSupply", ())
    for keeper in keepers:
        yield Trial(keeper, staking, "bondOf", (keeper,))
        yield Trial(keeper, staking, "unbondingOf", (keeper,))
