"""Whether the places of logs go together: block, transaction and position, each told by number and hash.

Owns what no honest answer can contain. Refuses to know what the logs say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tunefi.chain.errors import NodeContradiction
from tunefi.chain.quantity import parse_quantity

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
        return np.fromiter((parse_quantity(log.get(name), node) for log in answers), np.int64, len(answers))

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
    if blocks.min() < first_block or blocks.max() > last_block:
        raise NodeContradiction(node, f"logs of blocks that are not in {first_block} to {last_block}")
    _, of_block_hash = np.unique(np.asarray(places.block_hashes), return_inverse=True)
    _, of_transaction_hash = np.unique(np.asarray(places.transaction_hashes), return_inverse=True)
    transactions = places.transaction_indexes
    if _distinct(blocks, places.log_indexes) < len(blocks):
        raise NodeContradiction(node, "the same log twice")
    if not _one_to_one(blocks, of_block_hash):
        raise NodeContradiction(node, "one block with two hashes, or two with one")
    if not _one_to_one(blocks * (1 << 32) + transactions, of_transaction_hash):
        raise NodeContradiction(node, "one transaction with two hashes, or two with one")
    order = np.lexsort((places.log_indexes, blocks))
    same_block = np.diff(blocks[order]) == 0
    if (np.diff(transactions[order])[same_block] < 0).any():
        raise NodeContradiction(node, "logs that are not in the order of their transactions")


def _one_to_one(left: Numbers, right: Numbers) -> bool:
    return _distinct(left, right) == len(np.unique(left)) == len(np.unique(right))


def _distinct(left: Numbers, right: Numbers) -> int:
    return len(np.unique(np.stack([left, right]), axis=1).T)
