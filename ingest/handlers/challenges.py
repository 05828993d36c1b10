"""Events of challenges and demands: what was proven or asked, by whom, and what it cost whom.

Owns what they mean in the graph. Refuses to judge evidence: the contract did.
"""

from dataclasses import dataclass
from typing import Any

from ingest.chain_names import chain_name
from ingest.handlers.recommendations import add_challenger, cause_of, epoch_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import ZERO_ADDRESS, Address, hex_of

_BOUNTY_PARTS = 2


@dataclass(frozen=True, slots=True)
class Slashed:
    """A keeper lost a part of its bond; the event of the contract that slashed it comes next."""

    keeper: Address
    amount: int
    total_bond: int
    unbonding: int


@dataclass(frozen=True, slots=True)
class SignersSlashed:
    """All signers of an epoch lost bonds."""

    epoch: int
    cause: bytes
    bounty_to: Address
    amount: int


@dataclass(frozen=True, slots=True)
class KeeperEquivocated:
    """One keeper signed two commitments of one epoch, and lost its bond."""

    epoch: int
    keeper: Address
    by: Address
    struct_hash_a: bytes
    struct_hash_b: bytes
    amount: int


@dataclass(frozen=True, slots=True)
class TrackDemanded:
    """A track's opening was demanded."""

    demand_id: bytes
    epoch: int
    row: int
    demander: Address
    deposit: int
    answer_by: int


@dataclass(frozen=True, slots=True)
class ListenerDemanded:
    """A listener demanded its list."""

    demand_id: bytes
    epoch: int
    listener: Address
    deposit: int
    answer_by: int


@dataclass(frozen=True, slots=True)
class TrackAnswered:
    """A track's opening was shown."""

    demand_id: bytes
    epoch: int
    answerer: Address
    opening: Any
    proof: Any


@dataclass(frozen=True, slots=True)
class ListenerAnswered:
    """A list was shown."""

    demand_id: bytes
    epoch: int
    answerer: Address
    opening: Any
    proof: Any


@dataclass(frozen=True, slots=True)
class AbsenceAnswered:
    """That a listener has no leaf was proven."""

    demand_id: bytes
    epoch: int
    answerer: Address
    neighbours: Any
    proofs: Any


@dataclass(frozen=True, slots=True)
class DemandExpired:
    """A demand was not answered in time."""

    demand_id: bytes
    epoch: int
    by: Address


@handles("StakingContract", Slashed)
def on_slashed(event: Slashed, context: Context) -> None:
    """Kept until the event that says why, in the same transaction."""
    context.state.losses.append((context.event.log.transaction_hash, event.keeper, event.amount))


@handles("RecommendationGraph", SignersSlashed)
def on_signers_slashed(event: SignersSlashed, context: Context) -> None:
    """What it cost each signer, and who got the bounty; EpochInvalidated said before who did it."""
    bounty_wei = event.amount // _BOUNTY_PARTS if event.bounty_to != ZERO_ADDRESS else 0
    challenge = ("Challenge", epoch_name(context, event.epoch))
    bounty_to = event.bounty_to if bounty_wei else None
    _won(context, challenge, cause_of(event.cause), event.amount, bounty_wei, bounty_to)


@handles("RecommendationGraph", KeeperEquivocated)
def on_keeper_equivocated(event: KeeperEquivocated, context: Context) -> None:
    """A challenge of one keeper; the epoch stays as it is."""
    challenge = ("Challenge", f"{epoch_name(context, event.epoch)}:{event.keeper}")
    add_challenger(context, challenge, event.epoch, event.by)
    _won(context, challenge, "equivocation", event.amount, event.amount // _BOUNTY_PARTS, event.by)


@handles("RecommendationGraph", TrackDemanded)
def on_track_demanded(event: TrackDemanded, context: Context) -> None:
    """An open demand."""
    _demand(context, event.demand_id, event.epoch, event.demander)


@handles("RecommendationGraph", ListenerDemanded)
def on_listener_demanded(event: ListenerDemanded, context: Context) -> None:
    """An open demand; the list will be public, as its listener wants."""
    _demand(context, event.demand_id, event.epoch, event.listener)


@handles("RecommendationGraph", TrackAnswered)
def on_track_answered(event: TrackAnswered, context: Context) -> None:
    """The demand is answered; what was shown stays in the event, for whoever needs it."""
    _answered(context, event.demand_id)


@handles("RecommendationGraph", ListenerAnswered)
def on_listener_answered(event: ListenerAnswered, context: Context) -> None:
    """The demand is answered; what was shown stays in the event, for whoever needs it."""
    _answered(context, event.demand_id)


@handles("RecommendationGraph", AbsenceAnswered)
def on_absence_answered(event: AbsenceAnswered, context: Context) -> None:
    """The demand is answered; what was shown stays in the event, for whoever needs it."""
    _answered(context, event.demand_id)


@handles("RecommendationGraph", DemandExpired)
def on_demand_expired(event: DemandExpired, context: Context) -> None:
    """The demand was not answered."""
    context.rows.node("Challenge", _demand_name(context, event.demand_id), state="expired")


def _demand(context: Context, demand_id: bytes, epoch: int, by: Address) -> None:
    challenge = ("Challenge", _demand_name(context, demand_id))
    context.rows.node(*challenge, kind="demand", state="open", at=context.at)
    add_challenger(context, challenge, epoch, by)


def _answered(context: Context, demand_id: bytes) -> None:
    context.rows.node("Challenge", _demand_name(context, demand_id), state="answered")


def _demand_name(context: Context, demand_id: bytes) -> str:
    return chain_name(context.chain_id, context.event.log.address, hex_of(demand_id))


def _won(
    context: Context,
    challenge: tuple[str, str],
    kind: str,
    amount: int,
    bounty_wei: int,
    bounty_to: Address | None,
) -> None:
    """Set what was proven and who got the bounty, and add what each keeper lost in this transaction."""
    context.rows.node(
        *challenge,
        kind=kind,
        state="won",
        bounty_to=bounty_to,
        bounty_wei=str(bounty_wei),
        burned_wei=str(amount - bounty_wei),
        at=context.at,
    )
    transaction = context.event.log.transaction_hash
    mine = [loss for loss in context.state.losses if loss[0] == transaction]
    context.state.losses[:] = [loss for loss in context.state.losses if loss[0] != transaction]
    for _, keeper, wei in mine:
        ends = ("Account", keeper), challenge
        context.rows.edge("SLASHED", *ends, event_id=context.event_id, amount_wei=str(wei), at=context.at)
