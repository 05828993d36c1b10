"""For whom a model's lists are good and for whom less, and whose music they show.

Owns which groups are looked at. Refuses to know the models: it sees their lists, what the listeners really
heard, and what was known before.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.metrics import hits_at_k
from recsys.rank import NO_ROW, Ranking
from training.data.artists import TrackArtists
from training.data.interactions import Interactions
from training.evaluation.per_listener import measure_listeners

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_GROUPS = 5
_NORMAL_95 = 1.959964
_HEAD_SHARES = (0.01, 0.1, 0.5, 1.0)
_NAMED_ARTISTS = 10
_LEAST_PLACES_SHARE = 0.0005
"""Artists below this share of all places are not named: next to nothing, shown twice, is a large multiple."""


def mean_interval(values: Floats) -> list[float]:
    """Return the 95 % interval of a group's mean, by the normal approximation.

    Cheap enough for every group; what models are told apart by is `training.evaluation.bootstrap`.
    """
    if len(values) < 2:
        return [float(values.mean()), float(values.mean())] if len(values) else [0.0, 0.0]
    reach = _NORMAL_95 * float(values.std(ddof=1)) / np.sqrt(len(values))
    return [float(values.mean()) - reach, float(values.mean()) + reach]


def build_breakdown(
    served: Ranking, exact: Ranking, train: Interactions, relevant: CsrRows, artists: TrackArtists | None
) -> dict[str, Any]:
    """Return what the card shows beside the averages.

    Args:
        served: Lists of the int8 table, for all listeners.
        exact: Lists of the same model before it was frozen.
        train: What the model learned from.
        relevant: What the listeners were asked about.
        artists: Who made the tracks, where that is known.
    """
    return {
        "lost_by_freezing": _lost_by_freezing(served, exact, relevant),
        "by_activity": _by_activity(served, train, relevant),
        "by_popularity": _by_popularity(served, train, relevant),
        "exposure": None if artists is None else _exposure(served, train, artists),
    }


def novelty_of(ranking: Ranking, train: Interactions) -> float:
    """Return the mean -log2(share of listeners who had heard it) over all places; rarely heard is more."""
    return _self_information(_shown(ranking), train)


def _lost_by_freezing(served: Ranking, exact: Ranking, relevant: CsrRows) -> dict[str, Any]:
    """Return, by metric, the relative loss and its interval: listener by listener, so that it is narrow."""
    lost: dict[str, Any] = {}
    before, after = (measure_listeners(ranking, relevant) for ranking in (exact, served))
    for name, values in before.items():
        mean = float(values.mean()) if len(values) else 0.0
        interval = mean_interval(values - after[name])
        scale = 1 / mean if mean else 0.0
        lost[name] = {
            "lost": round(float((values - after[name]).mean()) * scale if mean else 0.0, 6),
            "interval": [round(edge * scale, 6) for edge in interval],
        }
    return lost


def _by_activity(served: Ranking, train: Interactions, relevant: CsrRows) -> list[dict[str, Any]]:
    """Return the NDCG@20 of listeners who had heard few tracks, and of those who had heard many."""
    tested = relevant.counts() > 0
    heard = np.bincount(train.listener_rows, minlength=train.shape[0])[tested]
    values = measure_listeners(served, relevant)["ndcg@20"]
    rows = []
    for low, high, inside in _groups_of(heard):
        row = {"from": low, "to": high, "listeners": int(inside.sum())}
        rows.append({**row, **_mean_row("ndcg@20", values[inside])})
    return rows


def _by_popularity(served: Ranking, train: Interactions, relevant: CsrRows) -> list[dict[str, Any]]:
    """Return the share of held-out pairs that was found, of tracks that few had heard and that many had."""
    k = served.rows.shape[1]
    hits = hits_at_k(served, relevant, k)
    owners, places = np.nonzero(hits)
    found = owners.astype(np.int64) << 32 | served.rows[owners, places].astype(np.int64)
    asked = relevant.owners() << 32 | relevant.indices.astype(np.int64)
    values = np.isin(asked, found).astype(np.float64)
    popularity = np.bincount(train.track_rows, minlength=train.shape[1])[relevant.indices]
    rows = []
    for low, high, inside in _groups_of(popularity):
        row = {"from": low, "to": high, "pairs": int(inside.sum())}
        rows.append({**row, **_mean_row("found@20", values[inside])})
    return rows


def _exposure(served: Ranking, train: Interactions, artists: TrackArtists) -> dict[str, Any]:
    """Return how places in lists are shared among artists, against how listening is."""
    listening = _share_by_artist(train.track_rows, artists)
    places = _share_by_artist(_shown(served), artists)
    order = np.argsort(-listening, kind="stable")
    groups, start = [], 0
    for share in _HEAD_SHARES:
        stop = max(start, round(share * len(order)))
        rows = order[start:stop]
        sums = {"listening": listening[rows].sum(), "places": places[rows].sum()}
        if len(rows):
            groups.append({"artists": len(rows), **{k: round(float(v), 5) for k, v in sums.items()}})
        start = stop
    return {
        "artists": len(order),
        "shown": int(np.count_nonzero(places)),
        "groups": groups,
        "most_exposed": _most_exposed(listening, places, artists),
    }


def _most_exposed(listening: Floats, places: Floats, artists: TrackArtists) -> list[dict[str, Any]]:
    """Return the artists with the largest multiple of their share of listening."""
    known = np.nonzero((places >= _LEAST_PLACES_SHARE) & (listening > 0))[0]
    multiple = places[known] / listening[known]
    best = np.argsort(-multiple, kind="stable")[:_NAMED_ARTISTS]
    return [
        {
            "artist": artists.names[row],
            "listening": round(float(listening[row]), 5),
            "places": round(float(places[row]), 5),
            "multiple": round(float(times), 2),
        }
        for row, times in zip(known[best], multiple[best], strict=True)
    ]


def _groups_of(values: Longs) -> list[tuple[int, int, NDArray[np.bool_]]]:
    """Return up to five groups of about equal size by rising value; equal values stay together."""
    found, counts = np.unique(values, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    wanted = np.arange(_GROUPS + 1) * len(values) / _GROUPS
    edges = np.unique(np.abs(before[:, None] - wanted).argmin(axis=0))
    spans = [(int(found[a]), int(found[b - 1])) for a, b in pairwise(edges)]
    return [(low, high, (values >= low) & (values <= high)) for low, high in spans]


def _mean_row(name: str, values: Floats) -> dict[str, Any]:
    return {name: round(float(values.mean()), 5), "interval": _rounded(mean_interval(values))}


def _share_by_artist(track_rows: Longs, artists: TrackArtists) -> Floats:
    owners = artists.rows[track_rows]
    counts = np.bincount(owners[owners >= 0], minlength=len(artists.names)).astype(np.float64)
    return counts / max(1.0, float(counts.sum()))


def _self_information(rows: Longs, train: Interactions) -> float:
    heard = np.bincount(train.track_rows, minlength=train.shape[1])
    # A track that nobody had heard counts as heard by one, lest it be infinitely new.
    known = np.maximum(heard[rows], 1) / train.shape[0]
    return float(-np.log2(known).mean()) if len(rows) else 0.0


def _shown(ranking: Ranking) -> Longs:
    rows: Longs = ranking.rows[ranking.rows != NO_ROW].astype(np.int64)
    return rows


def _rounded(interval: list[float]) -> list[float]:
    return [round(edge, 5) for edge in interval]
