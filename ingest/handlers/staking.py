"""Events of StakingContract: the stake of each account after each change.

Owns what they mean in the graph. Refuses to know trust and rewards.
"""

from dataclasses import dataclass

from ingest.chain_names import pool_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class Staked:
    """Tokens were staked."""

    account: Address
    amount: int
    total_stake: int


@dataclass(frozen=True, slots=True)
class Unstaked:
    """A part of a stake stopped counting."""

    account: Address
    amount: int
    total_stake: int
    unstaking: int
    ready_at: int


@handles("StakingContract", Staked)
def on_staked(event: Staked, context: Context) -> None:
    """The account's whole stake from this block on."""
    _change(context, event.account, event.total_stake)


@handles("StakingContract", Unstaked)
def on_unstaked(event: Unstaked, context: Context) -> None:
    """The account's whole stake from this block on; what waits to be withdrawn no longer counts."""
    _change(context, event.account, event.total_stake)


def _change(context: Context, account: Address, total_wei: int) -> None:
    log = context.event.log
    context.rows.edge(
        "STAKED",
        ("Account", account),
        ("StakingPool", pool_name(context.chain_id, log.address)),
        event_id=context.event_id,
        amount_wei=str(total_wei),
        block=log.block_number,
        at=context.at,
    )
