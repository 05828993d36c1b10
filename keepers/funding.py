"""What FanEngagement's own events say up to a block: money, seed factors, who wants to be paid in batches.

Owns the reading of those events. Events instead of calls, because a node forgets old state long before
old logs, and every keeper must find the same.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from keepers.context import KeeperContext
from tunefi.chain.events import ChainEvent
from tunefi.chain.history import fetch_events
from tunefi.ids import Address, EpochId, Wei


@dataclass(frozen=True, slots=True)
class Funding:
    """What was funded up to an epoch and a block, and the factors that seeds are weighed with there."""

    funded_wei: Wei
    ether_factor: int
    token_factor: int


async def read_funding(context: KeeperContext, epoch: EpochId, block: int) -> Funding:
    """Return Σ funded(i), i ≤ epoch, and the seed factors, as of a block."""
    funded_wei, factors = 0, (0, 0)
    async for event in _read_events(context, block):
        if event.name == "Funded" and event.arguments["epoch"] <= epoch:
            funded_wei += event.arguments["amount"]
        elif event.name == "SeedFactorsSet":
            factors = event.arguments["etherFactor"], event.arguments["tokenFactor"]
    return Funding(Wei(funded_wei), *factors)


async def read_opted_in(context: KeeperContext, block: int) -> frozenset[Address]:
    """Return the accounts that want to be paid in batches, as of a block."""
    wishes: dict[Address, bool] = {}
    async for event in _read_events(context, block):
        if event.name == "BatchOptInSet":
            wishes[Address(event.arguments["account"].lower())] = event.arguments["optedIn"]
    return frozenset(account for account, opted_in in wishes.items() if opted_in)


def _read_events(context: KeeperContext, block: int) -> AsyncIterator[ChainEvent]:
    return fetch_events(context.rpc, context.fan_engagement, context.deployment.block, block)
