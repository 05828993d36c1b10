"""The listening graph as sparse matrices that vectors travel along, in both directions.

Owns the normalisation and the hiding of edges. Refuses to know what the vectors are.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.interactions import Interactions


@dataclass(frozen=True, eq=False)
class BipartiteGraph:
    """Listeners and the tracks they heard; an edge weighs d_listener^-a d_track^-b.

    Attributes:
        listener_rows: int64 (P,), ascending: the listener of each edge.
        track_rows: int64 (P,).
        weights: float32 (P,).
        to_listeners: Sparse CSR (M, N), from tracks to listeners.
        to_tracks: Sparse CSR (N, M), the transpose.
    """

    listener_rows: Tensor
    track_rows: Tensor
    weights: Tensor
    to_listeners: Tensor
    to_tracks: Tensor
    _by_track: Tensor

    def without(self, hidden: Tensor) -> Self:
        """Return the graph with some edges silent, at the cost of one copy of the weights.

        Args:
            hidden: bool (P,); the weights of the others stay as they are.
        """
        weights = self.weights.masked_fill(hidden, 0.0)
        return type(self)(
            self.listener_rows,
            self.track_rows,
            weights,
            _with_values(self.to_listeners, weights),
            _with_values(self.to_tracks, weights[self._by_track]),
            self._by_track,
        )


def build_graph(interactions: Interactions, listener_power: float, track_power: float) -> BipartiteGraph:
    """Return the graph of all pairs.

    Args:
        interactions: Sorted by listener and track, as they always are.
        listener_power: a; 0.5 is LightGCN's.
        track_power: b; 0.5 is LightGCN's, less lets popular tracks speak louder.
    """
    listeners, tracks = interactions.shape
    owners, rows = interactions.listener_rows, interactions.track_rows
    weights = (
        _degrees(owners, listeners)[owners] ** -listener_power * _degrees(rows, tracks)[rows] ** -track_power
    )
    by_track = np.lexsort((owners, rows))
    values = torch.from_numpy(weights.astype(np.float32))
    order = torch.from_numpy(by_track)
    return BipartiteGraph(
        listener_rows=torch.from_numpy(owners),
        track_rows=torch.from_numpy(rows),
        weights=values,
        to_listeners=_csr(owners, rows, values, (listeners, tracks)),
        to_tracks=_csr(rows[by_track], owners[by_track], values[order], (tracks, listeners)),
        _by_track=order,
    )


def _degrees(rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    return np.maximum(np.bincount(rows, minlength=count), 1).astype(np.float64)


def _csr(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: Tensor, shape: tuple[int, int]
) -> Tensor:
    pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return _tensor(torch.from_numpy(pointers), torch.from_numpy(columns), values, shape)


def _with_values(matrix: Tensor, values: Tensor) -> Tensor:
    return _tensor(matrix.crow_indices(), matrix.col_indices(), values, matrix.shape)


def _tensor(pointers: Tensor, columns: Tensor, values: Tensor, shape: Any) -> Tensor:
    with warnings.catch_warnings():
        # torch announces once that sparse CSR may still change; the tests hold what is used of it.
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(pointers, columns, values, size=tuple(shape), check_invariants=False)
