"""Places of logs that cannot be of one chain are found, and those of a real answer are not."""

import copy
from typing import Any

import pytest

from tunefi.chain.errors import NodeContradiction, NodeUnreachable
from tunefi.chain.log_places import check_places, read_places


def honest_answer() -> list[dict[str, Any]]:
    """Three blocks with two transactions each, of two logs each."""
    return [
        {
            "blockNumber": hex(block),
            "blockHash": f"0x{block:064x}",
            "transactionIndex": hex(3 * transaction),
            "transactionHash": f"0x{100 * block + transaction:064x}",
            "logIndex": hex(5 * transaction + log),
        }
        for block in (7, 8, 12)
        for transaction in (0, 1)
        for log in (0, 1)
    ]


def check(answer: list[dict[str, Any]]) -> None:
    check_places(read_places(answer, "node"), 7, 12, "node")


def test_an_honest_answer_passes_in_any_order() -> None:
    check(honest_answer())
    check(honest_answer()[::-1])
    check([])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"blockNumber": "0x6"}, "not in 7 to 12"),
        ({"blockNumber": "0xd"}, "not in 7 to 12"),
        ({"logIndex": "0x0"}, "same log twice"),
        ({"blockHash": "0x" + "ee" * 32}, "one block with two hashes"),
        ({"blockHash": f"0x{8:064x}"}, "one block with two hashes"),
        ({"transactionHash": "0x" + "ee" * 32}, "one transaction with two hashes"),
        ({"transactionIndex": "0x9"}, "one transaction with two hashes"),
        ({"logIndex": "0x6"}, "same log twice"),
        ({"logIndex": "0x9"}, "not in the order of their transactions"),
        ({"logIndex": hex(2**40)}, "no block has"),
        ({"blockNumber": hex(2**80)}, "no chain has"),
    ],
)
def test_what_contradicts_the_rest_is_found(changes: dict[str, str], problem: str) -> None:
    answer = copy.deepcopy(honest_answer())
    answer[1].update(changes)
    with pytest.raises(NodeContradiction, match=problem):
        check(answer)


@pytest.mark.parametrize("number", ["7", 7, None, "0x", "seven", "-0x7"])
def test_a_number_in_another_form_is_not_guessed_at(number: Any) -> None:
    answer = honest_answer()
    answer[0]["logIndex"] = number
    with pytest.raises(NodeUnreachable, match="no number"):
        check(answer)
