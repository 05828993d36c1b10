"""The rows of a snapshot that rewards depend on.

Owns the choice of rows and the one reading of each. Refuses to know how a snapshot is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from tunefi.ids import Address, ArtistId, Hash32


class Follow(NamedTuple):
    """A follow that the follower signed or made on the chain; `target` is an address or an artist id."""

    follower: Address
    target_label: str
    target: str


class Purchase(NamedTuple):
    """A purchase; the fee is what the protocol kept, in wei of the currency."""

    payer: Address
    artist_account: Address
    fee_wei: int
    currency: str
    primary: bool
    at: int


class StakeChange(NamedTuple):
    """An account's whole stake after one change; `order` ranks changes of one block."""

    account: Address
    amount_wei: int
    block: int
    order: int


class Vote(NamedTuple):
    """A vote in governance."""

    account: Address
    at: int


class Listening(NamedTuple):
    """Signed seconds of one account for one artist on one UTC day."""

    account: Address
    artist_id: ArtistId
    utc_day: int
    seconds: int


@dataclass(frozen=True, slots=True)
class History:
    """What happened up to a finalized block, as far as rewards depend on it.

    The order of rows has no meaning. Attributes not told by their type: `digest` of the snapshot, `block`
    the finalized block, `at` its time in microseconds, `controls` the account that controls each artist.
    """

    digest: Hash32
    block: int
    at: int
    follows: tuple[Follow, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    stakes: tuple[StakeChange, ...] = ()
    votes: tuple[Vote, ...] = ()
    listening: tuple[Listening, ...] = ()
    controls: tuple[tuple[Address, ArtistId], ...] = ()

    @property
    def controllers(self) -> dict[ArtistId, Address]:
        """Return the account that controls each artist."""
        return {artist_id: account for account, artist_id in self.controls}


def build_history(edges: Mapping[str, pa.Table], *, digest: Hash32, block: int, at: int) -> History:
    """Return the rows of a snapshot that rewards depend on.

    Args:
        edges: Rows of each relationship type, with columns source_label, source, target_label, target and
            its properties.
        digest: Digest of the snapshot.
        block: Height of its finalized block.
        at: Time of that block, in microseconds.
    """
    return History(
        digest=digest,
        block=block,
        at=at,
        follows=tuple(
            Follow(Address(row["source"]), row["target_label"], row["target"])
            for row in _rows(edges["FOLLOWS"])
            if row["signed"] or row["on_chain"]
        ),
        purchases=tuple(_purchase(row) for row in _rows(edges["BOUGHT"])),
        stakes=tuple(_stake(row) for row in _rows(edges["STAKED"])),
        votes=tuple(Vote(Address(row["source"]), row["at"]) for row in _rows(edges["VOTED"])),
        listening=tuple(
            Listening(Address(row["source"]), ArtistId(row["target"]), row["utc_day"], row["signed_seconds"])
            for row in _rows(edges["LISTENED_ON"])
            if row["signed_seconds"]
        ),
        controls=tuple((Address(row["source"]), ArtistId(row["target"])) for row in _rows(edges["CONTROLS"])),
    )


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches():
        yield from batch.to_pylist()


def _purchase(row: dict[str, Any]) -> Purchase:
    return Purchase(
        Address(row["source"]),
        Address(row["target"]),
        int(row["fee_wei"] or 0),
        row["currency"] or "",
        bool(row["primary"]),
        row["at"],
    )


def _stake(row: dict[str, Any]) -> StakeChange:
    log_index = row["event_id"].rsplit(":", 1)[-1]
    order = int(log_index) if log_index.isdecimal() else 0
    return StakeChange(Address(row["source"]), int(row["amount_wei"]), row["block"], order)
