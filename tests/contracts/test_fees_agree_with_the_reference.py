"""MusicNFT and Marketplace divide prices as the reference does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ingest.handlers.music import EditionTerms
from tests.contracts.reference.fees import (
    BPS,
    MAX_FEE_BPS,
    MAX_ROYALTY_BPS,
    MAX_ROYALTY_ITEM_BPS,
    Division,
    divide_primary,
    divide_resale,
    falling_price,
)
from tests.contracts.scene import Scene
from tests.kit.simulation import Refused, Trial, TrialBlock, simulate
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import ZERO_ADDRESS, parse_address

pytestmark = pytest.mark.evm

CASES = 750
MOST_PRICE_WEI = 2**128 - 1
PRICES = (1, 2, 19, 20, BPS - 1, BPS, BPS + 1, MOST_PRICE_WEI - 1, MOST_PRICE_WEI)
FEES = (0, 1, MAX_FEE_BPS - 1, MAX_FEE_BPS)
ROYALTIES = (0, 1, MAX_ROYALTY_BPS - 1, MAX_ROYALTY_BPS)

ARTIST, BUYER, SECOND_BUYER, PAYEE, TREASURY, MARKET_TREASURY = (
    parse_address(f"0x{number:040x}") for number in range(0x1001, 0x1007)
)


@dataclass(frozen=True)
class Case:
    """An edition is bought and then sold again; wei for one copy, parts of 10,000.

    Attributes:
        royalty_item_bps, fee_item_bps: The most that the order's maker grants.
        end_price: What the order's price falls to; zero: it does not fall.
        duration, passed: Seconds that the order is open, and after how many it is filled.
    """

    copies: int
    price: int
    fee_bps: int
    market_fee_bps: int
    royalty_bps: int
    royalty_item_bps: int
    fee_item_bps: int
    resale_price: int
    end_price: int
    duration: int
    passed: int

    @property
    def resale_price_in_all(self) -> int:
        """What the second buyer owes."""
        if not self.end_price:
            return self.resale_price * self.copies
        one = falling_price(self.resale_price, self.end_price, self.passed, self.duration)
        return one * self.copies

    @property
    def faults(self) -> set[str]:
        """Why the resale must be refused."""
        price = self.resale_price_in_all
        most = price * self.royalty_item_bps // BPS
        faults = {
            "RoyaltyAboveItem": divide_resale(price, 0, self.royalty_bps).royalty > most,
            "FeeAboveItem": self.market_fee_bps > self.fee_item_bps,
        }
        return {name for name, found in faults.items() if found}


async def test_every_price_is_divided_to_the_wei_as_the_reference_says(scene: Scene, rpc: JsonRpc) -> None:
    cases = list(_cases(random.Random(53)))
    refused = 0
    for case, outcomes in zip(
        cases, await simulate(rpc, [_blocks(scene, one) for one in cases]), strict=True
    ):
        *_, payee, treasury, filled, seller, payee_after, market_treasury = outcomes
        first = divide_primary(case.price * case.copies, case.fee_bps)
        assert (payee, treasury) == (first.seller, first.fee), case
        if case.faults:
            refused += 1
            assert isinstance(filled, Refused), (case, filled)
            assert filled.error in case.faults, (case, filled)
            assert (seller, payee_after, market_treasury) == (0, payee, 0), case
        else:
            price = case.resale_price_in_all
            assert filled == price, case
            found = Division(seller, payee_after - payee, market_treasury)
            assert found == divide_resale(price, case.market_fee_bps, case.royalty_bps), case
            assert found.seller + found.royalty + found.fee == price
    assert CASES / 10 < refused < CASES / 2


def _cases(chance: random.Random) -> Iterator[Case]:
    for _ in range(CASES):
        royalty_bps, market_fee_bps = _share(chance, ROYALTIES), _share(chance, FEES)
        resale_price, duration = _price(chance), chance.choice((1, 2, 3, chance.randint(4, 10**6)))
        yield Case(
            copies=chance.choice((1, 2, 3, chance.randint(1, 2**32))),
            price=_price(chance),
            fee_bps=_share(chance, FEES),
            market_fee_bps=market_fee_bps,
            royalty_bps=royalty_bps,
            royalty_item_bps=_limit(chance, royalty_bps, MAX_ROYALTY_ITEM_BPS),
            fee_item_bps=_limit(chance, market_fee_bps, MAX_FEE_BPS),
            resale_price=resale_price,
            end_price=chance.choice((0, 0, 1, resale_price, chance.randint(1, resale_price))),
            duration=duration,
            passed=chance.choice((0, 1, duration, chance.randint(0, duration))),
        )


def _price(chance: random.Random) -> int:
    return chance.choice((*PRICES, chance.randint(1, 10**20), chance.randint(1, 10**5)))


def _share(chance: random.Random, edges: tuple[int, ...]) -> int:
    return chance.choice((*edges, chance.randint(0, edges[-1]), chance.randint(0, edges[-1])))


def _limit(chance: random.Random, bps: int, most: int) -> int:
    """Return what an order grants: rarely one part less than what will be asked."""
    return max(0, min(most, bps + chance.choice((-1, 0, 0, 1, 1, most, most, most))))


def _blocks(scene: Scene, case: Case) -> list[TrialBlock]:
    opened = scene.time + 10
    order = _order(scene, case, opened)
    return [
        TrialBlock(scene.time + 1, tuple(_first_sale(scene, case))),
        TrialBlock(opened + case.passed, _resale(scene, case, order)),
    ]


def _first_sale(scene: Scene, case: Case) -> Iterator[Trial]:
    music, market = scene.contract("MusicNFT"), scene.contract("Marketplace")
    terms = EditionTerms(
        "artist", "track", case.copies, case.price, payee=PAYEE, royalty_bps=case.royalty_bps
    )
    yield Trial(scene.timelock, music, "setProtocolFee", (case.fee_bps, TREASURY))
    yield Trial(scene.timelock, market, "setProtocolFee", (case.market_fee_bps, MARKET_TREASURY))
    yield Trial(scene.signers[5].address, music, "registerArtist", ("artist", ARTIST))
    yield Trial(ARTIST, music, "mintEdition", (terms,))
    yield Trial(BUYER, music, "purchase", (1, case.copies, BUYER), case.price * case.copies)
    yield Trial(BUYER, music, "setApprovalForAll", (market.address, True))


def _resale(scene: Scene, case: Case, order: tuple[Any, ...]) -> tuple[Trial, ...]:
    market = scene.contract("Marketplace")
    price = case.resale_price_in_all
    fill = (order, b"", case.copies, SECOND_BUYER, price)
    return (
        Trial(BUYER, market, "list", (order,)),
        *_ledger(scene, PAYEE, TREASURY),
        Trial(SECOND_BUYER, market, "fill", fill, price),
        *_ledger(scene, BUYER, PAYEE, MARKET_TREASURY),
    )


def _ledger(scene: Scene, *accounts: str) -> Iterator[Trial]:
    distributor = scene.contract("RoyaltyDistributor")
    return (Trial(BUYER, distributor, "balanceOf", (one, ZERO_ADDRESS)) for one in accounts)


def _order(scene: Scene, case: Case, opened: int) -> tuple[Any, ...]:
    listing, in_dollars = 0, False
    return (
        BUYER,
        listing,
        scene.deployment.contracts["MusicNFT"],
        1,
        case.copies,
        ZERO_ADDRESS,
        case.resale_price,
        case.end_price,
        in_dollars,
        case.royalty_item_bps,
        case.fee_item_bps,
        ZERO_ADDRESS,
        opened,
        opened + case.duration,
        0,
        0,
    )
