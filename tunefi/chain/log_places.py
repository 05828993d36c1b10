"""Whether the places of logs go together: block, transaction and position, each told by number and hash.

Owns what no honest answer can contain. Refuses to know what the logs say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tunefi.chain.errors import NodeContradiction
from tunefi.chain.quantity import parse_quantity

_HIGHEST = 2**31 - 1
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LogPlaces:
    """Where logs are, column by column, all of one length."""

    block_numbers: Numbers
    block_hashes: Sequence[str]
    transaction_indexes: Numbers
    transaction_hashes: Sequence[str]
    log_indexes: Numbers


def read_places(answers: Sequence[Any], node: str) -> LogPlaces:
    """Return the places in an answer of `eth_getLogs`.

    Raises:
        NodeUnreachable: A log has none, or they are no numbers.
    """

    def numbers(name: str) -> Numbers:
        try:
            told = (parse_quantity(log.get(name), node) for log in answers)
            return np.fromiter(told, np.int64, len(answers))
        except OverflowError as error:
            raise NodeContradiction(node, f"a {name} that no chain has") from error

    def hashes(name: str) -> list[str]:
        return [str(log.get(name)).lower() for log in answers]

    return LogPlaces(
        numbers("blockNumber"),
        hashes("blockHash"),
        numbers("transactionIndex"),
        hashes("transactionHash"),
        numbers("logIndex"),
    )


def check_places(places: LogPlaces, first_block: int, last_block: int, node: str) -> None:
    """Raise `NodeContradiction` where logs cannot all be in one chain, or are outside the range."""
    blocks = places.block_numbers
    if not len(blocks):
        return
    if blocks.min() < first_block or blocks.max() > min(last_block, _HIGHEST):
        raise NodeContradiction(node, f"logs of blocks that are not in {first_block} to {last_block}")
    transactions = places.transaction_indexes
    if max(transactions.max(), places.log_indexes.max()) > _HIGHEST:
        raise NodeContradiction(node, "a position in a block that no block has")
    if len(np.unique(_paired(blocks, places.log_indexes))) < len(blocks):
        raise NodeContradiction(node, "the same log twice")
    if not _one_to_one(blocks, places.block_hashes):
        raise NodeContradiction(node, "one block with two hashes, or two with one")
    if not _one_to_one(_paired(blocks, transactions), places.transaction_hashes):
        raise NodeContradiction(node, "one transaction with two hashes, or two with one")
    order = np.lexsort((places.log_indexes, blocks))
    same_block = np.diff(blocks[order]) == 0
    if (np.diff(transactions[order])[same_block] < 0).any():
        raise NodeContradiction(node, "logs that are not in the order of their transactions")


def _one_to_one(numbers: Numbers, hashes: Sequence[str]) -> bool:
    names = pa.array(hashes).dictionary_encode()
    codes, of_number = np.unique(numbers, return_inverse=True)
    together = np.unique(_paired(of_number, names.indices.to_numpy()))
    return len(together) == len(codes) == len(names.dictionary)


def _paired(high: Numbers, low: Numbers) -> Numbers:
    """One number for two, each of which is below 2^31."""
    return high * (1 << 32) + low
