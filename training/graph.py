"""The listening graph as sparse matrices that vectors travel along, in both directions.

Owns the normalisation. Refuses to know what the vectors are.
"""

import warnings
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from training.data.interactions import Interactions


@dataclass(frozen=True, eq=False)
class BipartiteGraph:
    """Listeners and the tracks they heard; an edge weighs d_listener^-a d_track^-b.

    Attributes:
        to_listeners: Sparse CSR (M, N), from tracks to listeners.
        to_tracks: Sparse CSR (N, M), the transpose.
    """

    to_listeners: Tensor
    to_tracks: Tensor

    @property
    def device(self) -> torch.device:
        """Where the matrices are."""
        return self.to_listeners.device

    def to(self, device: torch.device) -> Self:
        """Return the graph on a device."""
        return type(self)(self.to_listeners.to(device), self.to_tracks.to(device))

    def heard_by(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pairs of some listeners.

        Args:
            batch: int64 (B,), rows of listeners.

        Returns:
            The place of the listener in the batch and the row of the track, int64 (P,) each.
        """
        pointers = self.to_listeners.crow_indices()
        counts = pointers[batch + 1] - pointers[batch]
        owners = torch.repeat_interleave(counts)
        within = torch.arange(len(owners), device=owners.device) - (torch.cumsum(counts, 0) - counts)[owners]
        return owners, self.to_listeners.col_indices()[pointers[batch][owners] + within]

    def listener_degrees(self) -> Tensor:
        """Return how many tracks each listener heard, int64 (M,)."""
        return self.to_listeners.crow_indices().diff()

    def track_degrees(self) -> Tensor:
        """Return how many listeners heard each track, int64 (N,)."""
        return self.to_tracks.crow_indices().diff()


def build_graph(interactions: Interactions, listener_power: float, track_power: float) -> BipartiteGraph:
    """Return the graph of all pairs.

    Args:
        interactions: Sorted by listener and track, as they always are.
        listener_power: a; 0.5 is LightGCN's.
        track_power: b; 0.5 is LightGCN's, less lets popular tracks speak louder.
    """
    return _build(
        interactions.listener_rows,
        interactions.track_rows,
        interactions.shape,
        listener_power,
        track_power,
    )


def build_graph_of(matrix: sparse.csr_array, row_power: float, column_power: float) -> BipartiteGraph:
    """Return the graph of the entries of a matrix, its rows in the place of listeners; values do not count.

    Args:
        matrix: Any relation, (M, N).
        row_power: a.
        column_power: b.
    """
    entries = sparse.coo_array(matrix)
    rows, columns = entries.row.astype(np.int64), entries.col.astype(np.int64)
    order = np.lexsort((columns, rows))
    return _build(rows[order], columns[order], matrix.shape, row_power, column_power)


def _build(
    owners: NDArray[np.int64],
    rows: NDArray[np.int64],
    shape: tuple[int, int],
    listener_power: float,
    track_power: float,
) -> BipartiteGraph:
    listeners, tracks = shape
    weights = (
        _degrees(owners, listeners)[owners] ** -listener_power * _degrees(rows, tracks)[rows] ** -track_power
    )
    by_track = np.lexsort((owners, rows))
    values = torch.from_numpy(weights.astype(np.float32))
    return BipartiteGraph(
        to_listeners=_csr(owners, rows, values, (listeners, tracks)),
        to_tracks=_csr(
            rows[by_track], owners[by_track], values[torch.from_numpy(by_track)], (tracks, listeners)
        ),
    )


def _degrees(rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    return np.maximum(np.bincount(rows, minlength=count), 1).astype(np.float64)


def _csr(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: Tensor, shape: tuple[int, int]
) -> Tensor:
    pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    with warnings.catch_warnings():
        # torch announces once that sparse CSR may still change; the tests hold what is used of it.
        warnings.simplefilter("ignore", UserWarning)
        matrix: Tensor = torch.sparse_csr_tensor(
            torch.from_numpy(pointers),
            torch.from_numpy(columns),
            values,
            size=shape,
            check_invariants=False,
        )
    return matrix
