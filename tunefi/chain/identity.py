"""Which chain a node serves: its id, and its first block, which no other chain has.

Owns the questions and the judgement. Test networks and forks share ids; nobody shares a genesis block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tunefi.chain.errors import ChainIdMismatch, GenesisMismatch, NodeUnreachable
from tunefi.chain.quantity import parse_quantity

IDENTITY_CALLS = (("eth_chainId", ()), ("eth_getBlockByNumber", ("0x0", False)))


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """A chain's id and, where it is known, the hash of its block 0."""

    chain_id: int
    genesis_hash: str | None = None


def confirm_identity(expected: ChainIdentity, answers: Sequence[Any], node: str) -> ChainIdentity:
    """Return the identity with the genesis hash in it, once a node has shown that it serves that chain.

    The first node that is asked fixes the genesis hash where none is known; all others must agree.

    Args:
        expected: The chain.
        answers: To `IDENTITY_CALLS`.
        node: The name of the node that gave them.

    Raises:
        ChainIdMismatch, GenesisMismatch: The node serves another chain.
        NodeUnreachable: It does not say; ask again later.
    """
    chain_id, genesis = answers
    found = parse_quantity(chain_id, node)
    if found != expected.chain_id:
        raise ChainIdMismatch(expected.chain_id, found)
    told = genesis.get("hash") if isinstance(genesis, dict) else None
    if not isinstance(told, str):
        raise NodeUnreachable(node, "it does not tell its genesis block")
    if expected.genesis_hash not in (None, told.lower()):
        raise GenesisMismatch(node, str(expected.genesis_hash), told.lower())
    return replace(expected, genesis_hash=told.lower())
