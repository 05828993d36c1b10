"""What the follower asks of a node: blocks and their logs, checked against one another.

Owns the questions, and that all of one answer comes from one node. Refuses to believe an answer that
contradicts itself, and to know the graph.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ingest.block_logs import BlockLogs
from ingest.chain_watch import ChainWatch
from ingest.range_sample import RangeSample
from tunefi.chain.blocks import BlockHeader, check_links, fetch_block, fetch_blocks, fetch_finalized
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import NodeContradiction, NodeUnreachable, NoFinalizedTag, RpcError, UnknownBlock
from tunefi.chain.log_evidence import LogEvidence
from tunefi.chain.log_ranges import LogParts, PartSize
from tunefi.chain.logs import RawLog, fetch_block_logs, fetch_logs
from tunefi.chain.rpc import JsonRpc


class ChainSource:
    """The blocks and logs of one deployment.

    Args:
        rpc: The nodes.
        deployment: The contracts.
        window_blocks: How far head and final block may go back before that is an alarm.
        sample_share: Share of the ranges of final blocks that are read from a second node too.
        range_blocks: Most blocks in one range.
    """

    def __init__(
        self,
        rpc: JsonRpc,
        deployment: Deployment,
        *,
        window_blocks: int = 128,
        sample_share: float = 0.0,
        range_blocks: int = 1_000,
    ) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._addresses = sorted(deployment.contracts.values())
        self._size = PartSize(most=range_blocks)
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

    async def fetch_ranges(
        self, number: int, parent_hash: str, settled: BlockHeader
    ) -> AsyncGenerator[BlockLogs]:
        """Yield the logs of final blocks in ranges, one after the other; close the iterator to give up.

        Args:
            number: Height of the first block.
            parent_hash: Of the block before it.
            settled: The last block.

        Raises:
            NodeContradiction: Logs and blocks contradict each other; ask again.
            NodesDisagree: A second node tells other logs, and nothing shows which is right.
        """
        parts = LogParts(
            lambda first, last: self._rpc.on_one_node(
                lambda rpc: self._fetch_range(rpc, first, last, settled)
            ),
            lambda part: len(part[1].logs),
            self._size,
        )
        async with aclosing(parts.fetch(number, settled.number)) as found:
            async for parent, logs in found:
                if parent != parent_hash:
                    raise NodeContradiction(self._rpc.node, f"block {parent_hash} has no child that is final")
                parent_hash = logs.last.hash
                yield logs

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
                raise NodeUnreachable(
                    rpc.node, f"{error}, and block {self._watch.told_head} was told of"
                ) from error
            return None

    async def _fetch_final(self, rpc: JsonRpc) -> BlockHeader:
        return await self._watch.check_final(await fetch_finalized(rpc), rpc, self._names())

    async def _fetch_range(
        self, rpc: JsonRpc, first: int, last: int, settled: BlockHeader
    ) -> tuple[str, BlockLogs]:
        """Return the hash of the block before a range, and its logs."""
        logs = await fetch_logs(rpc, first, last, self._addresses)
        try:
            headers = await fetch_blocks(rpc, range(first, last + 1))
        except UnknownBlock as error:
            raise NodeUnreachable(rpc.node, f"{error}, which is final") from error
        check_links(headers, rpc.node)
        hashes = {header.number: header.hash for header in headers}
        other_branch = any(hashes[log.block_number] != log.block_hash for log in logs)
        if other_branch or (last == settled.number and headers[-1].hash != settled.hash):
            raise NodeContradiction(rpc.node, "logs and blocks are of different branches")
        await self._evidence.check(rpc, headers, logs)
        await self._sample.check(rpc, headers, logs)
        with_logs = {log.block_number for log in logs}
        found = BlockLogs(headers[-1], [header for header in headers if header.number in with_logs], logs)
        return headers[0].parent_hash, found

    async def _fetch_block(self, rpc: JsonRpc, header: BlockHeader) -> list[RawLog]:
        logs = await fetch_block_logs(rpc, header.hash, self._addresses)
        await self._evidence.check(rpc, [header], logs)
        return logs

    def _names(self) -> set[str]:
        return {node.name for node in self._rpc.nodes if node.health.barred is None}
