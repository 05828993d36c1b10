"""What a chain never does: lose a final block, or become shorter by more than can be undone.

Owns the memory of the highest head and final block since the start. One node that says such a thing may just
lag, so it is contradicted and another one is asked; when every node says so, ingestion halts.
"""

from collections.abc import Iterable

from ingest.errors import FinalBlockChanged, HeadWentBack
from tunefi.chain.blocks import BlockHeader, fetch_block
from tunefi.chain.errors import NodeContradiction, NodeUnreachable, UnknownBlock
from tunefi.chain.rpc import JsonRpc


class ChainWatch:
    """Remembers how far the chain was.

    Args:
        window_blocks: How far head and final block may go back, as nodes of one provider do.
    """

    def __init__(self, window_blocks: int) -> None:
        self._window_blocks = window_blocks
        self.told_head = 0
        """The newest block of the node that was asked last: what it must have."""
        self._head = 0
        self._final: BlockHeader | None = None
        self._against: dict[str, set[str]] = {"head": set(), "final": set()}

    def check_head(self, head: BlockHeader, node: str, nodes: Iterable[str]) -> None:
        """Take a head in.

        Args:
            head: The newest block of a node.
            node: Its name.
            nodes: The names of all.

        Raises:
            NodeUnreachable: This node is too far behind; ask another one.
            HeadWentBack: Every node is.
        """
        if head.number + self._window_blocks >= self._head:
            self.told_head, self._head = head.number, max(self._head, head.number)
            self._against["head"].clear()
        elif self._all_say("head", node, nodes):
            raise HeadWentBack(self._head, head.number, self._window_blocks)
        else:
            raise NodeUnreachable(node, f"its head is block {head.number}, and block {self._head} was seen")

    async def check_final(self, final: BlockHeader, rpc: JsonRpc, nodes: Iterable[str]) -> BlockHeader:
        """Return the highest block that is final, after a look whether the node still has the last one.

        Raises:
            NodeContradiction: This node has another block there, or none; ask another one.
            FinalBlockChanged: No node has it.
        """
        before = self._final
        if before is None or final.hash == before.hash:
            self._final = final
            return final
        found = await _hash_at(rpc, before.number)
        if found != before.hash or final.number + self._window_blocks < before.number:
            if self._all_say("final", rpc.node, nodes):
                raise FinalBlockChanged(
                    before.number, before.hash, found or f"nothing, {final.number} is final"
                )
            raise NodeContradiction(rpc.node, f"final block {before.number} is not {before.hash} there")
        self._against["final"].clear()
        self._final = max(before, final, key=lambda header: header.number)
        return self._final

    def _all_say(self, what: str, node: str, nodes: Iterable[str]) -> bool:
        self._against[what].add(node)
        return self._against[what] >= set(nodes)


async def _hash_at(rpc: JsonRpc, number: int) -> str | None:
    try:
        return (await fetch_block(rpc, number)).hash
    except UnknownBlock:
        return None
