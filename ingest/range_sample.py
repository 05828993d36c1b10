"""Some ranges of final blocks read again from a second node, which must tell the same logs.

Owns which ranges, and what a difference means: a node that the blocks' filters convict is not believed, and
where they convict neither, nothing is.
"""

from collections.abc import Sequence

from ingest.errors import NodesDisagree
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.errors import NodeContradiction, NodeUnreachable, RpcError
from tunefi.chain.log_evidence import LogEvidence
from tunefi.chain.logs import RawLog, fetch_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address

_PARTS = 1 << 32


class RangeSample:
    """Compares a share of the ranges.

    Args:
        rpc: The nodes.
        addresses: The contracts whose logs are asked for.
        evidence: What convicts a node.
        share: 0 compares nothing, 1 everything. Which ranges is decided by the hash of their last block.
    """

    def __init__(
        self, rpc: JsonRpc, addresses: Sequence[Address], evidence: LogEvidence, share: float
    ) -> None:
        self._rpc = rpc
        self._addresses = addresses
        self._evidence = evidence
        self._share = share

    async def check(self, rpc: JsonRpc, headers: Sequence[BlockHeader], logs: Sequence[RawLog]) -> None:
        """Compare an answer of one node with that of another, where it is in the sample and there is one.

        Raises:
            NodeContradiction: The node that answered is the false one.
            NodesDisagree: Either could be.
        """
        if int(headers[-1].hash[2:10], 16) >= self._share * _PARTS:
            return
        second = self._rpc.beside(rpc)
        if second is None:
            return
        try:
            others = await second.on_one_node(
                lambda node: fetch_logs(node, headers[0].number, headers[-1].number, self._addresses)
            )
        except (NodeUnreachable, RpcError):
            return
        different = {log.block_number for log in set(logs) ^ set(others)}
        for header in headers:
            if header.number in different:
                await self._compare(rpc, second, header, logs, others)

    async def _compare(
        self,
        first: JsonRpc,
        second: JsonRpc,
        header: BlockHeader,
        logs: Sequence[RawLog],
        others: Sequence[RawLog],
    ) -> None:
        here = [log for log in logs if log.block_number == header.number]
        there = [log for log in others if log.block_number == header.number]
        await self._evidence.check_whole(first, header, here)
        try:
            await second.on_one_node(lambda node: self._evidence.check_whole(node, header, there))
        except (NodeContradiction, RpcError):
            return
        raise NodesDisagree((first.node, second.node), header.number)
