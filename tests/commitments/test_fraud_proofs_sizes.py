"""Challenges work at the ends of what an epoch may be: dimension, length of lists, exclusions."""

import pytest

from commitments.evidence import find_evidence
from commitments.graph_calls import (
    build_malformed_listener_challenge,
    build_omission_challenge,
    build_order_challenge,
    build_score_challenge,
)
from commitments.opening import unpack_rows
from tests.kit.court import Court, Size
from tests.kit.falsehoods import FALSEHOODS, LISTENER

pytestmark = pytest.mark.evm

MOST_GAS = 16_777_216
"""What one transaction may use (EIP-7825)."""
SIZES = {
    "smallest": Size(tracks=500, listeners=6, dimension=32, list_length=1, excluded=5),
    "one listed": Size(tracks=500, listeners=6, dimension=128, list_length=1, excluded=100),
    "all listed": Size(tracks=600, listeners=6, dimension=128, list_length=256, excluded=100),
    "long vectors": Size(tracks=600, listeners=6, dimension=1_024, list_length=20, excluded=12),
    "largest": Size(tracks=4_600, listeners=6, dimension=1_024, list_length=256, excluded=4_096),
}
OF_ANY_LIST = (
    "a raised score",
    "a foreign track first",
    "a short list",
    "a long list",
    "exclusions out of order",
    "a listener's vector all zero",
)
OF_LONG_LISTS = ("two tracks swapped", "a track listed twice", "a better track left out")
CASES = [
    (size, falsehood)
    for size in SIZES
    for falsehood in (*OF_ANY_LIST, *(OF_LONG_LISTS if SIZES[size].list_length > 1 else ()))
]


@pytest.mark.parametrize(("size", "name"), CASES)
async def test_a_false_list_is_lost_within_one_transaction(court: Court, size: str, name: str) -> None:
    false = FALSEHOODS[name].falsify(await court.plea(SIZES[size]))
    await court.commit(false)
    found = find_evidence(false.known, false.openings)
    assert {evidence.call.function for evidence in found} <= FALSEHOODS[name].proven_by
    receipt = await court.send(found[0].call)
    assert await court.state() == 3
    assert receipt.gas_used < MOST_GAS


@pytest.mark.parametrize("size", SIZES)
async def test_a_true_list_cannot_be_challenged(court: Court, size: str) -> None:
    plea = await court.plea(SIZES[size])
    await court.commit(plea)
    opening = plea.openings[LISTENER]
    rows = unpack_rows(opening.rows).tolist()
    calls = [build_malformed_listener_challenge(plea.known, opening)]
    for position in {0, len(rows) // 2, len(rows) - 1}:
        track = plea.tracks[rows[position]]
        after = min(position + 1, len(rows) - 1)
        calls.append(build_score_challenge(plea.known, opening, position, track))
        calls.append(build_order_challenge(plea.known, opening, position, after))
        calls.append(build_omission_challenge(plea.known, opening, track))
    calls += [
        build_omission_challenge(plea.known, opening, track)
        for track in plea.tracks[:: len(plea.tracks) // 40]
    ]
    assert find_evidence(plea.known, plea.openings) == []
    assert set(court.answers([court.encode(call) for call in calls])) == {"NothingProven"}
