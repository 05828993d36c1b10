"""Events of Governance: what is proposed, who voted how, and what became of it.

Owns what they mean in the graph. Refuses to count votes: whether a proposal succeeded is a matter of time
and quorum, which the contract answers.
"""

from dataclasses import dataclass

from ingest.chain_names import chain_name, seconds_at
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class ProposalCreated:
    """Something can be voted on between two times, in seconds."""

    proposal_id: int
    proposer: Address
    targets: tuple[Address, ...]
    values: tuple[int, ...]
    signatures: tuple[str, ...]
    calldatas: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str


@dataclass(frozen=True, slots=True)
class ProposalExtended:
    """Voting lasts longer, because the quorum was reached late."""

    proposal_id: int
    extended_deadline: int


@dataclass(frozen=True, slots=True)
class ProposalQueued:
    """It succeeded and waits in the timelock."""

    proposal_id: int
    eta_seconds: int


@dataclass(frozen=True, slots=True)
class ProposalExecuted:
    """It was carried out."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class ProposalCanceled:
    """It can never be carried out."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class VoteCast:
    """One account voted; `support` is 0 against, 1 for, 2 abstain."""

    voter: Address
    proposal_id: int
    support: int
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class VoteCastWithParams:
    """One account voted, with parameters that the counting ignores."""

    voter: Address
    proposal_id: int
    support: int
    weight: int
    reason: str
    params: bytes


@handles("Governance", ProposalCreated)
def on_proposal_created(event: ProposalCreated, context: Context) -> None:
    """The proposal, with what it says and when it can be voted on."""
    _set(
        context,
        event.proposal_id,
        state="open",
        proposer=event.proposer,
        description=event.description,
        vote_start_at=seconds_at(event.vote_start),
        vote_end_at=seconds_at(event.vote_end),
    )


@handles("Governance", ProposalExtended)
def on_proposal_extended(event: ProposalExtended, context: Context) -> None:
    """The new end of voting."""
    _set(context, event.proposal_id, vote_end_at=seconds_at(event.extended_deadline))


@handles("Governance", ProposalQueued)
def on_proposal_queued(event: ProposalQueued, context: Context) -> None:
    """From when it can be carried out."""
    _set(context, event.proposal_id, state="queued", executable_at=seconds_at(event.eta_seconds))


@handles("Governance", ProposalExecuted)
def on_proposal_executed(event: ProposalExecuted, context: Context) -> None:
    """It was carried out."""
    _set(context, event.proposal_id, state="executed", executed_at=context.at)


@handles("Governance", ProposalCanceled)
def on_proposal_canceled(event: ProposalCanceled, context: Context) -> None:
    """It can never be carried out."""
    _set(context, event.proposal_id, state="cancelled")


@handles("Governance", VoteCast)
def on_vote_cast(event: VoteCast, context: Context) -> None:
    """The one vote of an account on a proposal."""
    _vote(context, event.voter, event.proposal_id, event.support, event.weight)


@handles("Governance", VoteCastWithParams)
def on_vote_cast_with_params(event: VoteCastWithParams, context: Context) -> None:
    """The one vote of an account on a proposal."""
    _vote(context, event.voter, event.proposal_id, event.support, event.weight)


def _vote(context: Context, voter: Address, proposal_id: int, support: int, weight: int) -> None:
    ends = ("Account", voter), ("Proposal", _name(context, proposal_id))
    context.rows.edge("VOTED", *ends, support=support, weight=str(weight), at=context.at)


def _set(context: Context, proposal_id: int, **properties: object) -> None:
    context.rows.node("Proposal", _name(context, proposal_id), **properties)


def _name(context: Context, proposal_id: int) -> str:
    return chain_name(context.chain_id, context.event.log.address, proposal_id)
