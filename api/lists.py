"""Which list a listener is shown: the committed one, or a fallback that says why.

Owns that choice. Refuses to know JSON, and to rank: `recsys` does, and the committed list is read from the
opening as it is.
"""

import asyncio
from dataclasses import dataclass
from typing import Self

import numpy as np

from api.catalogue import Account
from api.popularity import Counts
from api.served_epoch import ServedEpoch
from api.services import Services
from commitments.opening import Opening, unpack_rows, unpack_scores
from recsys.arrays import CsrRows, Rows
from recsys.explain import Reason, explain_track
from recsys.fallback import rank_popular
from recsys.fold_in import fold_in
from recsys.rank import rank_top_k
from recsys.table import EmbeddingTable
from tunefi.ids import TrackId, TrackRow

NO_EPOCH = "No epoch is final yet; these are the tracks with most listeners."
ERASED = "The list of this account was erased at its request; these are the tracks with most listeners."
FOLDED_IN = "The epoch has no leaf for this account; this list follows from what it has played since."
POPULAR = "The epoch has no leaf for this account and nothing it played is known; these are popular tracks."
PRIVATE = "The epoch has no leaf for this account; these are the tracks with most listeners."


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a list; `row` and `score` are None where no table or no vector decided."""

    track_id: TrackId
    row: TrackRow | None
    score: int | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list, best first.

    Attributes:
        fallback_reason: Why nothing about it is committed; None where it is.
        opening: What commits to it, for those who may see it.
    """

    places: tuple[Place, ...]
    fallback_reason: str | None
    opening: Opening | None = None

    @classmethod
    def popular(cls, track_ids: list[TrackId], reason: str) -> Self:
        """Return a list that popularity alone decided."""
        return cls(tuple(Place(track_id, None, None) for track_id in track_ids), reason)


async def choose_list(
    services: Services, served: ServedEpoch | None, account: Account, limit: int, *, is_visible: bool
) -> ShownList:
    """Return what a listener is shown of an epoch.

    Args:
        services: Clients.
        served: The epoch that the whole answer is of, or None before the first.
        account: The listener.
        limit: Most places.
        is_visible: Whoever asks may see what the listener heard: reasons, and lists folded in from it.
    """
    if served is None:
        return await _without_table(services, account, limit, is_visible=is_visible)
    if served.table.listener_row(account.address) is None:
        return await _fall_back(services, served, account, limit, is_visible=is_visible)
    opening = await served.load_opening(account.address)
    if opening is None:
        return await _popular(services, served, np.empty(0, np.uint32), limit, ERASED)
    own = await _own_rows(services, served.table, account) if is_visible else np.empty(0, np.uint32)
    places = await asyncio.to_thread(_committed_places, served.table, opening, own, limit)
    return ShownList(places, None, opening)


def _committed_places(table: EmbeddingTable, opening: Opening, own: Rows, limit: int) -> tuple[Place, ...]:
    rows, scores = unpack_rows(opening.rows)[:limit], unpack_scores(opening.scores)[:limit]
    return _places(table, rows.tolist(), scores.tolist(), own)


def _places(table: EmbeddingTable, rows: list[int], scores: list[int], own: Rows) -> tuple[Place, ...]:
    return tuple(
        Place(
            table.track_ids[row],
            TrackRow(row),
            score,
            tuple(explain_track(table.track_vectors, TrackRow(row), own)) if len(own) else (),
        )
        for row, score in zip(rows, scores, strict=True)
    )


async def _fall_back(
    services: Services, served: ServedEpoch, account: Account, limit: int, *, is_visible: bool
) -> ShownList:
    if not is_visible:
        return await _popular(services, served, np.empty(0, np.uint32), limit, PRIVATE)
    own = await _own_rows(services, served.table, account)
    hidden = _rows_of(served.table, await services.catalogue.read_hidden(account.address))
    excluded = np.union1d(own, hidden).astype(np.uint32)
    if len(own):
        counts = await services.popularity.read_by_row(served.table)
        places = await asyncio.to_thread(_fold_in_places, served.table, own, excluded, counts, limit)
        if places:
            return ShownList(places, FOLDED_IN)
    return await _popular(services, served, excluded, limit, POPULAR)


def _fold_in_places(
    table: EmbeddingTable, own: Rows, excluded: Rows, counts: Counts, limit: int
) -> tuple[Place, ...]:
    vector = fold_in(table.track_vectors, CsrRows.of_sets([own.tolist()]), counts)
    if not vector.any():
        return ()
    ranking = rank_top_k(vector, table.track_vectors, CsrRows.of_sets([excluded.tolist()]), limit)
    rows, scores = ranking.list_of(0)
    return _places(table, rows.tolist(), scores.tolist(), own)


async def _popular(
    services: Services, served: ServedEpoch, excluded: Rows, limit: int, reason: str
) -> ShownList:
    counts = await services.popularity.read_by_row(served.table)
    rows = (await asyncio.to_thread(rank_popular, counts, excluded, limit)).tolist()
    places = (Place(served.table.track_ids[row], TrackRow(row), None) for row in rows)
    return ShownList(tuple(places), reason)


async def _without_table(services: Services, account: Account, limit: int, *, is_visible: bool) -> ShownList:
    counts = await services.catalogue.read_listener_counts()
    seen: set[TrackId] = set()
    if is_visible:
        seen.update(played.track_id for played in await services.catalogue.read_history(account.address))
        seen.update(await services.catalogue.read_hidden(account.address))
    return ShownList.popular([track_id for track_id in counts if track_id not in seen][:limit], NO_EPOCH)


async def _own_rows(services: Services, table: EmbeddingTable, account: Account) -> Rows:
    history = await services.catalogue.read_history(account.address)
    return _rows_of(table, [played.track_id for played in history])


def _rows_of(table: EmbeddingTable, track_ids: list[TrackId]) -> Rows:
    known = sorted(table.track_rows[track_id] for track_id in track_ids if track_id in table.track_rows)
    return np.array(known, np.uint32)
