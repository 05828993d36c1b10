"""RoyaltyDistributor divides as the reference does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contracts.reference.splits import MAX_RECIPIENTS, WHOLE, split_amount, split_faults
from tests.contracts.scene import Scene
from tests.kit.simulation import Refused, Trial, TrialBlock, simulate
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import ZERO_ADDRESS

pytestmark = pytest.mark.evm

CASES = 1_250
MOST_WEI = 2**256 - 1
AMOUNTS = (0, 1, 2, WHOLE - 1, WHOLE, WHOLE + 1, 2**128, MOST_WEI - 1, MOST_WEI)
FROZEN = 0


@dataclass(frozen=True)
class Case:
    """A split and what is paid into it, in two parts."""

    accounts: list[int]
    parts: list[int]
    remainder: int
    amounts: tuple[int, int]

    @property
    def split(self) -> tuple[Any, ...]:
        """The contract's struct."""
        recipients = [
            (_address(account), part) for account, part in zip(self.accounts, self.parts, strict=True)
        ]
        return (recipients, self.remainder, FROZEN, ZERO_ADDRESS, 0)

    @property
    def faults(self) -> set[str]:
        """What the reference finds wrong."""
        return split_faults(self.accounts, self.parts, self.remainder)


async def test_every_split_is_accepted_or_refused_and_every_wei_goes_where_the_reference_says(
    scene: Scene, rpc: JsonRpc
) -> None:
    cases = list(_cases(random.Random(51)))
    created = await simulate(rpc, [[TrialBlock(scene.time + 1, (_create(scene, case),))] for case in cases])
    sound: list[tuple[Case, str]] = []
    for case, (account,) in zip(cases, created, strict=True):
        if case.faults:
            assert isinstance(account, Refused), case
            assert account.error in case.faults, case
        else:
            assert isinstance(account, str), (case, account)
            sound.append((case, account))
    assert len(sound) > CASES / 2
    runs = [[TrialBlock(scene.time + 1, tuple(_distribute(scene, *one)))] for one in sound]
    for (case, account), (_, *outcomes) in zip(sound, await simulate(rpc, runs), strict=True):
        _check(case, account, outcomes)


def _check(case: Case, account: str, outcomes: list[Any]) -> None:
    amount = sum(case.amounts)
    *_, distributed, left = outcomes[:4]
    assert distributed == (amount or Refused("NothingOwed")), case
    assert left == 0, case
    shares = split_amount(amount, case.parts, case.remainder)
    assert sum(shares) == amount
    assert outcomes[4:] == shares, (case, account)


def _cases(chance: random.Random) -> Iterator[Case]:
    for number in range(CASES):
        case = _sound_case(chance, number)
        yield _falsified(chance, case) if number % 4 == 3 else case


def _sound_case(chance: random.Random, number: int) -> Case:
    edges = (1, 2, MAX_RECIPIENTS)
    count = edges[number // 100 % 3] if number % 100 == 0 else chance.randint(1, 8)
    accounts = sorted(chance.sample(range(10**6, 10**9), count))
    cuts = sorted(chance.sample(range(1, WHOLE), count - 1))
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
    return Case(accounts, parts, chance.randrange(count), _amounts(chance))


def _amounts(chance: random.Random) -> tuple[int, int]:
    first = chance.choice(
        (*AMOUNTS, chance.getrandbits(256), chance.randrange(10**19), chance.randrange(100))
    )
    return first, min(MOST_WEI - first, chance.choice((0, 1, chance.getrandbits(90))))


def _falsified(chance: random.Random, case: Case) -> Case:
    """Return the case with one thing changed, which mostly is a fault."""
    accounts, parts, remainder = list(case.accounts), list(case.parts), case.remainder
    place = chance.randrange(len(parts))
    match chance.randrange(7):
        case 0:
            parts[place] += chance.choice((-1, 1))
        case 1:
            parts[place] = 0
        case 2:
            accounts[place] = accounts[place - 1]
        case 3:
            accounts[place] = chance.choice((0, 1, 10**10))
        case 4:
            remainder = len(parts) + chance.choice((-1, 0, 1))
        case 5:
            accounts, parts = [], []
        case _:
            added = MAX_RECIPIENTS + 1 - len(parts)
            accounts, parts = accounts + list(range(10**9, 10**9 + added)), parts + [1] * added
    return Case(accounts, parts, remainder, case.amounts)


def _create(scene: Scene, case: Case) -> Trial:
    return Trial(_address(1), scene.contract("RoyaltyDistributor"), "createSplit", (case.split,))


def _distribute(scene: Scene, case: Case, account: str) -> Iterator[Trial]:
    distributor, anyone = scene.contract("RoyaltyDistributor"), _address(1)
    yield _create(scene, case)
    for amount in case.amounts:
        arguments = (account, ZERO_ADDRESS, amount)
        yield Trial(anyone, distributor, "depositReceived", arguments, amount)
    yield Trial(anyone, distributor, "distribute", (account, case.split, ZERO_ADDRESS))
    for credited in (account, *map(_address, case.accounts)):
        yield Trial(anyone, distributor, "balanceOf", (credited, ZERO_ADDRESS))


def _address(number: int) -> str:
    return f"0x{number:040x}"
