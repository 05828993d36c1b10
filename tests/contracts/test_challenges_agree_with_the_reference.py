"""The Judge finds proof in evidence where the reference does: scores, order, omissions and form of lists that
are true, and of lists with one thing falsified."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from commitments.leaves import LeafPlace, listener_leaf, track_leaf
from commitments.opening import Opening, pack_rows, pack_scores
from recsys.arrays import CsrRows
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import rank_top_k
from tests.contracts.reference.challenges import (
    MAX_EXCLUDED,
    Claimed,
    Shape,
    judge_form,
    judge_omission,
    judge_order,
    judge_score,
)
from tests.contracts.scene import Scene
from tests.kit.simulation import Refused, Trial, TrialBlock, simulate
from tunefi.chain.contract import Contract
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import ChainId, EpochId, Hash32, ListenerRow, parse_address

pytestmark = pytest.mark.evm

CASES = 2_500
EPOCH = EpochId(1)
LISTENER = parse_address(f"0x{0x1001:040x}")
KINDS = ("score", "order", "omission", "form")


@dataclass(frozen=True)
class Case:
    """A challenge: an opening, and the track or the places that it names."""

    kind: str
    shape: Shape
    claimed: Claimed
    first: int
    second: int
    row: int
    track: bytes

    @property
    def expected(self) -> str | None:
        """What the reference says."""
        match self.kind:
            case "score":
                return judge_score(self.claimed, self.shape, self.first, self.row, self.track)
            case "order":
                return judge_order(self.claimed, self.shape, self.first, self.second)
            case "omission":
                return judge_omission(self.claimed, self.shape, self.row, self.track)
            case _:
                return judge_form(self.claimed, self.shape)


async def test_every_challenge_is_judged_as_the_reference_says(scene: Scene, rpc: JsonRpc) -> None:
    judge = await _judge(scene, rpc)
    cases = list(_cases(random.Random(54)))
    verdicts = {kind: set[str | None]() for kind in KINDS}
    trials = [[TrialBlock(scene.time + 1, (_trial(scene, judge, case),))] for case in cases]
    for case, (outcome,) in zip(cases, await simulate(rpc, trials), strict=True):
        found = outcome.error if isinstance(outcome, Refused) else None
        assert found == case.expected, (case, outcome)
        verdicts[case.kind].add(found)
    assert verdicts == {
        "score": {None, "NothingProven", "PositionOutOfRange", "WrongTrack"},
        "order": {None, "NothingProven", "PositionOutOfRange"},
        "omission": {None, "NothingProven"},
        "form": {None, "NothingProven"},
    }


async def _judge(scene: Scene, rpc: JsonRpc) -> Contract:
    """Return the Judge, whose functions have the names and arguments of the graph's."""
    graph = scene.contract("RecommendationGraph")
    return Contract(await graph.read(rpc, "judge"), graph.abi)


def _trial(scene: Scene, judge: Contract, case: Case) -> Trial:
    """Show the evidence as the graph does, out of trees of one leaf each."""
    graph = scene.deployment.contracts["RecommendationGraph"]
    place = LeafPlace(ChainId(scene.deployment.chain_id), graph, EPOCH)
    opening = _opening(case.claimed)
    listener_root = listener_leaf(place, opening.row, opening.address, opening.hash())
    track_root = track_leaf(place, case.row, "track", case.track)
    head: tuple[Any, ...] = (_commitment(case.shape, track_root, listener_root), [], opening.to_tuple(), [])
    track: tuple[Any, ...] = ((case.row, "track", case.track), [])
    function, rest = {
        "score": ("challengeScore", (case.first, *track)),
        "order": ("challengeOrder", (case.first, case.second)),
        "omission": ("challengeOmission", track),
        "form": ("challengeMalformedListener", ()),
    }[case.kind]
    return Trial(graph, judge, function, (*head, *rest))


def _commitment(shape: Shape, track_root: Hash32, listener_root: Hash32) -> tuple[Any, ...]:
    sizes = (shape.tracks, 1, shape.dimension, shape.list_length)
    return (EPOCH, track_root, listener_root, *sizes, bytes(32), bytes(32), 0, bytes(32), 1, 0, 0, "")


def _opening(claimed: Claimed) -> Opening:
    parts = (claimed.vector, claimed.excluded, claimed.rows, claimed.scores)
    return Opening(LISTENER, ListenerRow(0), bytes(32), *parts, ())


def _cases(chance: random.Random) -> Iterator[Case]:
    for number in range(CASES):
        kind = KINDS[number % len(KINDS)]
        yield _falsified(chance, kind, _true_case(chance, kind))


def _true_case(chance: random.Random, kind: str) -> Case:
    """Return a challenge of a true list, ranked by the code that serves; few values, so that scores tie."""
    shape = Shape(
        chance.randint(1, 30), chance.choice((32, 32, 64, 128, 1_024)), chance.choice((1, 5, 20, 256))
    )
    vectors = _vectors(chance, shape)
    excluded = sorted(chance.sample(range(shape.tracks), chance.randint(0, min(shape.tracks, 12))))
    listener, tracks = vectors[:1], vectors[1:]
    ranking = rank_top_k(listener, tracks, CsrRows.of_sets([set(excluded)]), shape.list_length)
    rows, scores = ranking.list_of(0)
    claimed = Claimed(
        listener.tobytes(), pack_rows(np.array(excluded, np.uint32)), pack_rows(rows), pack_scores(scores)
    )
    first = chance.randint(0, len(rows))
    row = int(rows[first]) if kind == "score" and first < len(rows) else chance.randrange(shape.tracks)
    return Case(kind, shape, claimed, first, chance.randint(0, len(rows)), row, tracks[row].tobytes())


