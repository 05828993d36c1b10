"""Whether a list is what its vector, its exclusions and the committed tracks give.

Owns the recomputation over all tracks. Refuses to know leaves and proofs. The checks stand in the order
in which they name a fault best: two swapped rows are an `order`, though their scores are false as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commitments.faults import Check, Fault, judged
from commitments.opening import Opening, unpack_rows, unpack_scores
from commitments.opening_form import find_repeated, find_wrong_length
from recsys.arrays import Int8Matrix
from recsys.rank import score_tracks

Name = Callable[[int], str]


@dataclass(frozen=True)
class _List:
    """A list of good form, with the score of every track recomputed."""

    rows: NDArray[np.int64]
    scores: NDArray[np.int64]
    excluded: NDArray[np.int64]
    true_scores: NDArray[np.int64]
    name: Name

    @property
    def known_rows(self) -> NDArray[np.int64]:
        return self.rows[self.rows < len(self.true_scores)]


def check_list(opening: Opening, tracks: Int8Matrix, list_length: int, name: Name) -> Iterator[Check]:
    """Yield the checks of one list, each passed or with its fault.

    Args:
        opening: An opening of good form (`opening_form`).
        tracks: int8 (N, D), all tracks of the epoch.
        list_length: Length of a full list.
        name: What to call a track row in a sentence.
    """
    vector = np.frombuffer(opening.vector, np.int8)
    rows, scores, excluded = (
        unpack_rows(opening.rows),
        unpack_scores(opening.scores),
        unpack_rows(opening.excluded),
    )
    true_scores = score_tracks(vector, tracks).astype(np.int64)
    found = _List(rows, scores, excluded, true_scores, name)
    wrong_length = find_wrong_length(opening, list_length, len(tracks))
    count = len(rows)
    yield judged("exclusions", Fault.EXCLUDED, _excluded(found), "no excluded track is in the list")
    yield judged("rows", Fault.UNKNOWN_ROW, _unknown(found), "every row of the list is a track")
    yield judged("repetition", Fault.REPEATED, _repeated(found), "no track is listed twice")
    yield judged("order", Fault.ORDER, _order(found), "the tracks stand in the order of their scores")
    yield judged("length", Fault.LIST_LENGTH, wrong_length, f"the list has its {count} tracks")
    yield judged("scores", Fault.SCORE, _score(found), f"all {count} scores are those of the vectors")
    yield judged(
        "omission",
        Fault.OMISSION,
        _omission(found),
        f"none of all {len(tracks)} tracks that was left out is better",
    )


def _excluded(found: _List) -> str | None:
    ranks = np.flatnonzero(np.isin(found.rows, found.excluded))
    if not len(ranks):
        return None
    return f"rank {ranks[0] + 1} is {found.name(int(found.rows[ranks[0]]))}, which is excluded"


def _unknown(found: _List) -> str | None:
    ranks = np.flatnonzero(found.rows >= len(found.true_scores))
    if not len(ranks):
        return None
    return f"rank {ranks[0] + 1} is row {found.rows[ranks[0]]}, but there are {len(found.true_scores)} tracks"


def _repeated(found: _List) -> str | None:
    rows = found.known_rows.tolist()
    places = find_repeated(rows)
    return None if places is None else f"rank {places[1] + 1} repeats {found.name(rows[places[1]])}"


def _order(found: _List) -> str | None:
    rows = found.known_rows
    scores = found.true_scores[rows]
    rising = (scores[1:] > scores[:-1]) | ((scores[1:] == scores[:-1]) & (rows[1:] < rows[:-1]))
    ranks = np.flatnonzero(rising)
    if not len(ranks):
        return None
    rank = int(ranks[0])
    first, second = int(rows[rank]), int(rows[rank + 1])
    return (
        f"{found.name(first)} ({scores[rank]}) stands before {found.name(second)} ({scores[rank + 1]}), "
        "which ranks higher"
    )


def _score(found: _List) -> str | None:
    known = found.rows < len(found.true_scores)
    true_scores = found.true_scores[np.where(known, found.rows, 0)]
    ranks = np.flatnonzero(known & (true_scores != found.scores))
    if not len(ranks):
        return None
    rank = int(ranks[0])
    return (
        f"rank {rank + 1}, {found.name(int(found.rows[rank]))}: the list says {found.scores[rank]}, "
        f"the vectors give {true_scores[rank]}"
    )


def _omission(found: _List) -> str | None:
    if not len(found.known_rows):
        return None
    listed = sorted((-int(found.true_scores[row]), int(row)) for row in found.known_rows)
    worst_score, worst_row = -listed[-1][0], listed[-1][1]
    left_out = np.ones(len(found.true_scores), np.bool_)
    left_out[found.known_rows] = False
    left_out[found.excluded] = False
    rows = np.arange(len(found.true_scores))
    better = (found.true_scores > worst_score) | ((found.true_scores == worst_score) & (rows < worst_row))
    candidates = np.flatnonzero(left_out & better)
    if not len(candidates):
        return None
    best = int(candidates[np.argmax(found.true_scores[candidates])])
    return (
        f"{found.name(best)} scores {found.true_scores[best]} and was left out, "
        f"though {found.name(worst_row)} is listed with {worst_score}"
    )
