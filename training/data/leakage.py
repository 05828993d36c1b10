"""Checks that a part of the data tells nothing that another part asks for.

Owns what counts as a leak and where it is said to be. Refuses to know how the parts were cut.
"""

import numpy as np
from numpy.typing import NDArray

from training.data.errors import LeakingSplit
from training.data.interactions import Interactions


def check_same_catalogue(known: Interactions, asked: Interactions) -> None:
    """Check that rows of two parts mean the same listeners and tracks, and that all of them exist.

    Raises:
        LeakingSplit: They do not.
    """
    for part in (known, asked):
        listeners, tracks = part.shape
        outside = (part.track_rows < 0) | (part.track_rows >= tracks)
        outside |= (part.listener_rows < 0) | (part.listener_rows >= listeners)
        _refuse(part, outside, "rows that are no track or no listener of the catalogue")
    if known.track_ids != asked.track_ids or known.addresses != asked.addresses:
        everything = np.ones(len(asked), np.bool_)
        _refuse(asked, everything, "the parts name other listeners or tracks, so equal rows mean other pairs")


def check_each_pair_once(part: Interactions, name: str) -> None:
    """Check that no pair is twice in a part.

    Raises:
        LeakingSplit: One is.
    """
    order = np.argsort(part.keys(), kind="stable")
    again = np.zeros(len(part), np.bool_)
    again[order[1:]] = np.diff(part.keys()[order]) == 0
    _refuse(part, again, f"pairs that are twice in the {name} part")


def check_disjoint(known: Interactions, asked: Interactions, names: tuple[str, str]) -> None:
    """Check that no pair is in both parts.

    Raises:
        LeakingSplit: One is.
    """
    both = np.isin(asked.keys(), known.keys())
    _refuse(asked, both, f"pairs of the {names[1]} part that are in the {names[0]} part too")


def check_past_before_future(known: Interactions, asked: Interactions, names: tuple[str, str]) -> None:
    """Check that everything known was first heard before anything that is asked for.

    Raises:
        LeakingSplit: A time is missing, or something known is not older than all that is asked for.
    """
    if known.times is None or asked.times is None:
        part = known if known.times is None else asked
        _refuse(part, np.ones(len(part), np.bool_), "pairs without a time in a cut by time")
    elif len(asked):
        late = known.times >= int(asked.times.min())
        _refuse(known, late, f"pairs of the {names[0]} part that are not older than the {names[1]} part")


def check_last_of_each(known: Interactions, asked: Interactions, names: tuple[str, str]) -> None:
    """Check that each listener had heard what is known of them before what they are asked about.

    Raises:
        LeakingSplit: A time is missing, or a listener's past holds something later.
    """
    if known.times is None or asked.times is None:
        check_past_before_future(known, asked, names)
        return
    earliest = np.full(asked.shape[0], np.iinfo(np.int64).max)
    np.minimum.at(earliest, asked.listener_rows, asked.times)
    late = known.times > earliest[known.listener_rows]
    _refuse(known, late, f"pairs of the {names[0]} part that are later than their listener's {names[1]} part")


def _refuse(part: Interactions, wrong: NDArray[np.bool_], problem: str) -> None:
    found = np.flatnonzero(wrong)
    if len(found):
        listener, track = int(part.listener_rows[found[0]]), int(part.track_rows[found[0]])
        raise LeakingSplit(problem, len(found), _name(part.addresses, listener), _name(part.track_ids, track))


def _name(names: tuple[str, ...], row: int) -> str:
    return names[row] if 0 <= row < len(names) else f"row {row}"
