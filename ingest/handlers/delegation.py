"""Delegations of TuneToken and of stakes: who votes for whom.

Owns what they mean in the graph. Refuses to keep balances: no recommendation or reward depends on them.
"""

from dataclasses import dataclass

from ingest.handlers.registry import Context, handles
from tunefi.ids import ZERO_ADDRESS, Address


@dataclass(frozen=True, slots=True)
class DelegateChanged:
    """An account gave its votes to another."""

    delegator: Address
    from_delegate: Address
    to_delegate: Address


@handles("TuneToken", DelegateChanged)
@handles("StakingContract", DelegateChanged)
def on_delegate_changed(event: DelegateChanged, context: Context) -> None:
    """One delegation a delegator of its tokens, and one of its stake."""
    delegator = ("Account", event.delegator)
    votes = "token" if context.event.contract == "TuneToken" else "stake"
    if event.from_delegate != ZERO_ADDRESS:
        context.rows.no_edge("DELEGATES_TO", delegator, ("Account", event.from_delegate), votes=votes)
    if event.to_delegate != ZERO_ADDRESS:
        context.rows.edge("DELEGATES_TO", delegator, ("Account", event.to_delegate), votes=votes)
