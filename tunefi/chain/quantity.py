"""Numbers in a node's answers: 0x and hexadecimal digits, and nothing else."""

from typing import Any

from tunefi.chain.errors import NodeUnreachable


def parse_quantity(answer: Any, node: str) -> int:
    """Return a number of a node's answer.

    Text without 0x could be decimal or hexadecimal, so it is refused rather than guessed at.

    Raises:
        NodeUnreachable: It is something else; ask again.
    """
    try:
        if answer.startswith("0x"):
            return int(answer, 16)
    except (AttributeError, ValueError):
        pass
    raise NodeUnreachable(node, f"{str(answer)[:40]!r} is no number: 0x and hexadecimal digits are")
