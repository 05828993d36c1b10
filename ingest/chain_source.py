"""What the follower asks of a node: blocks and their logs, checked against one another.

Owns the questions, and that all of one answer comes from one node. Refuses to believe an answer that
contradicts itself, and to know the graph.
"""

from ingest.block_logs import BlockLogs
from ingest.chain_watch import ChainWatch
from ingest.range_sample import RangeSample
from tunefi.chain.blocks import BlockHeader, check_links, fetch_block, fetch_blocks, fetch_finalized
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import NodeContradiction, NoFinalizedTag, RpcError, UnknownBlock
from tunefi.chain.log_evidence import LogEvidence
from tunefi.chain.logs import RawLog, fetch_block_logs, fetch_logs
from tunefi.chain.rpc import JsonRpc


class ChainSource:
    """The blocks and logs of one deployment.

    Args:
        rpc: The nodes.
        deployment: The contracts.
        window_blocks: How far head and final block may go back before that is an alarm.
        sample_share: Share of the ranges of final blocks that are read from a second node too.
    """

    def __init__(
        self, rpc: JsonRpc, deployment: Deployment, *, window_blocks: int = 128, sample_share: float = 0.0
    ) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._addresses = sorted(deployment.contracts.values())
        self._watch = ChainWatch(window_blocks)
        self._evidence = LogEvidence(deployment.abis())
        self._sample = RangeSample(rpc, self._addresses, self._evidence, sample_share)

    async def check(self) -> None:
        """Raise `ChainIdMismatch` or `GenesisMismatch` unless a node serves the deployment's chain."""
        await self._rpc.check_identity(self._deployment.identity)

    async def fetch_head(self) -> BlockHeader:
        """Return the newest block of a node that does not lag.

        Raises:
            HeadWentBack: Every node is further behind than can be undone.
        """
        await self._rpc.compare_heads()
        return await self._rpc.on_one_node(self._fetch_head)

    async def fetch_final(self) -> BlockHeader | None:
        """Return the newest final block, or None where the node has no such tag.

        Raises:
            FinalBlockChanged: A block that was final is not on the chain any more.
        """
        try:
            return await self._rpc.on_one_node(self._fetch_final)
        except NoFinalizedTag:
            return None

    async def fetch_header(self, number: int) -> BlockHeader | None:
        """Return the block at a height, or None where the chain is shorter."""
        return await self._rpc.on_one_node(lambda rpc: self._fetch_header(rpc, number))

    async def fetch_headers(self, first: int, last: int) -> list[BlockHeader]:
        """Return the blocks from a height to another, as far as the chain goes and they are linked."""
        try:
            headers = await self._rpc.on_one_node(lambda rpc: fetch_blocks(rpc, range(first, last + 1)))
        except UnknownBlock:
            return []
        linked = headers[:1]
        for header in headers[1:]:
            if header.parent_hash != linked[-1].hash:
                break
            linked.append(header)
        return linked

    async def fetch_range(self, first: int, last: BlockHeader, parent_hash: str) -> BlockLogs:
        """Return the logs of final blocks, both ends included.

        Args:
            first: Height of the first block.
            last: The last one.
            parent_hash: Of the block before the first.

        Raises:
            NodeContradiction: Logs and blocks contradict each other; ask again.
            NodesDisagree: A second node tells other logs, and nothing shows which is right.
        """
        headers, logs = await self._rpc.on_one_node(
            lambda rpc: self._fetch_range(rpc, first, last, parent_hash)
        )
        with_logs = {log.block_number for log in logs}
        return BlockLogs(last, [header for header in headers if header.number in with_logs], logs)

    async def fetch_block(self, header: BlockHeader) -> BlockLogs | None:
        """Return the logs of exactly this block, or None where the node has dropped it meanwhile."""
        try:
            logs = await self._rpc.on_one_node(lambda rpc: self._fetch_block(rpc, header))
        except RpcError:
            return None
        return BlockLogs(header, [header] if logs else [], logs)

    async def _fetch_head(self, rpc: JsonRpc) -> BlockHeader:
        head = await fetch_block(rpc, "latest")
        self._watch.check_head(head, rpc.node, self._names())
        return head

    async def _fetch_header(self, rpc: JsonRpc, number: int) -> BlockHeader | None:
        try:
            return await fetch_block(rpc, number)
        except UnknownBlock as error:
            if number <= self._watch.told_head:
                raise NodeContradiction(rpc.node, f"{error}, below the head it told") from error
            return None

    async def _fetch_final(self, rpc: JsonRpc) -> BlockHeader:
        return await self._watch.check_final(await fetch_finalized(rpc), rpc, self._names())

    async def _fetch_range(
        self, rpc: JsonRpc, first: int, last: BlockHeader, parent_hash: str
    ) -> tuple[list[BlockHeader], list[RawLog]]:
        logs = await fetch_logs(rpc, first, last.number, self._addresses)
        try:
            headers = await fetch_blocks(rpc, range(first, last.number + 1))
        except UnknownBlock as error:
            raise NodeContradiction(rpc.node, f"{error}, which another answer of it has") from error
        check_links(headers, parent_hash, rpc.node)
        hashes = {header.number: header.hash for header in headers}
        if headers[-1].hash != last.hash or any(hashes[log.block_number] != log.block_hash for log in logs):
            raise NodeContradiction(rpc.node, "logs and blocks are of different branches")
        await self._evidence.check(rpc, headers, logs)
        await self._sample.check(rpc, headers, logs)
        return headers, logs

    async def _fetch_block(self, rpc: JsonRpc, header: BlockHeader) -> list[RawLog]:
        logs = await fetch_block_logs(rpc, header.hash, self._addresses)
        await self._evidence.check(rpc, [header], logs)
        return logs

    def _names(self) -> set[str]:
        return {node.name for node in self._rpc.nodes if node.health.barred is None}
