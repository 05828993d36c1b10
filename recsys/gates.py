"""What a model must show before keepers sign it: the published gates of the design's section 5.

Owns the limits and the measuring, from integers alone, so that every keeper finds the same. Refuses to know
where tables, listening and later listens come from, and what is done with a model that fails.

A bought model is one that shows an artist more than its listening earns it, or that was made worse for
everyone else to that end; a broken one has few directions left. Each gate says what it measured, beside its
limit, in a sentence for people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows, Int8Matrix
from recsys.metrics import ndcg_at_k
from recsys.rank import NO_ROW, Ranking, rank_top_k
from recsys.table import EmbeddingTable

LIST_LENGTH = 20

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class GateLimits:
    """The limits that keepers publish.

    Attributes:
        ndcg_margin: Share of the last epoch's NDCG@20 that a model may lose on listens that neither saw.
        least_listeners: With fewer of them such a comparison is chance, and is not made.
        exposure_multiple: An artist's share of all list places may be this many times its share of listening.
        exposure_floor: Artists with a smaller share of listening are held as if they had this one.
        quantisation_loss: Share of NDCG@20 that freezing to int8 may cost.
        zero_share: Share of the tracks that somebody heard whose vector may be zero.
        equal_share: Share of the heard tracks, and of the listeners, that may have one and the same vector.
    """

    ndcg_margin: float = 0.05
    least_listeners: int = 100
    exposure_multiple: float = 10.0
    exposure_floor: float = 0.002
    quantisation_loss: float = 0.005
    zero_share: float = 0.01
    equal_share: float = 0.10


@dataclass(frozen=True)
class Gate:
    """One gate and what was found.

    Attributes:
        name: For programs.
        passed: None where there was too little to measure; the sentence says what.
        measured: What the limit is held against.
        limit: The limit.
        sentence: For people.
    """

    name: str
    passed: bool | None
    measured: float | None
    limit: float
    sentence: str


@dataclass(frozen=True)
class Foretold:
    """Lists beside what their listeners heard afterwards.

    Attributes:
        ranking: Of B listeners.
        relevant: Tracks that each heard for the first time after the snapshot; rows are those of the lists.
    """

    ranking: Ranking
    relevant: CsrRows

    @property
    def tested(self) -> int:
        """Number of listeners who heard something new."""
        return int(np.count_nonzero(self.relevant.counts()))

    @property
    def ndcg(self) -> float:
        """NDCG@20 of those listeners."""
        return ndcg_at_k(self.ranking, self.relevant, LIST_LENGTH)


def judge_accuracy(found: Foretold, last: Foretold | None, limits: GateLimits = GateLimits()) -> Gate:
    """Return whether a model foretells new listening about as well as the one of the last epoch.

    Args:
        found: What the model foretold.
        last: What the last epoch's model foretold, of the same listeners; None where there is no last epoch.
        limits: What may be lost.
    """
    name, limit, tested = "accuracy", 1 - limits.ndcg_margin, found.tested
    if last is None:
        return Gate(name, None, None, limit, "there is no last epoch to compare with")
    if tested < limits.least_listeners:
        sentence = f"{tested} listeners heard something new since the snapshot"
        return Gate(name, None, None, limit, f"{sentence}, {limits.least_listeners} are needed to compare")
    ratio = found.ndcg / last.ndcg if last.ndcg else 1.0
    sentence = (
        f"NDCG@{LIST_LENGTH} of {tested} listeners on what they heard since the snapshot is "
        f"{found.ndcg:.4f}, the last epoch's {last.ndcg:.4f}"
    )
    return Gate(name, ratio >= limit, round(ratio, 6), limit, sentence)


def judge_exposure(
    ranking: Ranking,
    artists: Longs,
    listened: Longs,
    names: tuple[str, ...],
    limits: GateLimits = GateLimits(),
) -> Gate:
    """Return whether no artist is shown far more than it is heard.

    Args:
        ranking: The lists of all listeners.
        artists: Artist of each track row, int64 (N,); -1 where nobody is known.
        listened: How many listeners each track has, int64 (N,): listeners and not plays, so that nobody
            earns exposure by repeating a track.
        names: Of the artists.
        limits: The multiple and the floor.
    """
    name, limit = "exposure", limits.exposure_multiple
    rows = ranking.rows[:, :LIST_LENGTH]
    shown = np.bincount(rows[rows != NO_ROW].astype(np.int64), minlength=len(artists))
    known = artists >= 0
    places = np.bincount(artists[known], shown[known], len(names))
    heard = np.bincount(artists[known], listened[known], len(names))
    if not places.sum() or not heard.sum():
        return Gate(name, None, None, limit, "no track that is shown or heard has a known artist")
    exposure, share = places / shown.sum(), heard / listened.sum()
    multiples = exposure / np.maximum(share, limits.exposure_floor)
    worst = int(np.argmax(multiples))
    sentence = (
        f"{names[worst]} fills {exposure[worst]:.2%} of the places in lists and is {share[worst]:.2%} of "
        "listening, the most any artist is shown beyond that"
    )
    return Gate(name, bool(multiples[worst] <= limit), round(float(multiples[worst]), 6), limit, sentence)


def judge_freezing(lost: float | None, limits: GateLimits = GateLimits()) -> Gate:
    """Return whether freezing to int8 costs little enough; a run that does not say so fails."""
    name, limit = "freezing", limits.quantisation_loss
    if lost is None:
        return Gate(name, False, None, limit, "metrics.json does not say what freezing to int8 costs")
    sentence = f"freezing to int8 surely costs {lost:.2%} of NDCG@20, as the run states"
    return Gate(name, lost <= limit, round(lost, 6), limit, sentence)


def judge_vectors(table: EmbeddingTable, listened: Longs, limits: GateLimits = GateLimits()) -> list[Gate]:
    """Return whether the vectors still tell tracks and listeners apart.

    Args:
        table: What would be served.
        listened: How many listeners each track has, int64 (N,). Tracks that nobody heard are zero rightly.
        limits: The shares.
    """
    tracks = table.track_vectors[listened > 0]
    zero = float(np.mean(~np.any(tracks, axis=1))) if len(tracks) else 1.0
    sentence = f"{zero:.2%} of the {len(tracks)} tracks that somebody heard have a zero vector"
    gates = [Gate("zero_vectors", zero <= limits.zero_share, round(zero, 6), limits.zero_share, sentence)]
    for what, vectors in (("tracks", tracks), ("listeners", table.listener_vectors)):
        share = _largest_group(vectors)
        sentence = f"{share:.2%} of the {len(vectors)} {what} share one vector"
        passed = share <= limits.equal_share
        gates.append(Gate(f"equal_{what}", passed, round(share, 6), limits.equal_share, sentence))
    return gates


def rank_for_gates(table: EmbeddingTable, excluded: CsrRows) -> Ranking:
    """Return the lists of all listeners that gates are measured on."""
    return rank_top_k(table.listener_vectors, table.track_vectors, excluded, LIST_LENGTH)


def _largest_group(vectors: Int8Matrix) -> float:
    """Return the share of vectors that repeat the most frequent one; the first of them repeats nothing."""
    if not len(vectors):
        return 0.0
    whole: NDArray[Any] = np.ascontiguousarray(vectors).view(np.dtype((np.void, vectors.shape[1]))).ravel()
    counts = np.unique(whole, return_counts=True)[1]
    return (int(counts.max()) - 1) / len(vectors)
