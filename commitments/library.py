"""Which epochs this installation has, and what belongs to each.

Owns the names below `<home>/epochs/`, and that a file is whole or not there. Whether an epoch is final is
not kept here: the chain says so. Refuses to know keys and the network.

    <home>/epochs/<number>/
    ├── bundle/             public, by `commitments.bundle`
    ├── table/              the embedding table it was built from, by `recsys.table`; not public
    ├── openings.sqlite     one a listener; not public
    ├── commitment.json     what the keepers signed, their signatures, the transaction
    └── rewards/            ledger, tree, reward_root.json
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commitments.bundle import Bundle, load_bundle
from commitments.commitment import EpochCommitment, RewardRoot
from commitments.errors import DamagedBundle
from commitments.opening import Opening
from commitments.openings_file import erase_opening, load_opening, load_openings, save_openings
from commitments.reward_files import load_claim, load_claims, save_reward_tree
from commitments.rewards import RewardClaim, RewardTree
from commitments.signed import Signed, StructT, parse_signed_commitment, parse_signed_reward_root
from engagement.ledger import ArtistEarning, LedgerRow, RewardLedger
from engagement.ledger_files import load_ledger, load_ledger_manifest, load_ledger_row, save_ledger
from recsys.table import EmbeddingTable, load_table, save_table
from tunefi.home import Home
from tunefi.ids import Address, EpochId
from tunefi.whole_file import save_whole

_COMMITMENT, _REWARD_ROOT, _OPENINGS = "commitment.json", "reward_root.json", "openings.sqlite"


@dataclass(frozen=True, slots=True)
class AccountReward:
    """What one account earned up to an epoch.

    `row` and `artist_earnings` say why, and are of that epoch alone; `claim` is what the contract is shown.
    """

    epoch: EpochId
    root: RewardRoot
    claim: RewardClaim
    row: LedgerRow
    artist_earnings: tuple[ArtistEarning, ...]


class EpochLibrary:
    """The epochs below one home folder; cheap to make, keeps nothing in memory."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def list_epochs(self) -> list[EpochId]:
        """Return the numbers of all epochs of which something is here, ascending."""
        if not self.home.epochs.is_dir():
            return []
        names = (path.name for path in self.home.epochs.iterdir() if path.is_dir())
        return sorted(EpochId(int(name)) for name in names if name.isdecimal())

    def list_committed(self) -> list[EpochId]:
        """Return the numbers of epochs whose commitment is in a block, ascending."""
        signed = ((epoch, self.load_commitment(epoch)) for epoch in self.list_epochs())
        return [epoch for epoch, found in signed if found and found.transaction_hash]

    def list_rewarded(self) -> list[EpochId]:
        """Return the numbers of epochs whose reward root is in a block, ascending."""
        signed = ((epoch, self.load_reward_root(epoch)) for epoch in self.list_epochs())
        return [epoch for epoch, found in signed if found and found.transaction_hash]

    def folder(self, epoch: EpochId) -> Path:
        """Return the folder of an epoch, whether it is there or not."""
        return self.home.epoch(epoch)

    def bundle(self, epoch: EpochId) -> Path:
        """Return the folder of the public bundle, whether it is there or not."""
        return self.folder(epoch) / "bundle"

    def load_bundle(self, epoch: EpochId) -> Bundle:
        """Return the public bundle.

        Raises:
            DamagedBundle: It is missing or cut short.
        """
        return load_bundle(self.bundle(epoch))

    def rewards(self, epoch: EpochId) -> Path:
        """Return the folder of ledger and tree, whether they are there or not."""
        return self.folder(epoch) / "rewards"

    def save_table(self, epoch: EpochId, table: EmbeddingTable) -> Path:
        """Write the table that an epoch was built from and return the path of its manifest."""
        return save_table(table, self.folder(epoch) / "table")

    def load_table(self, epoch: EpochId) -> EmbeddingTable:
        """Return the table that an epoch was built from.

        Raises:
            DamagedTable: It is missing or altered.
        """
        return load_table(self.folder(epoch) / "table")

    def save_openings(self, epoch: EpochId, openings: Iterable[Opening]) -> None:
        """Write the openings of all listeners."""
        save_openings(openings, self.folder(epoch) / _OPENINGS)

    def load_opening(self, epoch: EpochId, address: Address) -> Opening | None:
        """Return the opening of one listener, or None where the epoch has no leaf for it."""
        return load_opening(self.folder(epoch) / _OPENINGS, address)

    def load_openings(self, epoch: EpochId) -> Iterator[Opening]:
        """Yield the openings of all listeners by row: what a keeper re-checks."""
        return load_openings(self.folder(epoch) / _OPENINGS)

    def erase_opening(self, epoch: EpochId, address: Address) -> bool:
        """Overwrite the opening of one listener, as a deletion asks for."""
        return erase_opening(self.folder(epoch) / _OPENINGS, address)

    def save_commitment(self, epoch: EpochId, signed: Signed[EpochCommitment]) -> None:
        """Write what the keepers signed."""
        _save_json(self.folder(epoch) / _COMMITMENT, signed.to_json())

    def load_commitment(self, epoch: EpochId) -> Signed[EpochCommitment] | None:
        """Return what the keepers signed, or None where they have not yet."""
        return _load_signed(self.folder(epoch) / _COMMITMENT, parse_signed_commitment)

    def save_rewards(self, epoch: EpochId, ledger: RewardLedger, tree: RewardTree) -> None:
        """Write ledger and tree of an epoch."""
        save_reward_tree(tree, self.rewards(epoch))
        save_ledger(ledger, self.rewards(epoch))

    def save_ledger(self, epoch: EpochId, ledger: RewardLedger) -> None:
        """Write a ledger in which nobody earned anything, so that there is no new tree."""
        save_ledger(ledger, self.rewards(epoch))

    def load_ledger(self, epoch: EpochId) -> RewardLedger:
        """Return the ledger of an epoch.

        Raises:
            DamagedLedger: It is missing or altered.
        """
        return load_ledger(self.rewards(epoch))

    def load_ledger_manifest(self, epoch: EpochId) -> dict[str, Any]:
        """Return totals and digests of a ledger without its rows."""
        return load_ledger_manifest(self.rewards(epoch))

    def save_reward_root(self, epoch: EpochId, signed: Signed[RewardRoot]) -> None:
        """Write the reward root that the keepers signed."""
        _save_json(self.rewards(epoch) / _REWARD_ROOT, signed.to_json())

    def load_reward_root(self, epoch: EpochId) -> Signed[RewardRoot] | None:
        """Return the reward root that the keepers signed, or None where they have not yet."""
        return _load_signed(self.rewards(epoch) / _REWARD_ROOT, parse_signed_reward_root)

    def load_claims(self, epoch: EpochId) -> list[RewardClaim]:
        """Return the claims of all accounts that ever earned, by ascending address."""
        return load_claims(self.rewards(epoch))

    def load_reward(self, epoch: EpochId, address: Address) -> AccountReward | None:
        """Return what one account earned up to an epoch, with its proof, or None where it never earned.

        Neither the ledger nor the tree is read whole.
        """
        signed = self.load_reward_root(epoch)
        if signed is None:
            return None
        claim = load_claim(self.rewards(epoch), address)
        found = load_ledger_row(self.rewards(epoch), address)
        if claim is None or found is None:
            return None
        return AccountReward(epoch, signed.struct, claim, *found)


def _save_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_whole(path, json.dumps(content, indent=1) + "\n")


def _load_signed(path: Path, parse: Callable[[Any], Signed[StructT]]) -> Signed[StructT] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise DamagedBundle(path, f"not JSON ({error})") from error
    return parse(content)
