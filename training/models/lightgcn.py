"""LightGCN, started from the spectrum of the tracks' similarity.

Owns the network. Refuses to know how it is trained.
"""

from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph, build_graph
from training.models.model import VectorModel
from training.models.spectral_start import build_spectral_start
from training.propagation import BipartiteLayer
from training.similarity import build_similarity


class LightGCN(VectorModel):
    r"""The sum of embeddings and of what arrives from neighbours in each of L steps.

    He et al., LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation, SIGIR 2020:

    .. math:: e_u^{(k+1)} = \sum_i a_{ui} e_i^{(k)}, \quad e_i^{(k+1)} = \sum_u a_{ui} e_u^{(k)}, \quad
        z = \sum_{k=0}^{L} e^{(k)}

    with a_ui = d_u^-p d_i^-q. Differences from the paper, each chosen on validation: tracks start from the
    leading eigenvectors of their similarity instead of from noise; listeners have no embedding of their
    own, unless asked for, so a listener is what their tracks say; the degrees have powers of their own; the
    objective is a softmax over tracks instead of pairs (`training.objective`).

    Args:
        tracks: Start of the track embeddings, float (N, D).
        listeners: Number of listeners, M.
        layers: L.
        learn_listeners: Whether listeners have embeddings of their own, which start from zero.
    """

    def __init__(
        self, tracks: NDArray[np.float32], listeners: int, layers: int, learn_listeners: bool = False
    ) -> None:
        super().__init__()
        self.track_embeddings = torch.nn.Parameter(torch.from_numpy(tracks.copy()))
        zeros = torch.zeros(listeners, tracks.shape[1])
        self.listener_embeddings = torch.nn.Parameter(zeros, requires_grad=learn_listeners)
        self.steps = torch.nn.ModuleList(BipartiteLayer() for _ in range(layers))

    @classmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return the network at its start, scaled so that scores have the configured variance."""
        similarity = build_similarity(interactions, config.similarity_shrink, config.similarity_power)
        start = build_spectral_start(similarity, config.dimension, config.spectrum_power, config.seed)
        graph = build_graph(interactions, config.listener_power, config.track_power)
        scaled = start * _scale(start, graph, config.logit_scale)
        return cls(scaled.astype(np.float32), interactions.shape[0], config.layers, config.learn_listeners)

    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> BipartiteGraph:
        """Return the listening graph with the configured powers of the degrees."""
        return build_graph(interactions, config.listener_power, config.track_power)

    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return the sums over all steps, of listeners (M, D) and of tracks (N, D)."""
        listeners, tracks = self.listener_embeddings, self.track_embeddings
        listener_sum, track_sum = listeners, tracks
        for step in self.steps:
            listeners, tracks = (
                step(graph.to_listeners, graph.to_tracks, tracks),
                step(graph.to_tracks, graph.to_listeners, listeners),
            )
            listener_sum, track_sum = listener_sum + listeners, track_sum + tracks
        return listener_sum, track_sum


def _scale(start: NDArray[np.float64], graph: BipartiteGraph, variance: float) -> float:
    """Return the factor that gives the scores of the first listeners the variance wanted."""
    some = graph.to_listeners @ torch.from_numpy(start.astype(np.float32))
    spread = float(np.std(some[:256].numpy().astype(np.float64) @ start.T))
    return float(np.sqrt(np.sqrt(variance) / spread)) if spread > 0 else 1.0
