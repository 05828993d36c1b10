"""Events of RecommendationGraph: who may sign epochs, who committed them, and whether they are invalid.

Owns what they mean in the graph. Refuses to know whether an epoch is final by now: that is a matter of
time, `final_at` says from when.
"""

from dataclasses import dataclass
from typing import Any

from ingest.chain_names import chain_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class KeeperSetChanged:
    """Other keepers, or another quorum of them, sign from now on."""

    version: int
    keepers: tuple[Address, ...]
    quorum: int


@dataclass(frozen=True, slots=True)
class Committed:
    """An epoch was committed; `commitment` holds the fields of the signed struct, in order."""

    epoch: int
    commitment: tuple[Any, ...]
    signers: tuple[Address, ...]
    committed_at: int
    final_at: int


@dataclass(frozen=True, slots=True)
class EpochInvalidated:
    """A pending epoch can never be final."""

    epoch: int
    cause: bytes
    by: Address


@handles("RecommendationGraph", KeeperSetChanged)
def on_keeper_set_changed(event: KeeperSetChanged, context: Context) -> None:
    """The new set with its members; the sets before stay, because epochs name theirs by version."""
    contract = context.contracts["RecommendationGraph"]
    keeper_set = ("KeeperSet", chain_name(context.chain_id, contract, event.version))
    context.rows.node(*keeper_set, version=event.version, quorum=event.quorum, at=context.at)
    for keeper in event.keepers:
        context.rows.edge("KEEPS", ("Account", keeper), keeper_set)


@handles("RecommendationGraph", Committed)
def on_committed(event: Committed, context: Context) -> None:
    """The epoch with its roots and digests, and each signer's commitment to it."""
    commitment = event.commitment
    epoch_id = epoch_name(context, event.epoch)
    context.rows.node(
        "Epoch",
        epoch_id,
        number=event.epoch,
        track_root=_hex(commitment[1]),
        listener_root=_hex(commitment[2]),
        snapshot_digest=_hex(commitment[7]),
        model_digest=_hex(commitment[8]),
        bundle_cid=commitment[14],
        committed_at=event.committed_at * _SECOND,
        final_at=event.final_at * _SECOND,
        vetoed=False,
    )
    for signer in event.signers:
        ends = ("Account", signer), ("Epoch", epoch_id)
        context.rows.edge("COMMITTED", *ends, event_id=context.event_id, at=context.at)


@handles("RecommendationGraph", EpochInvalidated)
def on_epoch_invalidated(event: EpochInvalidated, context: Context) -> None:
    """The epoch is invalid."""
    context.rows.node("Epoch", epoch_name(context, event.epoch), number=event.epoch, vetoed=True)


def epoch_name(context: Context, epoch: int) -> str:
    """Return the id of an epoch, whichever contract's event names it."""
    return chain_name(context.chain_id, context.contracts["RecommendationGraph"], epoch)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
