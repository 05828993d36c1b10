"""Events of RecommendationGraph: who may sign epochs, who committed them, and whether they are invalid.

Owns what they mean in the graph. Refuses to know whether an epoch is final by now: that is a matter of
time, `final_at` says from when.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.chain_names import chain_name, seconds_at
from ingest.chain_state import KeeperMembers
from ingest.handlers.registry import Context, handles
from tunefi.chain.artifact import load_abi
from tunefi.ids import Address, hex_of

VETO = "veto"
_CAUSES = {
    "vetoEpoch": VETO,
    "challengeScore": "score",
    "challengeOrder": "order",
    "challengeOmission": "omission",
    "challengeMalformedTrack": "malformed",
    "challengeMalformedListener": "malformed",
    "challengeTrackRows": "rows",
    "challengeListenerRows": "rows",
    "expireDemand": "withheld",
}


def cause_of(selector: bytes) -> str:
    """Return what made an epoch invalid, by the selector of the function that did."""
    return _causes_by_selector().get(selector, hex_of(selector))


@lru_cache(maxsize=1)
def _causes_by_selector() -> dict[bytes, str]:
    abi = load_abi("RecommendationGraph")
    return {abi.function(name).topic[:4]: cause for name, cause in _CAUSES.items()}


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
class KeeperRemoved:
    """A keeper that lost its bond is no member of the new version."""

    version: int
    keeper: Address


@dataclass(frozen=True, slots=True)
class FinalAtMoved:
    """An answer left more time for challenges."""

    epoch: int
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
    context.state.keepers = KeeperMembers(frozenset(event.keepers), event.quorum)
    _add_keeper_set(context, event.version)


@handles("RecommendationGraph", KeeperRemoved)
def on_keeper_removed(event: KeeperRemoved, context: Context) -> None:
    """The set without that member; the quorum stays, and the sets before stay as they were.

    All whom one challenge removes leave in one version, so this may be a set that has been added without
    another of them.
    """
    before = context.state.keepers
    context.state.keepers = KeeperMembers(before.members - {event.keeper}, before.quorum)
    keeper_set = _add_keeper_set(context, event.version)
    context.rows.no_edge("KEEPS", ("Account", event.keeper), keeper_set)


@handles("RecommendationGraph", Committed)
def on_committed(event: Committed, context: Context) -> None:
    """The epoch with its roots and digests, and each signer's commitment to it."""
    commitment = event.commitment
    epoch_id = epoch_name(context, event.epoch)
    context.rows.node(
        "Epoch",
        epoch_id,
        number=event.epoch,
        track_root=hex_of(commitment[1]),
        listener_root=hex_of(commitment[2]),
        snapshot_digest=hex_of(commitment[7]),
        model_digest=hex_of(commitment[8]),
        bundle_cid=commitment[14],
        committed_at=seconds_at(event.committed_at),
        final_at=seconds_at(event.final_at),
        invalid=False,
    )
    for signer in event.signers:
        ends = ("Account", signer), ("Epoch", epoch_id)
        context.rows.edge("COMMITTED", *ends, event_id=context.event_id, at=context.at)


@handles("RecommendationGraph", EpochInvalidated)
def on_epoch_invalidated(event: EpochInvalidated, context: Context) -> None:
    """The epoch is invalid, and who made it so; a veto is no challenge."""
    epoch_id = epoch_name(context, event.epoch)
    cause = cause_of(event.cause)
    context.rows.node("Epoch", epoch_id, number=event.epoch, invalid=True, invalid_cause=cause)
    if cause == VETO:
        return
    add_challenger(context, ("Challenge", epoch_id), event.epoch, event.by)


@handles("RecommendationGraph", FinalAtMoved)
def on_final_at_moved(event: FinalAtMoved, context: Context) -> None:
    """From when the epoch is final now."""
    epoch_id = epoch_name(context, event.epoch)
    context.rows.node("Epoch", epoch_id, number=event.epoch, final_at=seconds_at(event.final_at))


def epoch_name(context: Context, epoch: int) -> str:
    """Return the id of an epoch, whichever contract's event names it."""
    return chain_name(context.chain_id, context.contracts["RecommendationGraph"], epoch)


def add_challenger(context: Context, challenge: tuple[str, str], epoch: int, by: Address) -> None:
    """Add who challenged which epoch."""
    ends = {"event_id": context.event_id, "at": context.at}
    context.rows.edge("CHALLENGED", ("Account", by), challenge, **ends)
    context.rows.edge("CHALLENGED", challenge, ("Epoch", epoch_name(context, epoch)), **ends)


def _add_keeper_set(context: Context, version: int) -> tuple[str, str]:
    contract = context.contracts["RecommendationGraph"]
    keeper_set = ("KeeperSet", chain_name(context.chain_id, contract, version))
    now = context.state.keepers
    context.rows.node(*keeper_set, version=version, quorum=now.quorum, at=context.at)
    for keeper in sorted(now.members):
        context.rows.edge("KEEPS", ("Account", keeper), keeper_set)
    return keeper_set
