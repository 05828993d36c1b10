"""What is false in a committed epoch, each with the call that proves it to RecommendationGraph.

Anyone can look: the public bundle suffices for tracks and rows, a listener's own opening for its list.
Owns the search, over all tracks, in whole arrays. Nothing found means that every challenge would fail.
Refuses to send. The rules are those of the contract (`Judge.sol`): order is judged by the scores that the
list states, and in an opening of bad form, which is proof by itself, nothing else is looked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commitments.commitment import EpochCommitment
from commitments.disclosed import ListenerLeaf, TrackLeaf
from commitments.faults import Fault
from commitments.graph_calls import (
    GraphCall,
    build_equivocation_challenge,
    build_listener_rows_challenge,
    build_malformed_listener_challenge,
    build_malformed_track_challenge,
    build_omission_challenge,
    build_order_challenge,
    build_score_challenge,
    build_track_rows_challenge,
)
from commitments.known_epoch import KnownEpoch
from commitments.leaves import listener_leaf
from commitments.merkle import verify_proof
from commitments.opening import Opening, unpack_rows, unpack_scores
from commitments.opening_form import SENTENCES, find_malformation, find_repeated, find_wrong_length
from commitments.signed import Signed
from recsys.arrays import Int8Matrix
from recsys.quantise import COMPONENT_MAX
from recsys.rank import score_tracks


@dataclass(frozen=True)
class Evidence:
    """One falsehood.

    Attributes:
        fault: What is false.
        sentence: The same for people.
        call: What proves it.
    """

    fault: Fault
    sentence: str
    call: GraphCall


def find_evidence(known: KnownEpoch, openings: Iterable[Opening] = ()) -> list[Evidence]:
    """Return everything that can be proven false, of tracks, rows and the lists that are shown.

    For each listener, and for rows and vectors as a whole, the first of each kind; one is enough, because
    each makes the epoch invalid.

    Args:
        known: The epoch.
        openings: Lists to look into; those that are no leaves of the epoch are passed over.
    """
    found = [*find_track_evidence(known), *find_row_evidence(known)]
    for opening in openings:
        found.extend(find_list_evidence(known, opening))
    return found


def find_track_evidence(known: KnownEpoch) -> Iterator[Evidence]:
    """Yield the first vector of bad form, when there is one and the bundle opens the tracks."""
    if not known.opens_tracks:
        return
    row = _malformed_row(known.track_vectors, known.commitment.dimension)
    if row is not None:
        sentence = (
            f"the vector of track row {row} is no vector of {known.commitment.dimension} components from -127"
        )
        call = build_malformed_track_challenge(known, known.track(row))
        yield Evidence(Fault.MALFORMED, sentence, call)


def find_row_evidence(known: KnownEpoch) -> Iterator[Evidence]:
    """Yield the first pair of rows of each tree that contradict each other, or a row beyond the count."""
    if known.opens_tracks:
        tracks = len(known.track_ids)
        row = _first_fall([known.track_key(row) for row in range(tracks)])
        if tracks > known.commitment.tracks:
            yield _track_rows(known, known.track_leaf(tracks - 1), known.track_leaf(tracks - 1))
        elif row is not None:
            yield _track_rows(known, known.track_leaf(row), known.track_leaf(row + 1))
    if known.opens_listeners:
        listeners = len(known.listeners)
        row = _first_fall([address for address, _ in known.listeners])
        if listeners > known.commitment.listeners:
            yield _listener_rows(
                known, known.listener_leaf(listeners - 1), known.listener_leaf(listeners - 1)
            )
        elif row is not None:
            yield _listener_rows(known, known.listener_leaf(row), known.listener_leaf(row + 1))


def find_list_evidence(known: KnownEpoch, opening: Opening) -> Iterator[Evidence]:
    """Yield what is false in one list: its form, or the first fault of each kind."""
    leaf = listener_leaf(known.place, opening.row, opening.address, opening.hash())
    if not verify_proof(known.commitment.listener_root, leaf, opening.proof):
        return
    problem = _in_form(known.commitment, opening)
    if problem is not None:
        call = build_malformed_listener_challenge(known, opening)
        yield Evidence(Fault.MALFORMED, problem, call)
        return
    problem = find_wrong_length(opening, known.commitment.list_length, known.commitment.tracks)
    if problem is not None:
        yield Evidence(Fault.LIST_LENGTH, problem, build_order_challenge(known, opening, 0, 0))
        return
    yield from _order_evidence(known, opening)
    if known.opens_tracks and known.track_vectors.shape[1] == len(opening.vector):
        yield from _product_evidence(known, opening)


def find_equivocation(a: Signed[EpochCommitment], b: Signed[EpochCommitment]) -> Iterator[GraphCall]:
    """Yield a challenge for each keeper that signed both of two commitments, when they exclude each other."""
    one, other = a.struct, b.struct
    overlap = max(one.valid_from, other.valid_from) <= min(one.valid_until, other.valid_until)
    if one.epoch != other.epoch or one == other or not overlap:
        return
    signed_a = dict(zip(a.signers, a.signatures, strict=True))
    for signer, signature in zip(b.signers, b.signatures, strict=True):
        if signer in signed_a:
            yield build_equivocation_challenge(one, signed_a[signer], other, signature)


def _track_rows(known: KnownEpoch, a: TrackLeaf, b: TrackLeaf) -> Evidence:
    sentence = _rows_sentence("track", a.row, b.row, known.commitment.tracks)
    return Evidence(Fault.TRACK_ORDER, sentence, build_track_rows_challenge(known, a, b))


def _listener_rows(known: KnownEpoch, a: ListenerLeaf, b: ListenerLeaf) -> Evidence:
    sentence = _rows_sentence("listener", a.row, b.row, known.commitment.listeners)
    return Evidence(Fault.LISTENER_ORDER, sentence, build_listener_rows_challenge(known, a, b))


def _rows_sentence(what: str, a: int, b: int, count: int) -> str:
    if max(a, b) >= count:
        return f"there is a {what} row {max(a, b)}, but only {count} are committed"
    return f"{what} rows {a} and {b} do not ascend"


def _order_evidence(known: KnownEpoch, opening: Opening) -> Iterator[Evidence]:
    rows, scores = unpack_rows(opening.rows), unpack_scores(opening.scores)
    for mask, fault, what in (
        (rows >= known.commitment.tracks, Fault.UNKNOWN_ROW, "no track's"),
        (np.isin(rows, unpack_rows(opening.excluded)), Fault.EXCLUDED, "excluded"),
    ):
        if (at := _first(mask)) is not None:
            call = build_order_challenge(known, opening, at, at)
            yield Evidence(fault, f"rank {at + 1} is row {rows[at]}, which is {what}", call)
    if (pair := find_repeated(rows.tolist())) is not None:
        call = build_order_challenge(known, opening, *pair)
        yield Evidence(Fault.REPEATED, f"ranks {pair[0] + 1} and {pair[1] + 1} are one row", call)
    falls = (scores[1:] > scores[:-1]) | ((scores[1:] == scores[:-1]) & (rows[1:] < rows[:-1]))
    if (at := _first(falls)) is not None:
        call = build_order_challenge(known, opening, at, at + 1)
        yield Evidence(Fault.ORDER, f"rank {at + 2} stands behind a lower one", call)


def _product_evidence(known: KnownEpoch, opening: Opening) -> Iterator[Evidence]:
    rows, scores = unpack_rows(opening.rows), unpack_scores(opening.scores)
    true_scores = score_tracks(np.frombuffer(opening.vector, np.int8), known.track_vectors).astype(np.int64)
    inside = rows < len(true_scores)
    stated = true_scores[np.where(inside, rows, 0)]
    if (at := _first(inside & (stated != scores))) is not None:
        track = known.track(int(rows[at]))
        call = build_score_challenge(known, opening, at, track)
        yield Evidence(
            Fault.SCORE, f"rank {at + 1} is said to score {scores[at]}, and scores {stated[at]}", call
        )
    row = _omitted(rows, scores, unpack_rows(opening.excluded), true_scores)
    if row is not None:
        call = build_omission_challenge(known, opening, known.track(row))
        yield Evidence(Fault.OMISSION, f"track row {row} scores {true_scores[row]} and was left out", call)


def _omitted(
    rows: NDArray[np.int64],
    scores: NDArray[np.int64],
    excluded: NDArray[np.int64],
    true_scores: NDArray[np.int64],
) -> int | None:
    """Return the best row that is neither listed nor excluded and ranks before the last one as stated."""
    left = np.ones(len(true_scores), np.bool_)
    left[rows[rows < len(left)]] = False
    left[excluded[excluded < len(left)]] = False
    if len(rows):
        places = np.arange(len(left))
        left &= (true_scores > scores[-1]) | ((true_scores == scores[-1]) & (places < rows[-1]))
    candidates = np.flatnonzero(left)
    return int(candidates[np.argmax(true_scores[candidates])]) if len(candidates) else None


def _in_form(commitment: EpochCommitment, opening: Opening) -> str | None:
    malformation = find_malformation(opening, commitment.dimension, commitment.tracks)
    return None if malformation is None else SENTENCES[malformation]


def _malformed_row(vectors: Int8Matrix, dimension: int) -> int | None:
    if vectors.shape[1] != dimension:
        return 0
    return _first(np.any(vectors < -COMPONENT_MAX, axis=1))


def _first(mask: NDArray[np.bool_]) -> int | None:
    places = np.flatnonzero(mask)
    return int(places[0]) if len(places) else None


def _first_fall(keys: Sequence[Any]) -> int | None:
    return next((row for row, (lower, higher) in enumerate(pairwise(keys)) if lower >= higher), None)
