"""The default: LightGCN from a spectral start, trained by the cosine, ranked with popularity.

Owns the network and how it is read. Refuses to know how it is trained.
"""

from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph
from training.models.lightgcn import LightGCN
from training.models.spectral_start import build_spectral_start
from training.objectives.popularity_softmax import (
    Candidates,
    compute_popularity_softmax,
    cover_all,
    draw_candidates,
)

_SPREAD = 0.1


class SpectralLightGCN(LightGCN):
    """LightGCN's propagation over embeddings that start where the listening matrix has its directions.

    Learned is how a listener differs from the crowd: the cosine of two propagated vectors, in a softmax
    that weighs tracks by their popularity (`training.objectives.popularity_softmax`). Read out is the
    logarithm of what a track's probability is then made of: the cosine, and the popularity with a weight
    that validation chooses, as one more coordinate.

    Args:
        listeners: Start of the listener embeddings, float (M, D - 1).
        tracks: Start of the track embeddings, float (N, D - 1).
        log_popularity: Logarithm of each track's share of listening, float (N,); minus infinity without any.
        config: The choices.
    """

    log_popularity: Tensor
    log_weights: Tensor
    rotation: Tensor

    title: ClassVar[str] = "Spectral LightGCN"
    popularity_weights: ClassVar[tuple[float, ...]] = (0.3, 0.5, 0.7, 0.9)

    def __init__(
        self, listeners: Tensor, tracks: Tensor, log_popularity: Tensor, config: TrainingConfig
    ) -> None:
        super().__init__(listeners, tracks, config.layers)
        self._temperature, self._limit = config.temperature, config.candidates
        self.register_buffer("log_popularity", log_popularity, persistent=False)
        heard = torch.isfinite(log_popularity)
        log_weights = torch.where(heard, config.popularity_power * log_popularity, -torch.inf)
        self.register_buffer("log_weights", log_weights, persistent=False)
        self.register_buffer("rotation", _rotation(tracks.shape[1] + 1, config.seed), persistent=False)
        self._all: Candidates | None = None

    @classmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return the network at its start."""
        starts = build_spectral_start(
            interactions,
            config.dimension - 1,
            listener_power=config.listener_power,
            track_power=config.start_track_power,
            spectrum_power=config.spectrum_power,
            seed=config.seed,
        )
        listeners, tracks = (with_spread(torch.from_numpy(start)) for start in starts[:2])
        return cls(listeners, tracks, log_popularity(interactions.track_rows, interactions.shape[1]), config)

    def compute_loss(self, graph: BipartiteGraph, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Return the softmax loss of the batch's pairs."""
        return self.loss_of(self(graph), graph, batch, generator)

    def loss_of(
        self, vectors: tuple[Tensor, Tensor], graph: BipartiteGraph, batch: Tensor, generator: torch.Generator
    ) -> Tensor:
        """Return the same for vectors that are there already."""
        listeners, tracks = vectors
        candidates = self._pick_candidates(graph, batch, generator)
        return compute_popularity_softmax(
            functional.normalize(listeners[batch]),
            functional.normalize(tracks)[candidates.rows],
            graph,
            batch,
            candidates,
            self._temperature,
        )

    def read_out(self, graph: BipartiteGraph, popularity_weight: float) -> tuple[Tensor, Tensor]:
        """Return unit vectors with one more coordinate for popularity, turned so that none stands out.

        A common rotation changes no dot product; it spreads the large coordinate over all, so that
        int8 loses little.
        """
        listeners, tracks = (functional.normalize(vectors) for vectors in self(graph))
        heard = torch.isfinite(self.log_popularity)
        known = (graph.listener_degrees() > 0)[:, None]
        popularity = popularity_weight * self._temperature * self.log_popularity
        popularity = torch.where(heard, popularity - popularity[heard].mean(), 0.0)
        # Both sides carry the same length in it: the product is what matters.
        share = popularity[heard].pow(2).mean().pow(0.25).clamp(min=1e-6)
        listeners = torch.cat([listeners, share.expand(len(listeners), 1)], 1) * known
        tracks = torch.cat([tracks, popularity[:, None] / share], 1)
        return listeners @ self.rotation, tracks @ self.rotation

    def _pick_candidates(
        self, graph: BipartiteGraph, batch: Tensor, generator: torch.Generator
    ) -> Candidates:
        if self._all is None or self._all.rows.device != batch.device:
            self._all = cover_all(self.log_weights)
        if len(self._all.rows) <= self._limit:
            return self._all
        return draw_candidates(self.log_weights, graph.heard_by(batch)[1], self._limit, generator)


def log_popularity(rows: NDArray[np.integer[Any]], count: int) -> Tensor:
    """Return the logarithm of each track's share of the pairs, float32 (N,); minus infinity without any."""
    degrees = torch.bincount(torch.from_numpy(rows.astype(np.int64)), minlength=count).float()
    return torch.log(degrees / degrees.sum())


def with_spread(unit: Tensor) -> Tensor:
    """Return rows of length one scaled to the spread that the learning rate is meant for."""
    return unit * (_SPREAD / unit.pow(2).mean().sqrt().clamp(min=1e-12))


def _rotation(dimension: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    turned: Tensor = torch.linalg.qr(torch.randn(dimension, dimension, generator=generator))[0]
    return turned
