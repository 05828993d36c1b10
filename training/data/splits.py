"""Cutting pairs in two: a part to learn from and a part to be asked about.

Owns the four cuts. Refuses to know models. Only a cut by time may hold out the only track of a listener.

temporal    what was first heard after a moment; what serving does, so the default where times are known
grouped     of each listener a random track and its nearest among their own; agrees best with what is heard
            later where times are not known
random      of each listener tracks by lot; what published splits use, but it flatters models that memorise
            neighbours
leave-last  of each listener the track that they came to last; a listener's past is clean, others' is not
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.data.errors import TimesMissing
from training.data.interactions import Interactions, Longs
from training.errors import MalformedSplit

Cut = Literal["temporal", "grouped", "random", "leave-last"]
TwoParts = tuple[Interactions, Interactions]

_BLOCK_LISTENERS = 512


def default_cut(interactions: Interactions) -> Cut:
    """Return the cut that is nearest to what serving meets: temporal where times are known, else grouped."""
    return "grouped" if interactions.times is None else "temporal"


def split_pairs(interactions: Interactions, cut: Cut, share: float, seed: int) -> TwoParts:
    """Return the pairs to keep and those that a cut holds out.

    Args:
        interactions: What to cut.
        cut: Which way.
        share: Part of the pairs to hold out; a leave-last cut does not ask for it.
        seed: Decides a random and a grouped cut.

    Raises:
        MalformedSplit: The share is out of range or leaves a part without pairs.
        TimesMissing: The cut needs times.
    """
    match cut:
        case "temporal":
            return split_temporal(interactions, share)
        case "grouped":
            return split_grouped(interactions, share, seed)
        case "random":
            return split_random(interactions, share, seed)
        case "leave-last":
            return split_leave_last(interactions)


def split_temporal(interactions: Interactions, share: float) -> TwoParts:
    """Return the pairs before a moment and those from it on.

    The moment is the latest from which on at least `share` of the pairs were first heard. Listeners and
    tracks may be new after it.

    Args:
        interactions: What to cut.
        share: Part of all pairs to hold out, more than 0 and less than 1.

    Raises:
        MalformedSplit: The share is out of range, or so much was heard in one second that nothing is before.
        TimesMissing: Not every pair has a time.
    """
    _check_share("temporal", share)
    if interactions.times is None:
        raise TimesMissing("temporal")
    wanted = max(1, int(np.ceil(share * len(interactions))))
    moment = np.partition(interactions.times, len(interactions) - wanted)[len(interactions) - wanted]
    return _parted(interactions, interactions.times >= moment, "temporal")


def split_grouped(interactions: Interactions, share: float, seed: int) -> TwoParts:
    """Return the pairs to keep and, of each listener, a random track with its nearest among their own.

    Nearness is the cosine of two tracks by the listeners they share.

    Args:
        interactions: What to cut.
        share: Part of each listener's tracks to hold out, rounded, more than 0 and less than 1.
        seed: Decides around which track.

    Raises:
        MalformedSplit: The share is out of range or leaves a part without pairs.
    """
    _check_share("grouped", share)
    generator = np.random.default_rng(seed)
    counts = _counts(interactions)
    centres = np.cumsum(counts) - counts + (generator.random(len(counts)) * counts).astype(np.int64)
    # The lot among equally near tracks is smaller than any difference of two cosines.
    distances = generator.random(len(interactions)) * 1e-9 - _nearness(interactions, centres)
    distances[centres[counts > 0]] = -np.inf
    return _hold_out(interactions, _rounded_share(counts, share), distances, "grouped")


def split_random(interactions: Interactions, share: float, seed: int) -> TwoParts:
    """Return the pairs to keep and a random share of the pairs of each listener.

    Args:
        interactions: What to cut.
        share: Part of each listener's tracks to hold out, rounded, more than 0 and less than 1.
        seed: Decides which.

    Raises:
        MalformedSplit: The share is out of range or leaves a part without pairs.
    """
    _check_share("random", share)
    lot = np.random.default_rng(seed).random(len(interactions))
    return _hold_out(interactions, _rounded_share(_counts(interactions), share), lot, "random")


def split_leave_last(interactions: Interactions) -> TwoParts:
    """Return the pairs to keep and of each listener with two tracks or more the one first heard last.

    Raises:
        MalformedSplit: Nobody has two tracks.
        TimesMissing: Not every pair has a time.
    """
    if interactions.times is None:
        raise TimesMissing("leave-last")
    wanted = np.minimum(1, np.maximum(_counts(interactions) - 1, 0))
    return _hold_out(interactions, wanted, -interactions.times.astype(np.float64), "leave-last")


def _nearness(interactions: Interactions, centres: Longs) -> NDArray[np.float64]:
    """Return the cosine of each pair's track with the track at its listener's centre, float64 (P,).

    Args:
        interactions: The pairs.
        centres: int64 (M,): for each listener with pairs the position of one of them.
    """
    heard = interactions.matrix().astype(np.float32)
    by_track = sparse.csr_array(heard.T)
    around = interactions.track_rows[np.minimum(centres, len(interactions) - 1)]
    # Listeners with one centre stand together, so that what is near a track that many hear is summed once.
    order = np.argsort(around, kind="stable")
    common = np.concatenate(
        [
            _common_listeners(heard, by_track, order[start : start + _BLOCK_LISTENERS], around)
            for start in range(0, len(order), _BLOCK_LISTENERS)
        ]
    )
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    shared = np.empty(len(interactions))
    shared[np.argsort(place[interactions.listener_rows], kind="stable")] = common
    degrees = np.bincount(interactions.track_rows, minlength=heard.shape[1]).astype(np.float64)
    cosines: NDArray[np.float64] = shared / np.sqrt(
        degrees[interactions.track_rows] * degrees[around[interactions.listener_rows]]
    )
    return cosines


def _common_listeners(
    heard: sparse.csr_array, by_track: sparse.csr_array, listeners: Longs, around: Longs
) -> NDArray[np.float32]:
    """Return how many listeners each own track shares with the central one, listener after listener."""
    tracks, which = np.unique(around[listeners], return_inverse=True)
    # A listener's own tracks share at least that listener with the centre, so no pair falls out.
    common = sparse.csr_array((by_track[tracks] @ heard)[which].multiply(heard[listeners]))
    common.sort_indices()
    data: NDArray[np.float32] = common.data
    return data


def _counts(interactions: Interactions) -> Longs:
    return np.bincount(interactions.listener_rows, minlength=interactions.shape[0])


def _rounded_share(counts: Longs, share: float) -> Longs:
    wanted: Longs = np.minimum(np.rint(share * counts).astype(np.int64), np.maximum(counts - 1, 0))
    return wanted


def _check_share(part: str, share: float) -> None:
    if not 0 < share < 1:
        raise MalformedSplit(part, f"a share of {share} is not between 0 and 1")


def _hold_out(
    interactions: Interactions, wanted: Longs, order_by: NDArray[np.float64], part: str
) -> TwoParts:
    """Hold out of each listener as many pairs as wanted, those that are lowest in an order."""
    owners = interactions.listener_rows
    counts = _counts(interactions)
    order = np.lexsort((order_by, owners))
    places = np.arange(len(order)) - (np.cumsum(counts) - counts)[owners[order]]
    held = np.zeros(len(order), np.bool_)
    held[order] = places < wanted[owners[order]]
    return _parted(interactions, held, part)


def _parted(interactions: Interactions, held: NDArray[np.bool_], part: str) -> TwoParts:
    if not held.any() or held.all():
        raise MalformedSplit(part, f"{int(held.sum())} of {len(held)} pairs would be held out")
    return interactions.part(~held), interactions.part(held)
