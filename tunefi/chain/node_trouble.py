"""What was wrong with a node, in a word, so that it can be counted.

Owns the words. Refuses errors that are the caller's own fault, and answers that were only too large.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from tunefi.chain.errors import (
    ChainIdMismatch,
    GenesisMismatch,
    NodeBusy,
    NodeContradiction,
    NodeUnreachable,
    RpcError,
)
from tunefi.chain.node_errors import Meaning, judge


class NodeTrouble(StrEnum):
    """Kinds of trouble."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    UNABLE = "unable"
    CONTRADICTION = "contradiction"
    WRONG_CHAIN = "wrong_chain"


def trouble_of(error: BaseException) -> NodeTrouble | None:
    """Return what an error says about the node, or None where it says nothing against it."""
    match error:
        case NodeBusy():
            return NodeTrouble.BUSY
        case NodeContradiction():
            return NodeTrouble.CONTRADICTION
        case NodeUnreachable():
            return NodeTrouble.UNREACHABLE
        case ChainIdMismatch() | GenesisMismatch():
            return NodeTrouble.WRONG_CHAIN
        case RpcError():
            meanings = {Meaning.BUSY: NodeTrouble.BUSY, Meaning.UNABLE: NodeTrouble.UNABLE}
            return meanings.get(judge(error))
    return None


@contextmanager
def counted(troubles: Counter[NodeTrouble]) -> Iterator[None]:
    """Count what an error that passes through says about the node."""
    try:
        yield
    except Exception as error:
        if (trouble := trouble_of(error)) is not None:
            troubles[trouble] += 1
        raise
