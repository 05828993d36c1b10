"""Which of several nodes is asked next.

Owns the order: who may be asked, then who is at the head, then who costs least, and who was asked last stays
until another one is clearly better. Refuses to send anything.
"""

import asyncio
from collections.abc import Sequence

from tunefi.chain.errors import NodeBusy
from tunefi.chain.node import Node

_LAG_BLOCKS = 5
"""A node this far behind the best head is asked only where no other one is left."""
_LOYALTY = 0.5
"""By how much the node that was asked last seems cheaper than it is."""


class NodeChoice:
    """Chooses among nodes.

    Args:
        nodes: At least one.
        patience_seconds: Longest wait for nodes that want to be asked later.
    """

    def __init__(self, nodes: Sequence[Node], patience_seconds: float) -> None:
        self.nodes = tuple(nodes)
        self.current = self.nodes[0]
        self._patience_seconds = patience_seconds

    async def choose(self, failed: frozenset[Node] = frozenset()) -> Node:
        """Return the node to ask, after a wait where all of them want one.

        Args:
            failed: Those that just failed in the same work: any other one is better.

        Raises:
            NodeBusy: All nodes want a longer wait than is waited here.
            ChainIdMismatch, GenesisMismatch: Not one of them serves the chain.
        """
        best = min(self.nodes, key=lambda node: self._rank(node, failed))
        if best.health.barred is not None:
            raise best.health.barred
        seconds = best.health.wait_seconds
        if seconds > self._patience_seconds:
            raise NodeBusy(best.name, "it wants to be left alone", seconds)
        if seconds:
            await asyncio.sleep(seconds)
        self.current = best
        return best

    def another_is_ready(self, failed: frozenset[Node]) -> bool:
        """Return whether a node that did not fail may be asked at once."""
        return any(node.health.ready for node in self.nodes if node not in failed)

    def other_than(self, node: Node) -> Node | None:
        """Return the best node that may be asked beside this one, or None."""
        others = [other for other in self.nodes if other is not node and other.health.ready]
        return min(others, key=lambda other: self._rank(other, frozenset()), default=None)

    def _rank(self, node: Node, failed: frozenset[Node]) -> tuple[bool, bool, float, bool, bool, float]:
        health = node.health
        cost = health.cost * (_LOYALTY if node is self.current else 1.0)
        barred = health.barred is not None
        return barred, not health.ready, health.wait_seconds, node in failed, self._lags(node), cost

    def _lags(self, node: Node) -> bool:
        heads = [other.health.head for other in self.nodes if other.health.head is not None]
        return node.health.head is not None and node.health.head < max(heads) - _LAG_BLOCKS