def _vectors(chance: random.Random, shape: Shape) -> Any:
    """Return a listener's vector and those of all tracks, int8 (1 + N, D)."""
    numbers = np.random.default_rng(chance.getrandbits(64))
    size = (shape.tracks + 1, shape.dimension)
    match chance.randrange(4):
        case 0:
            return numbers.choice(np.array([-127, 127], np.int8), size)
        case 1:
            return np.sign(numbers.normal(size=size) + 0.1).astype(np.int8)
        case 2:
            few = np.zeros(size, np.int8)
            few[:, 0] = numbers.integers(1, 4, size[0])
            return few
        case _:
            floats = numbers.normal(size=size)
            return np.vstack([quantise_listeners(floats[:1]), quantise_tracks(floats[1:])])


def _falsified(chance: random.Random, kind: str, case: Case) -> Case:
    """Return the case with one thing changed, or sometimes as it is."""
    if chance.randrange(4) == 0:
        return case
    if kind == "form":
        return _longest(chance, case) if chance.randrange(8) == 0 else _misformed(chance, case)
    match chance.randrange(8):
        case 0:
            return replace(case, claimed=_misformed_sizes(chance, case.claimed))
        case 1:
            return replace(case, track=chance.choice((case.track[:-32], case.track + bytes(32), b"")))
        case 2:
            return replace(case, row=chance.choice((case.row + 1, case.shape.tracks, 2**32 - 1)))
        case 3:
            return replace(case, track=bytes([0x80] * case.shape.dimension))
        case 4:
            return replace(case, first=chance.choice((case.second, 2**256 - 1, 2**254)))
        case _:
            return replace(case, claimed=_misranked(chance, case))


def _misranked(chance: random.Random, case: Case) -> Claimed:
    """Return a list of the right size with a false row or score."""
    claimed, places = case.claimed, len(case.claimed.rows) // 4
    if places == 0:
        return claimed
    place, other = 4 * chance.randrange(places), 4 * chance.randrange(places)
    rows, scores = bytearray(claimed.rows), bytearray(claimed.scores)
    match chance.randrange(5):
        case 0:
            score = int.from_bytes(scores[place : place + 4], "big", signed=True) + chance.choice((-1, 1))
            scores[place : place + 4] = score.to_bytes(4, "big", signed=True)
        case 1:
            scores[place : place + 4] = chance.choice((2**31, 2**31 - 1, 0, 2**32 - 1)).to_bytes(4, "big")
        case 2:
            rows[place : place + 4] = rows[other : other + 4]
        case 3:
            row = chance.choice((case.shape.tracks, 2**32 - 1, *claimed.excluded_rows))
            rows[place : place + 4] = row.to_bytes(4, "big")
        case _:
            for packed in (rows, scores):
                packed[place : place + 4], packed[other : other + 4] = (
                    packed[other : other + 4],
                    packed[place : place + 4],
                )
    return replace(claimed, rows=bytes(rows), scores=bytes(scores))


def _misformed_sizes(chance: random.Random, claimed: Claimed) -> Claimed:
    """Return an opening of which one part is too short or too long."""
    part = chance.choice(("vector", "excluded", "rows", "scores"))
    value: bytes = getattr(claimed, part)
    return replace(
        claimed, **{part: chance.choice((value[:-1], value + b"\0", value + bytes(32), value[:-4]))}
    )


def _misformed(chance: random.Random, case: Case) -> Case:
    """Return an opening of bad form, mostly."""
    claimed, vector, excluded = case.claimed, bytearray(case.claimed.vector), case.claimed.excluded_rows
    match chance.randrange(5):
        case 0:
            vector[chance.randrange(len(vector))] = chance.choice((0x80, 0x81, 0x7F))
            claimed = replace(claimed, vector=bytes(vector))
        case 1:
            zeros = bytearray(len(vector))
            zeros[chance.randrange(len(zeros))] = chance.choice((0, 0, 1))
            claimed = replace(claimed, vector=bytes(zeros))
        case 2:
            claimed = _misformed_sizes(chance, claimed)
        case _ if excluded:
            place = chance.randrange(len(excluded))
            excluded[place] = chance.choice(
                (excluded[place - 1], case.shape.tracks, excluded[0], excluded[-1])
            )
            claimed = replace(claimed, excluded=_packed(excluded))
    return replace(case, claimed=claimed)


def _longest(chance: random.Random, case: Case) -> Case:
    """Return an opening of about as many exclusions as there may be, sometimes one of them out of order."""
    count = MAX_EXCLUDED + chance.choice((-1, 0, 0, 1))
    excluded = list(range(1, count + 1))
    place = chance.randrange(count)
    excluded[place] += chance.choice((0, 0, 1, -1))
    shape = replace(case.shape, tracks=count + chance.choice((0, 1, 2)), list_length=1)
    listed = bytes(4 * min(1, shape.tracks - count))
    return replace(case, shape=shape, claimed=Claimed(case.claimed.vector, _packed(excluded), listed, listed))


def _packed(rows: list[int]) -> bytes:
    return b"".join(row.to_bytes(4, "big") for row in rows)
