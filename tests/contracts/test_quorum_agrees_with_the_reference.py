"""RecommendationGraph takes and refuses keeper sets and their signers as the reference does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.contracts.reference.quorum import MAX_KEEPERS, set_faults, signer_faults
from tests.contracts.scene import Scene
from tests.kit.simulation import Refused, Trial, TrialBlock, simulate
from tunefi.chain.rpc import JsonRpc

pytestmark = pytest.mark.evm

CASES = 4_400
COUNTS = (0, 1, 2, 3, MAX_KEEPERS - 1, MAX_KEEPERS, MAX_KEEPERS + 1)


@dataclass(frozen=True)
class Case:
    """A set, its quorum, and who signs."""

    members: list[int]
    quorum: int
    signers: list[int]


async def test_every_set_and_every_quorum_is_accepted_or_refused_as_the_reference_says(
    scene: Scene, rpc: JsonRpc
) -> None:
    cases = list(_cases(random.Random(52)))
    accepted = 0
    outcomes = await simulate(rpc, [[TrialBlock(scene.time + 1, _trials(scene, case))] for case in cases])
    for case, (set_outcome, signed) in zip(cases, outcomes, strict=True):
        faults = set_faults(case.members, case.quorum)
        assert _agrees(set_outcome, faults), (case, set_outcome, faults)
        faults = (faults and {"WrongKeeperSet"}) or signer_faults(case.members, case.quorum, case.signers)
        assert _agrees(signed, faults), (case, signed, faults)
        accepted += not faults
    assert CASES / 10 < accepted < CASES * 9 / 10


def _agrees(outcome: object, faults: set[str]) -> bool:
    """Return whether a call without a result was refused for one of the faults, or there is none."""
    return outcome.error in faults if isinstance(outcome, Refused) else outcome == () and not faults


def _trials(scene: Scene, case: Case) -> tuple[Trial, Trial]:
    graph = scene.contract("RecommendationGraph")
    members, signers = [[f"0x{one:040x}" for one in group] for group in (case.members, case.signers)]
    return (
        Trial(scene.timelock, graph, "setKeepers", (members, case.quorum)),
        Trial(f"0x{1:040x}", graph, "checkKeepers", (2, signers)),
    )


def _cases(chance: random.Random) -> Iterator[Case]:
    for number in range(CASES):
        count = chance.choice(COUNTS) if number % 15 == 0 else chance.randint(1, 12)
        members = sorted(chance.getrandbits(160) for _ in range(count))
        quorum = min(
            255, max(0, chance.choice((count // 2, count // 2 + 1, (count + 1) // 2, count, count + 1)))
        )
        signers = chance.sample(members, min(count, max(0, quorum + chance.choice((-1, 0, 0, 1)))))
        yield Case(_disordered(chance, members), quorum, _disordered(chance, sorted(signers)))


def _disordered(chance: random.Random, ascending: list[int]) -> list[int]:
    """Return them as they are, mostly; or with one swapped, doubled, replaced by a stranger or by zero."""
    changed, place = list(ascending), chance.randrange(max(1, len(ascending)))
    if not changed:
        return changed
    match chance.randrange(20):
        case 0:
            changed[place], changed[place - 1] = changed[place - 1], changed[place]
        case 1:
            changed.insert(place, changed[place])
        case 2:
            changed[place] += 1
        case 3:
            changed[0] = 0
    return changed
