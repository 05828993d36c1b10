"""What is known of listeners and tracks beside who heard what: friends, tags, artists, releases.

Owns reading it from a snapshot and bringing it into the order of the pairs. Refuses to know what a model
makes of it, and who tagged what: a snapshot counts tags, so nobody's tag gives away what they heard
(`training.data.tagging` has the rule for data that names the listener of each tag).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from graph_schema.snapshot_tables import Snapshot

Kind = Literal["friends", "tags", "artists", "releases"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TRACK_KINDS: tuple[Kind, ...] = ("tags", "artists", "releases")


@dataclass(frozen=True, eq=False)
class Relations:
    """Sparse matrices over the M listeners and N tracks of the pairs; one without entries says nothing.

    Attributes:
        friends: Ones, symmetric, nothing on the diagonal, (M, M).
        tags: How often each of T tags was given to a track or to its artist, (N, T).
        artists: Ones, (N, A).
        releases: Ones, (N, R).
    """

    friends: sparse.csr_array
    tags: sparse.csr_array
    artists: sparse.csr_array
    releases: sparse.csr_array

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Self:
        """Return the relations of (M, N) listeners and tracks of which nothing is known."""
        nothing = sparse.csr_array((shape[1], 0))
        return cls(sparse.csr_array((shape[0], shape[0])), nothing, nothing, nothing)

    def only(self, kinds: Iterable[Kind]) -> Self:
        """Return the same without the kinds that are not named."""
        kept = set(kinds)
        empty = {kind: sparse.csr_array(self.of(kind).shape) for kind in KINDS if kind not in kept}
        return replace(self, **empty)

    def of(self, kind: Kind) -> sparse.csr_array:
        """Return the matrix of a kind."""
        matrix: sparse.csr_array = getattr(self, kind)
        return matrix

    def counts(self) -> dict[str, int]:
        """Return how many entries each kind has; a friendship counts once."""
        return {kind: self.of(kind).nnz // (2 if kind == "friends" else 1) for kind in KINDS}


def read_relations(snapshot: Snapshot, addresses: Sequence[str], track_ids: Sequence[str]) -> Relations:
    """Return the relations of a snapshot, in the order of the listeners and tracks that are given.

    Friends are accounts joined by FRIEND_OF or by FOLLOWS, in either direction. A tag of an artist is one of
    each of the artist's tracks.

    Args:
        snapshot: Its tables.
        addresses: M listeners; relations of other accounts are left out.
        track_ids: N tracks.
    """
    edges = snapshot.edges
    listeners, tracks = _places(addresses), _places(track_ids)
    artists = _places(_texts(snapshot.nodes["Artist"]["artist_id"]))
    releases = _places(_texts(snapshot.nodes["Release"]["release_id"]))
    tags = _places(_texts(snapshot.nodes["Tag"]["name"]))
    made = _matrix(_between(edges["CREATED"], "Artist", "Track"), artists, tracks).T
    of_tracks = _matrix(_between(edges["TAGGED"], "Track", "Tag"), tracks, tags, "count")
    of_artists = _matrix(_between(edges["TAGGED"], "Artist", "Tag"), artists, tags, "count")
    befriended = _matrix(_between(edges["FRIEND_OF"], "Account", "Account"), listeners, listeners)
    followed = _matrix(_between(edges["FOLLOWS"], "Account", "Account"), listeners, listeners)
    return Relations(
        friends=build_friends(befriended + followed),
        tags=sparse.csr_array(of_tracks + made @ of_artists),
        artists=sparse.csr_array(made),
        releases=_matrix(_between(edges["RELEASED_ON"], "Track", "Release"), tracks, releases),
    )


def build_friends(named: sparse.csr_array) -> sparse.csr_array:
    """Return the symmetric matrix of ones of who named whom; nobody is their own friend."""
    both = sparse.coo_array(named + named.T)
    apart = both.row != both.col
    ones = np.ones(int(np.count_nonzero(apart)))
    return sparse.csr_array((ones, (both.row[apart], both.col[apart])), shape=named.shape)


def _between(edges: pa.Table, source: str, target: str) -> pa.Table:
    chosen = pc.and_(pc.equal(edges["source_label"], source), pc.equal(edges["target_label"], target))
    return edges.filter(chosen)


def _matrix(
    edges: pa.Table, sources: dict[str, int], targets: dict[str, int], weight: str | None = None
) -> sparse.csr_array:
    """Return edges as a matrix, those with an unknown end left out."""
    rows = np.array([sources.get(text, -1) for text in _texts(edges["source"])], np.int64)
    columns = np.array([targets.get(text, -1) for text in _texts(edges["target"])], np.int64)
    values = np.ones(len(rows))
    if weight is not None:
        values = np.asarray(edges[weight].fill_null(0).to_numpy(), np.float64)
    known = (rows >= 0) & (columns >= 0) & (values > 0)
    shape = (len(sources), len(targets))
    return sparse.csr_array((values[known], (rows[known], columns[known])), shape=shape)


def _places(texts: Sequence[str]) -> dict[str, int]:
    return {text: row for row, text in enumerate(texts)}


def _texts(column: pa.ChunkedArray) -> list[str]:
    texts: list[str] = column.to_pylist()
    return texts
