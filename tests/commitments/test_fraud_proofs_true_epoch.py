"""Nothing can be proven against a true epoch of 500 tracks and 50 listeners: every challenge fails.

Every call is put to the contract on a real EVM while the epoch is pending, and must fail for the reason
that fits.
"""

import dataclasses
import random
from collections import Counter
from itertools import pairwise

import pytest

from commitments.disclosed import ListenerLeaf, TrackOpening
from commitments.evidence import find_evidence
from commitments.graph_calls import (
    GraphCall,
    build_listener_rows_challenge,
    build_malformed_listener_challenge,
    build_malformed_track_challenge,
    build_omission_challenge,
    build_order_challenge,
    build_score_challenge,
    build_track_rows_challenge,
)
from commitments.known_epoch import KnownEpoch
from commitments.leaves import LeafPlace
from commitments.opening import Opening, unpack_rows
from tests.kit.court import Court, Plea, Size
from tests.kit.falsehoods import FALSEHOODS
from tunefi.ids import ChainId, EpochId, parse_address

pytestmark = pytest.mark.evm

FUZZED = 10_000
NOT_PROVEN = {"NothingProven"}


async def test_no_row_that_is_not_listed_proves_an_omission(court: Court) -> None:
    """All 50 x 480 of them, and the 20 that are listed as well."""
    plea = await _committed(court)
    tails = [_tail(court, build_omission_challenge(plea.known, plea.openings[0], one)) for one in plea.tracks]
    for opening in plea.openings:
        head = _head(court, build_omission_challenge(plea.known, opening, plea.tracks[0]))
        sample = court.encode(build_omission_challenge(plea.known, opening, plea.tracks[77]))
        assert head + tails[77] == sample
        assert set(court.answers([head + tail for tail in tails])) == NOT_PROVEN


async def test_no_neighbours_in_a_list_are_out_of_order_and_no_score_is_false(court: Court) -> None:
    plea = await _committed(court)
    for opening in plea.openings:
        rows = unpack_rows(opening.rows).tolist()
        calls = [build_malformed_listener_challenge(plea.known, opening)]
        calls += [build_order_challenge(plea.known, opening, i, i + 1) for i in range(len(rows) - 1)]
        calls += [build_order_challenge(plea.known, opening, i, i) for i in range(len(rows))]
        calls += [
            build_score_challenge(plea.known, opening, i, plea.tracks[row]) for i, row in enumerate(rows)
        ]
        assert set(court.answers([court.encode(call) for call in calls])) == NOT_PROVEN


async def test_no_track_is_malformed_and_no_rows_contradict_each_other(court: Court) -> None:
    """Neighbours, the same leaf twice, the first with the last, and each of them the other way round."""
    plea = await _committed(court)
    tracks = [one.leaf() for one in plea.tracks]
    listeners = [ListenerLeaf(one.row, one.address, one.hash(), one.proof) for one in plea.openings]
    calls = [build_malformed_track_challenge(plea.known, one) for one in plea.tracks]
    for a, b in [*pairwise(tracks), *((one, one) for one in tracks), (tracks[0], tracks[-1])]:
        calls += [
            build_track_rows_challenge(plea.known, a, b),
            build_track_rows_challenge(plea.known, b, a),
        ]
    for c, d in [*pairwise(listeners), *((one, one) for one in listeners), (listeners[0], listeners[-1])]:
        calls += [
            build_listener_rows_challenge(plea.known, c, d),
            build_listener_rows_challenge(plea.known, d, c),
        ]
    assert set(court.answers([court.encode(call) for call in calls])) == NOT_PROVEN


async def test_no_leaf_of_another_epoch_chain_or_contract_counts(court: Court) -> None:
    """Those others are false, so that their leaves would be proof where they belong."""
    plea = await _committed(court)
    here = plea.known.place
    for place in (
        LeafPlace(here.chain_id, here.contract, EpochId(2)),
        LeafPlace(ChainId(1), here.contract, here.epoch),
        LeafPlace(here.chain_id, parse_address("0x" + "c0" * 20), here.epoch),
    ):
        other = await _elsewhere(court, place)
        calls = [build_malformed_listener_challenge(plea.known, one) for one in other.openings]
        calls += [build_malformed_track_challenge(plea.known, one) for one in other.tracks]
        for track in other.tracks:
            calls.append(build_track_rows_challenge(plea.known, track.leaf(), track.leaf()))
        for opening in other.openings:
            leaf = ListenerLeaf(opening.row, opening.address, opening.hash(), opening.proof)
            calls.append(build_listener_rows_challenge(plea.known, leaf, leaf))
            calls.append(build_omission_challenge(plea.known, opening, other.tracks[0]))
        assert set(court.answers([court.encode(call) for call in calls])) == {"NotInTree"}


