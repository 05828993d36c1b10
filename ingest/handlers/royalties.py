"""Events of RoyaltyDistributor: which splits there are and whom they pay.

Owns what they mean in the graph. Refuses to keep balances: they decide nothing here.
"""

import json
from dataclasses import dataclass
from typing import Any

from ingest.chain_names import chain_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class SplitCreated:
    """An account that pays others in fixed parts exists."""

    account: Address
    number: int
    split_hash: bytes
    split: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SplitUpdated:
    """A split pays in other parts from now on."""

    account: Address
    previous_hash: bytes
    split_hash: bytes
    nonce: int
    split: tuple[Any, ...]


@handles("RoyaltyDistributor", SplitCreated)
def on_split_created(event: SplitCreated, context: Context) -> None:
    """The split with its shares."""
    _set(context, event.account, event.split)


@handles("RoyaltyDistributor", SplitUpdated)
def on_split_updated(event: SplitUpdated, context: Context) -> None:
    """The shares from now on; what came in before is paid by those before."""
    _set(context, event.account, event.split)


def split_name(context: Context, account: Address) -> str:
    """Return the id of a split."""
    return chain_name(context.chain_id, context.contracts["RoyaltyDistributor"], account)


def _set(context: Context, account: Address, split: tuple[Any, ...]) -> None:
    split_id = split_name(context, account)
    context.state.splits.add(split_id)
    shares = [list(recipient) for recipient in split[0]]
    context.rows.node("RoyaltySplit", split_id, shares=json.dumps(shares, separators=(",", ":")))
