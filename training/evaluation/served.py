"""The served int8 table on pairs that it did not learn from, ranked by the code that serves.

Owns the way from a table's rows to those of the data. Refuses to know how the table was trained.
"""

import numpy as np

from recsys.arrays import CsrRows
from recsys.rank import NO_ROW, NO_SCORE, Ranking, rank_top_k
from recsys.table import EmbeddingTable
from training.data.interactions import Interactions, Longs


def rank_served(table: EmbeddingTable, known: Interactions, k: int) -> Ranking:
    """Return a list for each listener of the data, its rows those of the data's catalogue.

    Tracks that the table does not know are in no list. Listeners without a vector, whom the fallback serves,
    have an empty one.

    Args:
        table: The model.
        known: What the listeners are known to have heard or hidden: not recommended again.
        k: Length of each list.
    """
    to_data = _rows_in(table.track_ids, known.track_ids)
    shown = served_listeners(table, known)
    seen = known.seen()
    owners, rows = seen.owners(), _inverse(to_data, len(known.track_ids))[seen.indices]
    place = np.full(len(seen), -1)
    place[shown] = np.arange(len(shown))
    # A track that has left the catalogue since is shown to nobody.
    gone = np.flatnonzero(to_data < 0)
    kept = (place[owners] >= 0) & (rows >= 0)
    excluded = CsrRows.of_pairs(
        np.concatenate([place[owners][kept], np.repeat(np.arange(len(shown)), len(gone))]),
        np.concatenate([rows[kept], np.tile(gone, len(shown))]),
        len(shown),
    )
    vectors = table.listener_vectors[_rows_in(known.addresses, table.listener_addresses)[shown]]
    return _spread(rank_top_k(vectors, table.track_vectors, excluded, k), shown, to_data, len(seen))


def served_listeners(table: EmbeddingTable, known: Interactions) -> Longs:
    """Return the rows of the data's listeners who have a vector, ascending."""
    found: Longs = np.flatnonzero(_rows_in(known.addresses, table.listener_addresses) >= 0)
    return found


def _spread(lists: Ranking, shown: Longs, to_data: Longs, listeners: int) -> Ranking:
    width = lists.rows.shape[1]
    rows = np.full((listeners, width), NO_ROW, np.uint32)
    scores = np.full((listeners, width), NO_SCORE, np.int32)
    lengths = np.zeros(listeners, np.int64)
    filled = lists.rows != NO_ROW
    rows[shown] = np.where(filled, to_data[np.where(filled, lists.rows, 0)], NO_ROW)
    scores[shown], lengths[shown] = lists.scores, lists.lengths
    return Ranking(rows, scores, lengths)


def _rows_in(names: tuple[str, ...], places: tuple[str, ...]) -> Longs:
    """Return the position of each name among the places, -1 where it is not there."""
    row_of = {name: row for row, name in enumerate(places)}
    return np.array([row_of.get(name, -1) for name in names], np.int64)


def _inverse(rows: Longs, length: int) -> Longs:
    back = np.full(length, -1, np.int64)
    back[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    return back
