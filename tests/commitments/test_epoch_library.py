"""What belongs to an epoch is found again on disk, and damage is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.errors import DamagedBundle, MalformedEpoch
from commitments.library import EpochLibrary
from commitments.reward_files import load_claim, load_claims, save_reward_tree
from commitments.rewards import build_reward_tree
from commitments.signed import Signed, order_signatures, parse_signed_commitment
from recsys.table import table_digest
from tests.kit.epochs import build_random_epoch, publish
from tunefi.home import Home
from tunefi.ids import Address, EpochId, Hash32, ListenerRow, Wei, parse_address

ONE, TWO = (parse_address("0x" + digit * 40) for digit in "12")
EPOCH = EpochId(3)


@pytest.fixture
def library(tmp_path: Path) -> EpochLibrary:
    return EpochLibrary(Home(tmp_path))


def sign(commitment: EpochCommitment, transaction: str | None = None) -> Signed[EpochCommitment]:
    return order_signatures(commitment, [(TWO, b"\x02" * 65), (ONE, b"\x01" * 65)], transaction)


def build_root() -> RewardRoot:
    return RewardRoot(EPOCH, Hash32(b"\x05" * 32), Hash32(bytes(32)), Wei(10**27), Hash32(b"\x06" * 32), 1)


def test_an_empty_home_has_no_epochs(library: EpochLibrary) -> None:
    assert library.list_epochs() == []
    assert library.list_committed() == []
    assert library.load_commitment(EPOCH) is None
    assert library.load_reward_root(EPOCH) is None
    assert library.load_reward(EPOCH, ONE) is None


def test_what_is_saved_is_loaded(library: EpochLibrary) -> None:
    epoch = build_random_epoch()
    bundle, commitment = publish(epoch, library.bundle(EPOCH))
    library.save_table(EPOCH, epoch.table)
    library.save_openings(EPOCH, epoch.openings())
    library.save_commitment(EPOCH, sign(commitment, "0x" + "ab" * 32))
    assert library.list_epochs() == library.list_committed() == [EPOCH]
    assert library.load_bundle(EPOCH).header == bundle.header
    assert table_digest(library.load_table(EPOCH)) == table_digest(epoch.table)
    opening = epoch.opening(ListenerRow(1))
    assert library.load_opening(EPOCH, opening.address) == opening
    assert list(library.load_openings(EPOCH)) == list(epoch.openings())
    assert library.erase_opening(EPOCH, opening.address)
    assert library.load_opening(EPOCH, opening.address) is None
    assert library.load_commitment(EPOCH) == sign(commitment, "0x" + "ab" * 32)


def test_signatures_are_ordered_by_signer() -> None:
    signed = order_signatures(build_root(), [(TWO, b"two"), (ONE, b"one")])
    assert signed.signers == (ONE, TWO)
    assert signed.signatures == (b"one", b"two")


def test_a_reward_root_keeps_amounts_that_javascript_would_round(library: EpochLibrary) -> None:
    signed = order_signatures(build_root(), [(ONE, b"\x01" * 65)])
    library.save_reward_root(EPOCH, signed)
    assert library.load_reward_root(EPOCH) == signed
    said = json.loads((library.rewards(EPOCH) / "reward_root.json").read_text())
    assert said["struct"]["totalCumulative"] == str(10**27)


def test_an_epoch_that_is_not_in_a_block_is_not_listed(library: EpochLibrary, tmp_path: Path) -> None:
    _, commitment = publish(build_random_epoch(), tmp_path / "bundle")
    library.save_commitment(EPOCH, sign(commitment))
    assert library.list_epochs() == [EPOCH]
    assert library.list_committed() == []


def test_a_damaged_commitment_is_named(library: EpochLibrary, tmp_path: Path) -> None:
    _, commitment = publish(build_random_epoch(), tmp_path / "bundle")
    library.save_commitment(EPOCH, sign(commitment))
    path = library.folder(EPOCH) / "commitment.json"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DamagedBundle, match=r"commitment\.json"):
        library.load_commitment(EPOCH)


@pytest.mark.parametrize("field", ["trackRoot", "epoch", "bundleCid"])
def test_a_commitment_without_a_member_is_refused(tmp_path: Path, field: str) -> None:
    _, commitment = publish(build_random_epoch(), tmp_path / "bundle")
    content: dict[str, Any] = sign(commitment).to_json()
    del content["struct"][field]
    with pytest.raises(MalformedEpoch, match=field):
        parse_signed_commitment(content)


@pytest.mark.parametrize("change", [{"signers": ["0x12"]}, {"signatures": ["0xzz"]}, {"signers": None}])
def test_signatures_of_another_form_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    _, commitment = publish(build_random_epoch(), tmp_path / "bundle")
    with pytest.raises(MalformedEpoch, match="signatures"):
        parse_signed_commitment({**sign(commitment).to_json(), **change})


def test_claims_are_read_one_by_one(tmp_path: Path) -> None:
    ledger = {Address(f"0x{i:040x}"): 10**20 + i for i in range(1, 40)}
    tree = build_reward_tree(ledger.items(), build_random_epoch().terms.place)
    save_reward_tree(tree, tmp_path)
    assert load_claims(tmp_path) == [tree.claim(address) for address in sorted(ledger)]
    assert load_claim(tmp_path, Address(f"0x{7:040x}")) == tree.claim(Address(f"0x{7:040x}"))
    assert load_claim(tmp_path, ONE) is None


def test_a_damaged_reward_tree_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedBundle):
        load_claims(tmp_path)
    save_reward_tree(build_reward_tree([(ONE, 5)], build_random_epoch().terms.place), tmp_path)
    path = tmp_path / "reward_leaves.parquet"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DamagedBundle):
        load_claims(tmp_path)
