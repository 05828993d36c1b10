"""What the follower asks of a node: blocks and their logs, checked against one another.

Owns the questions. Refuses to believe an answer that contradicts itself, and to know the graph.
"""

from ingest.block_logs import BlockLogs
from tunefi.chain.blocks import BlockHeader, fetch_block, fetch_blocks, fetch_finalized
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import NodeUnreachable, NoFinalizedTag, RpcError, UnknownBlock
from tunefi.chain.logs import fetch_block_logs, fetch_logs
from tunefi.chain.rpc import JsonRpc


class ChainSource:
    """The blocks and logs of one deployment, from one node."""

    def __init__(self, rpc: JsonRpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._addresses = sorted(deployment.contracts.values())

    async def check(self) -> None:
        """Raise `ChainIdMismatch` or `GenesisMismatch` unless a node serves the deployment's chain."""
        await self._rpc.check_identity(self._deployment.identity)

    async def fetch_head(self) -> BlockHeader:
        """Return the newest block of a node that does not lag."""
        await self._rpc.compare_heads()
        return await fetch_block(self._rpc, "latest")

    async def fetch_final(self) -> BlockHeader | None:
        """Return the newest final block, or None where the node has no such tag."""
        try:
            return await fetch_finalized(self._rpc)
        except NoFinalizedTag:
            return None

    async def fetch_header(self, number: int) -> BlockHeader | None:
        """Return the block at a height, or None where the chain is shorter."""
        try:
            return await fetch_block(self._rpc, number)
        except UnknownBlock:
            return None

    async def fetch_headers(self, first: int, last: int) -> list[BlockHeader]:
        """Return the blocks from a height to another, as far as the chain goes and they are linked."""
        try:
            headers = await fetch_blocks(self._rpc, range(first, last + 1))
        except UnknownBlock:
            return []
        linked = headers[:1]
        for header in headers[1:]:
            if header.parent_hash != linked[-1].hash:
                break
            linked.append(header)
        return linked

    async def fetch_range(self, first: int, last: BlockHeader) -> BlockLogs:
        """Return the logs of final blocks, both ends included.

        Raises:
            NodeUnreachable: Logs and blocks contradict each other; ask again.
        """
        logs = await fetch_logs(self._rpc, first, last.number, self._addresses)
        headers = await fetch_blocks(self._rpc, sorted({log.block_number for log in logs}))
        hashes = {header.number: header.hash for header in headers}
        if any(hashes[log.block_number] != log.block_hash for log in logs):
            raise NodeUnreachable(self._rpc.node, "logs and blocks are of different branches")
        return BlockLogs(last, headers, logs)

    async def fetch_block(self, header: BlockHeader) -> BlockLogs | None:
        """Return the logs of exactly this block, or None where the node has dropped it meanwhile."""
        try:
            logs = await fetch_block_logs(self._rpc, header.hash, self._addresses)
        except RpcError:
            return None
        return BlockLogs(header, [header] if logs else [], logs)
