"""Transactions of this home that are in a block although nobody waited for their receipt.

Owns the search by event. Refuses to send anything.
"""

from collections.abc import Mapping
from typing import Any

from commitments.commitment import EpochCommitment, RewardRoot
from keepers.chain_reads import fetch_head
from keepers.context import KeeperContext
from tunefi.chain.contract import Contract
from tunefi.chain.history import fetch_events


async def find_commit_transaction(context: KeeperContext, commitment: EpochCommitment) -> str | None:
    """Return the transaction that committed an epoch, or None where it is another commitment."""
    graph = context.recommendation_graph
    event = await _find(context, graph, "Committed", {"epoch": commitment.epoch}, commitment.reference_block)
    same = event is not None and tuple(event[0]["commitment"]) == commitment.to_tuple()
    return event[1] if event is not None and same else None


async def find_root_transaction(context: KeeperContext, root: RewardRoot, from_block: int) -> str | None:
    """Return the transaction that posted a reward root, or None."""
    expected = {"epoch": root.epoch, "root": root.root}
    event = await _find(context, context.fan_engagement, "RootPosted", expected, from_block)
    return event[1] if event else None


async def _find(
    context: KeeperContext, contract: Contract, name: str, expected: Mapping[str, Any], from_block: int
) -> tuple[dict[str, Any], str] | None:
    head = (await fetch_head(context)).number
    async for event in fetch_events(context.rpc, contract, from_block, head):
        arguments = dict(event.arguments)
        if event.name == name and expected.items() <= arguments.items():
            return arguments, event.log.transaction_hash
    return None
