"""Which tracks a listener is never shown: hidden ones, then those heard most recently.

Owns the rule of the design's section 4 and its limit. Refuses to know where the rows come from.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.errors import MalformedRows

EXCLUDED_MAX = 4096

_NO_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True)
class TimedRows:
    """Relationships of listeners with tracks, in any order: HID with `at`, or LISTENED_TO with `last_at`.

    Attributes:
        listener_rows: int64 (R,).
        track_rows: int64 (R,).
        at: Microseconds since 1970, int64 (R,); the lowest int64 where no time is known.
    """

    listener_rows: NDArray[np.int64]
    track_rows: NDArray[np.int64]
    at: NDArray[np.int64]

    @classmethod
    def empty(cls) -> "TimedRows":
        """Return no relationships."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, nothing)

    @classmethod
    def of_arrays(cls, listener_rows: Any, track_rows: Any, at: Any) -> "TimedRows":
        """Return the same from lists, numpy or pyarrow arrays; a null time counts as the oldest."""
        times = pa.array(at.to_pylist() if isinstance(at, pa.ChunkedArray) else at, pa.int64())
        filled = times.fill_null(int(_NO_TIME)).to_numpy(zero_copy_only=False)
        return cls(np.asarray(listener_rows, np.int64), np.asarray(track_rows, np.int64), filled)


def build_exclusions(
    hidden: TimedRows, heard: TimedRows, listeners: int, tracks: int, limit: int = EXCLUDED_MAX
) -> CsrRows:
    """Return the excluded rows of each listener, sorted and unique.

    Hidden tracks come first, the latest first, then those heard most recently; ties go to the lower row,
    and a relationship without a time counts as the oldest. What does not fit into `limit` is left out.

    Args:
        hidden: HID with its time.
        heard: LISTENED_TO with the time of the last listen.
        listeners: Number of listener rows, M.
        tracks: Number of track rows, N.
        limit: Most tracks of one list.

    Raises:
        MalformedRows: A listener or track row is out of range.
    """
    _check_range(hidden, listeners, tracks, "hidden tracks")
    _check_range(heard, listeners, tracks, "heard tracks")
    owners = np.concatenate([hidden.listener_rows, heard.listener_rows])
    rows = np.concatenate([hidden.track_rows, heard.track_rows])
    is_heard = np.repeat([0, 1], [len(hidden.at), len(heard.at)])
    # ~at falls as at rises, and unlike -at it does not overflow for the lowest int64.
    latest_first = ~np.concatenate([hidden.at, heard.at])
    order = np.lexsort((rows, latest_first, is_heard, owners))
    kept = order[_is_first_of_pair(owners[order], rows[order], tracks)]
    counts = np.bincount(owners[kept], minlength=listeners)
    places = np.arange(len(kept)) - (np.cumsum(counts) - counts)[owners[kept]]
    kept = kept[places < limit]
    return CsrRows.of_pairs(owners[kept], rows[kept], listeners)


def _is_first_of_pair(owners: NDArray[Any], rows: NDArray[Any], tracks: int) -> NDArray[np.bool_]:
    first = np.zeros(len(rows), np.bool_)
    first[np.unique(owners * tracks + rows, return_index=True)[1]] = True
    return first


def _check_range(pairs: TimedRows, listeners: int, tracks: int, what: str) -> None:
    for rows, end in ((pairs.listener_rows, listeners), (pairs.track_rows, tracks)):
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < end:
            raise MalformedRows(what, f"a row is outside 0 to {end - 1}")
