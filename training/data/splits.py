"""Cutting pairs in two: a part to learn from and a part to be asked about.

Owns the four cuts. Refuses to know models. Only a cut by time may hold out the only track of a listener.

temporal    what was first heard after a moment; what serving does, so the default where times are known
grouped     of each listener a random track and its nearest among their own; agrees best with what is heard
            later where times are not known
random      of each listener tracks by lot; what published splits use, but it flatters models that memorise
            neighbours
leave-last  of each listener the track that they came to last; a listener's past is clean, others' is not
"""

from collections.abc import Callable
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

    Near is what shares many other listeners with the centre, damped by a power of popularity. The listener
    itself does not count: it would make those near that nobody else heard. The power is the one with which
    the pairs that are held out are as popular as those that stay, because a choice that is made on pairs of
    other popularity gives popularity a wrong weight.

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
    wanted, lot = _rounded_share(counts, share), generator.random(len(interactions)) * 1e-9
    shared = _shared_with_centre(interactions, centres)
    popularity = np.log(np.bincount(interactions.track_rows)[interactions.track_rows])

    def _held(power: float) -> NDArray[np.bool_]:
        # The lot among equally near tracks is smaller than any difference of two that are not.
        distances = lot - shared * np.exp(-power * popularity)
        distances[centres[counts > 0]] = -np.inf
        return _lowest(interactions, wanted, distances)

    return _parted(interactions, _held(_balancing_power(_held, popularity)), "grouped")


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


def _balancing_power(held: Callable[[float], NDArray[np.bool_]], popularity: NDArray[np.float64]) -> float:
    """Return the power of damping with which held and kept pairs are equally popular, to 1/64."""
    low, high = 0.0, 2.0
    for _ in range(7):
        middle = (low + high) / 2
        out = held(middle)
        if not out.any() or out.all():
            break
        if popularity[out].mean() > popularity[~out].mean():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _shared_with_centre(interactions: Interactions, centres: Longs) -> NDArray[np.float64]:
    """Return how many others share each pair's track with the track at its listener's centre, float64 (P,).

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
    return shared - 1


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
    return _parted(interactions, _lowest(interactions, wanted, order_by), part)


def _lowest(interactions: Interactions, wanted: Longs, order_by: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pairs are among the wanted number of lowest of their listener, bool (P,)."""
    owners = interactions.listener_rows
    counts = _counts(interactions)
    order = np.lexsort((order_by, owners))
    places = np.arange(len(order)) - (np.cumsum(counts) - counts)[owners[order]]
    held = np.zeros(len(order), np.bool_)
    held[order] = places < wanted[owners[order]]
    return held


def _parted(interactions: Interactions, held: NDArray[np.bool_], part: str) -> TwoParts:
    if not held.any() or held.all():
        raise MalformedSplit(part, f"{int(held.sum())} of {len(held)} pairs would be held out")
    return interactions.part(~held), interactions.part(held)
