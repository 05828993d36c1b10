"""Whether an answer holds all logs of its blocks, as far as the blocks' own filters can tell.

A filter proves absence only. So a log in a block whose filter excludes it is false; and a block that may hold
an event of a contract, of which the answer has none, is doubtful: all its logs, asked for without a filter,
must make up its filter. Blocks whose filter is so full that it says nothing are passed over.

Owns that judgement. Refuses to ask which node is right where the filters agree with both.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tunefi.chain.abi import ContractAbi
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.bloom import bloom_of, fill_share, lacks_bits, may_hold, stack_blooms
from tunefi.chain.errors import NodeContradiction, RpcError
from tunefi.chain.logs import RawLog, fetch_block_logs
from tunefi.chain.node_errors import Meaning, judge
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address

_LOG = logging.getLogger(__name__)
_MOST_FILL = 0.3
"""At this share of set bits, one event of eight contracts in 22 blocks is suggested and not there."""

Held = npt.NDArray[np.bool_]


class LogEvidence:
    """Holds answers against the filters of their blocks.

    Args:
        abis: The contracts that are asked for, by address.
    """

    def __init__(self, abis: Mapping[Address, ContractAbi]) -> None:
        self._addresses = sorted(abis)
        self._topics = sorted({bytes(topic) for abi in abis.values() for topic in abi.events})
        self._pairs = {
            (address, bytes(topic)): number
            for number, (address, topic) in enumerate(
                (address, topic) for address in self._addresses for topic in abis[address].events
            )
        }
        self._pair_address = [self._addresses.index(address) for address, _ in self._pairs]
        self._pair_topic = [self._topics.index(topic) for _, topic in self._pairs]
        self._filters_seen = False

    async def check(self, rpc: JsonRpc, headers: Sequence[BlockHeader], logs: Sequence[RawLog]) -> None:
        """Raise where an answer is shown to be false or short.

        Args:
            rpc: The node that gave headers and logs.
            headers: Of the blocks that were asked for.
            logs: Of these contracts in these blocks.

        Raises:
            NodeContradiction: Ask again, or another node.
        """
        for header in self.find_doubtful(headers, logs, rpc.node):
            try:
                await self.check_whole(rpc, header, [log for log in logs if log.block_hash == header.hash])
            except RpcError as error:
                if judge(error) is Meaning.BUSY:
                    raise
                _LOG.info("that block %d is whole cannot be checked: %s", header.number, error)

    async def check_whole(self, rpc: JsonRpc, header: BlockHeader, logs: Sequence[RawLog]) -> None:
        """Raise `NodeContradiction` unless these are all logs of the contracts in a block.

        The node is asked for every log of the block, which must make up the block's filter. More bits than
        the filter has are let pass: some chains keep logs of their own that no filter counts.
        """
        everything = await fetch_block_logs(rpc, header.hash)
        if header.logs_bloom is not None and lacks_bits(bloom_of(everything), header.logs_bloom):
            raise NodeContradiction(rpc.node, f"its logs of block {header.number} do not make up the filter")
        ours = [log for log in everything if log.address in self._addresses]
        if ours != list(logs):
            raise NodeContradiction(rpc.node, f"two answers on the logs of block {header.number}")

    def find_doubtful(
        self, headers: Sequence[BlockHeader], logs: Sequence[RawLog], node: str
    ) -> list[BlockHeader]:
        """Return the blocks that may hold an event which the answer lacks."""
        kept = [header for header in headers if header.logs_bloom is not None]
        told = {(log.block_number, log.address, log.topics[0] if log.topics else b"") for log in logs}
        kept = self._without_unkept(kept, {number for number, _, _ in told})
        if not kept:
            return []
        blooms = stack_blooms([header.logs_bloom or b"" for header in kept])
        may = self._may_hold(blooms)
        have = self._have([header.number for header in kept], told)
        if (false := (have & ~may).any(axis=1)).any():
            number = kept[int(false.argmax())].number
            raise NodeContradiction(node, f"a log in block {number}, whose filter excludes it")
        doubtful = (may & ~have).any(axis=1) & (fill_share(blooms) <= _MOST_FILL)
        return [kept[row] for row in np.flatnonzero(doubtful)]

    def _without_unkept(self, headers: list[BlockHeader], with_logs: set[int]) -> list[BlockHeader]:
        """Leave out empty filters of blocks with logs, as long as this chain has shown no other filter."""
        empty = [header for header in headers if not any(header.logs_bloom or b"")]
        self._filters_seen = self._filters_seen or len(empty) < len(headers)
        unkept = {header.number for header in empty} & with_logs
        if not unkept or self._filters_seen:
            return headers
        _LOG.warning("this chain keeps no filters of logs: that a node hides none cannot be checked")
        return [header for header in headers if header.number not in unkept]

    def _may_hold(self, blooms: npt.NDArray[np.uint8]) -> Held:
        addresses = may_hold(blooms, [bytes.fromhex(address[2:]) for address in self._addresses])
        topics = may_hold(blooms, self._topics)
        return addresses[:, self._pair_address] & topics[:, self._pair_topic]

    def _have(self, numbers: Sequence[int], told: set[tuple[int, Address, bytes]]) -> Held:
        rows = {number: row for row, number in enumerate(numbers)}
        have = np.zeros((len(numbers), len(self._pairs)), bool)
        for number, address, topic in told:
            column = self._pairs.get((address, topic))
            if column is not None and number in rows:
                have[rows[number], column] = True
        return have
