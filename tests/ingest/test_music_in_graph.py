"""Editions, licences, derived tracks, artists and splits in the graph are those of the contracts."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from ingest.handlers.music import EditionTerms, LicenceTerms
from tests.ingest.conftest import ReadRows, Rows
from tests.kit.chain_scenes import PRICE_WEI, Stage
from tunefi.chain.events import decode_logs
from tunefi.ids import ZERO_ADDRESS, Address

pytestmark = pytest.mark.evm

ARTIST, REMIXER = 7, 6
_CONTROLLER_RULE = 1


@dataclass(frozen=True)
class Label:
    """A stage with two artists: signer 7 controls `artist:1`, signer 6 `artist:2`."""

    stage: Stage

    async def open(self) -> None:
        """Register both."""
        for number, signer in ((1, ARTIST), (2, REMIXER)):
            address = self.stage.signers[signer].address
            await self.stage.send(5, "MusicNFT", "registerArtist", f"artist:{number}", address)

    async def mint(self, track: int, artist: int = 1, **terms: Any) -> None:
        """Mint an edition of a track."""
        edition = EditionTerms(f"artist:{artist}", f"track:{track}", 100, PRICE_WEI, **terms)
        await self.stage.send(ARTIST if artist == 1 else REMIXER, "MusicNFT", "mintEdition", edition)

    async def license(self, **terms: Any) -> bytes:
        """Register a licence under which everyone may remix, and return its id."""
        licence = LicenceTerms(
            **{
                "uri": "ipfs://licence",
                "content_hash": b"\x07" * 32,
                "transferable": True,
                "expiration": 0,
                "commercial_use": True,
                "commercial_attribution": False,
                "commercial_rev_share": 0,
                "commercial_rev_ceiling": 0,
                "derivatives_allowed": True,
                "derivatives_attribution": True,
                "derivatives_approval": False,
                "derivatives_reciprocal": False,
                "derivative_rev_ceiling": 0,
                "currency": ZERO_ADDRESS,
                **terms,
            }
        )
        await self.stage.send(ARTIST, "MusicNFT", "registerLicence", licence)
        music = self.stage.deployment.contract("MusicNFT")
        return bytes(await music.read(self.stage.rpc, "licenceIdOf", licence))

    def split(self, first_parts: int) -> tuple[Any, ...]:
        """Return a split between the two artists that signer 7 may change."""
        first, second = (self.stage.signers[signer].address for signer in (ARTIST, REMIXER))
        shares = sorted([(first, first_parts), (second, 1_000_000 - first_parts)])
        return [list(share) for share in shares], 0, _CONTROLLER_RULE, first, 0

    async def create_split(self, first_parts: int) -> Address:
        """Create it and return its account."""
        receipt = await self.stage.send(ARTIST, "RoyaltyDistributor", "createSplit", self.split(first_parts))
        (event,) = decode_logs(receipt.logs, self.stage.deployment.abis()).events
        return Address(event.arguments["account"])

    def name(self, contract: str, number: object) -> str:
        """Return the id in the graph of what a contract numbers."""
        return f"31337:{self.stage.deployment.contracts[contract]}:{number}"


@pytest.fixture
async def label(stage: Stage) -> Label:
    found = Label(stage)
    await found.open()
    return found


async def test_a_track_names_all_its_editions_and_the_terms_of_the_newest(
    label: Label, follow: ReadRows
) -> None:
    await label.mint(1, uri="ipfs://first")
    await label.mint(1, uri="ipfs://second")
    (track,) = (await follow())["Track"]
    assert track["token_id"] == f"{label.name('MusicNFT', 1)} {label.name('MusicNFT', 2)}"
    assert track["uri"] == "ipfs://second"
    await label.stage.send(ARTIST, "MusicNFT", "updateMetadata", 2, "ipfs://third", b"\x01" * 32)
    (track,) = (await follow())["Track"]
    assert track["uri"] == "ipfs://third"


async def test_copies_of_two_editions_are_held_as_one_track(label: Label, follow: ReadRows) -> None:
    await label.mint(1)
    await label.mint(1)
    await label.stage.buy(8, 1, 2)
    await label.stage.buy(8, 2, 3)
    ends = (label.stage.signers[8].address, label.stage.signers[9].address)
    batch = ("safeBatchTransferFrom", *ends, [1, 2], [2, 1], b"")
    await label.stage.send(8, "MusicNFT", *batch)
    held = {row["source"]: row["amount"] for row in (await follow())["HOLDS"]}
    assert held == {ends[0]: "2", ends[1]: "3"}


async def test_a_purchase_as_a_gift_is_the_payers_and_the_copies_are_not(
    label: Label, follow: ReadRows
) -> None:
    await label.mint(1)
    stage = label.stage
    payer, friend = stage.signers[8].address, stage.signers[9].address
    await stage.send(8, "MusicNFT", "purchase", 1, 1, friend, value_wei=PRICE_WEI)
    rows = await follow()
    assert [row["source"] for row in rows["BOUGHT"]] == [payer]
    assert [row["source"] for row in rows["HOLDS"]] == [friend]


async def test_a_track_is_under_the_licence_of_its_newest_edition(label: Label, follow: ReadRows) -> None:
    first = await label.license()
    second = await label.license(
        uri="ipfs://other", transferable=False, derivatives_allowed=False, derivatives_attribution=False
    )
    await label.mint(1, licence_id=first)
    rows = await follow()
    assert _ends(rows, "LICENSED_AS") == {("track:1", _hex_name(label, first))}
    await label.mint(1, licence_id=second)
    rows = await follow()
    assert _ends(rows, "LICENSED_AS") == {("track:1", _hex_name(label, second))}
    licences = {row["licence_id"]: row for row in rows["Licence"]}
    assert licences[_hex_name(label, first)] == {
        "licence_id": _hex_name(label, first),
        "uri": "ipfs://licence",
        "content_hash": "0x" + "07" * 32,
        "transferable": True,
        "derivatives": True,
    }
    other = licences[_hex_name(label, second)]
    assert (other["uri"], other["transferable"], other["derivatives"]) == ("ipfs://other", False, False)
    await label.mint(1)
    assert "LICENSED_AS" not in await follow()


async def test_a_derived_track_names_each_of_its_sources(label: Label, follow: ReadRows) -> None:
    licence = await label.license()
    await label.mint(1, licence_id=licence)
    await label.mint(2, licence_id=licence)
    await label.mint(3, artist=2, sources=("track:1", "track:2"))
    rows = await follow()
    assert _ends(rows, "DERIVED_FROM") == {("track:3", "track:1"), ("track:3", "track:2")}
    created = {(row["source"], row["target"]) for row in rows["CREATED"] if row["minted"]}
    assert created == {("artist:1", "track:1"), ("artist:1", "track:2"), ("artist:2", "track:3")}


async def test_an_artist_is_controlled_by_who_took_it_over(label: Label, follow: ReadRows) -> None:
    heir = label.stage.signers[9].address
    await label.stage.send(ARTIST, "MusicNFT", "transferArtist", "artist:1", heir)
    offered = _ends(await follow(), "CONTROLS")
    assert (label.stage.signers[ARTIST].address, "artist:1") in offered
    await label.stage.send(9, "MusicNFT", "acceptArtist", "artist:1")
    assert _ends(await follow(), "CONTROLS") == {
        (heir, "artist:1"),
        (label.stage.signers[REMIXER].address, "artist:2"),
    }


async def test_a_track_pays_by_the_split_that_its_newest_edition_names(
    label: Label, follow: ReadRows
) -> None:
    account = await label.create_split(700_000)
    await label.mint(1, payee=account)
    await label.mint(2, payee=label.stage.signers[REMIXER].address)
    rows = await follow()
    split_id = label.name("RoyaltyDistributor", account)
    assert _ends(rows, "PAYS_BY") == {("track:1", split_id)}, "an account that is no split is no node"
    other = await label.create_split(500_000)
    await label.mint(1, payee=other)
    rows = await follow()
    assert _ends(rows, "PAYS_BY") == {("track:1", label.name("RoyaltyDistributor", other))}
    assert {row["split_id"] for row in rows["RoyaltySplit"]} == {
        split_id,
        label.name("RoyaltyDistributor", other),
    }


async def test_a_split_has_the_shares_of_its_last_change(label: Label, follow: ReadRows) -> None:
    account = await label.create_split(700_000)
    assert await _shares(follow) == {
        label.stage.signers[ARTIST].address: 700_000,
        label.stage.signers[REMIXER].address: 300_000,
    }
    change = ("updateSplit", account, label.split(700_000), label.split(400_000))
    await label.stage.send(ARTIST, "RoyaltyDistributor", *change)
    assert await _shares(follow) == {
        label.stage.signers[ARTIST].address: 400_000,
        label.stage.signers[REMIXER].address: 600_000,
    }


async def _shares(follow: ReadRows) -> dict[str, int]:
    (split,) = (await follow())["RoyaltySplit"]
    return dict(json.loads(split["shares"]))


def _hex_name(label: Label, licence_id: bytes) -> str:
    return label.name("MusicNFT", f"0x{licence_id.hex()}")


def _ends(rows: Rows, type_: str) -> set[tuple[str, str]]:
    return {(row["source"], row["target"]) for row in rows[type_]}