async def test_no_leaf_of_one_tree_counts_in_the_other(court: Court) -> None:
    plea = await _committed(court)
    openings = [dataclasses.replace(one, proof=plea.tracks[one.row].proof) for one in plea.openings]
    tracks = [
        dataclasses.replace(plea.tracks[one.row], proof=plea.openings[one.row].proof) for one in plea.openings
    ]
    calls = [build_malformed_listener_challenge(plea.known, one) for one in openings]
    calls += [build_malformed_track_challenge(plea.known, one) for one in tracks]
    assert set(court.answers([court.encode(call) for call in calls])) == {"NotInTree"}


async def test_no_fuzzed_evidence_is_accepted(court: Court) -> None:
    plea = await _committed(court)
    rng = random.Random(20)
    datas = [_fuzzed(court, plea, rng) for _ in range(FUZZED)]
    verdicts = Counter(court.answers(datas))
    assert "accepted" not in verdicts, verdicts
    assert len(verdicts) >= 6, "the fuzzer reaches every refusal"


async def test_the_builder_finds_nothing(court: Court) -> None:
    plea = await _committed(court)
    assert find_evidence(plea.known, plea.openings) == []


async def test_a_challenge_after_the_window_is_refused(court: Court) -> None:
    plea = FALSEHOODS["a raised score"].falsify(await court.plea())
    await court.commit(plea)
    (evidence,) = find_evidence(plea.known, plea.openings)
    await court.stage.rpc.call("evm_increaseTime", 3_600)
    await court.stage.rpc.call("anvil_mine", "0x1")
    assert list(court.answers([court.encode(evidence.call)])) == ["EpochNotPending"]


async def _committed(court: Court) -> Plea:
    plea = await court.plea()
    await court.commit(plea)
    return plea


async def _elsewhere(court: Court, place: LeafPlace) -> Plea:
    """Return a plea for another place in which every list and every vector has bad form."""
    size = Size(tracks=60, listeners=20)
    there = await court.plea(size)
    known: KnownEpoch = dataclasses.replace(there.known, place=place)
    openings = [dataclasses.replace(one, excluded=b"\0") for one in there.openings]
    tracks = [dataclasses.replace(one, vector=b"\x80" * 32) for one in there.tracks]
    return Plea(known, there.openings, there.tracks).with_openings(openings).with_tracks(tracks)


def _head(court: Court, call: GraphCall) -> bytes:
    """Return the calldata up to the track, which is the part before the last."""
    data = court.encode(call)
    return data[: 4 + int.from_bytes(data[4 + 4 * 32 : 4 + 5 * 32], "big")]


def _tail(court: Court, call: GraphCall) -> bytes:
    data = court.encode(call)
    return data[len(_head(court, call)) :]


def _fuzzed(court: Court, plea: Plea, rng: random.Random) -> bytes:
    data = bytearray(court.encode(_random_call(plea, rng)))
    if rng.random() < 0.5:
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(4, len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _random_call(plea: Plea, rng: random.Random) -> GraphCall:
    known, opening, track = plea.known, _random_opening(plea, rng), _random_track(plea, rng)
    position, other = rng.randrange(24), rng.randrange(24)
    leaf = ListenerLeaf(opening.row, opening.address, opening.hash(), opening.proof)
    second = rng.choice(plea.openings)
    return rng.choice(
        (
            lambda: build_score_challenge(known, opening, position, track),
            lambda: build_order_challenge(known, opening, position, other),
            lambda: build_omission_challenge(known, opening, track),
            lambda: build_malformed_track_challenge(known, track),
            lambda: build_malformed_listener_challenge(known, opening),
            lambda: build_track_rows_challenge(known, track.leaf(), rng.choice(plea.tracks).leaf()),
            lambda: build_listener_rows_challenge(
                known, leaf, ListenerLeaf(second.row, second.address, second.hash(), second.proof)
            ),
        )
    )()


def _random_opening(plea: Plea, rng: random.Random) -> Opening:
    """Return an opening, in a third of cases with one part that is not its own."""
    opening, other = rng.choice(plea.openings), rng.choice(plea.openings)
    if rng.random() < 2 / 3:
        return opening
    part = rng.choice(("row", "address", "salt", "vector", "excluded", "rows", "scores", "proof"))
    return dataclasses.replace(opening, **{part: getattr(other, part)})


def _random_track(plea: Plea, rng: random.Random) -> TrackOpening:
    track, other = rng.choice(plea.tracks), rng.choice(plea.tracks)
    if rng.random() < 2 / 3:
        return track
    part = rng.choice(("row", "track_id", "vector", "proof"))
    return dataclasses.replace(track, **{part: getattr(other, part)})
