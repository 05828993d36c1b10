"""LightGCN as published.

Owns the network. Refuses to know how it is trained.
"""

from typing import ClassVar, Self

import torch
from torch import Tensor

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph, build_graph
from training.models.model import VectorModel
from training.objectives.bpr import compute_bpr
from training.propagation import BipartiteLayer

_LAYERS, _SPREAD, _DECAY = 3, 0.1, 1e-4


class LightGCN(VectorModel):
    r"""The mean of embeddings and of what arrives from neighbours in each of L steps.

    He et al., LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation, SIGIR 2020:

    .. math:: e_u^{(k+1)} = \sum_i a_{ui} e_i^{(k)}, \quad e_i^{(k+1)} = \sum_u a_{ui} e_u^{(k)}, \quad
        z = \frac{1}{L+1} \sum_{k=0}^{L} e^{(k)}

    with a_ui = d_u^-p d_i^-q, trained by BPR with the paper's decay.

    Args:
        listeners: Start of the listener embeddings, float (M, D).
        tracks: Start of the track embeddings, float (N, D).
        layers: L.
    """

    title: ClassVar[str] = "LightGCN"

    def __init__(self, listeners: Tensor, tracks: Tensor, layers: int) -> None:
        super().__init__()
        self.listener_embeddings = torch.nn.Parameter(listeners)
        self.track_embeddings = torch.nn.Parameter(tracks)
        self.steps = torch.nn.ModuleList(BipartiteLayer() for _ in range(layers))

    @classmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return the network with random embeddings."""
        listeners, tracks = (_SPREAD * torch.randn(rows, config.dimension) for rows in interactions.shape)
        return cls(listeners, tracks, _LAYERS)

    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> BipartiteGraph:
        """Return the listening graph with the configured powers of the degrees."""
        return build_graph(interactions, config.listener_power, config.track_power)

    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return the means over all steps, of listeners (M, D) and of tracks (N, D)."""
        listeners, tracks = self.listener_embeddings, self.track_embeddings
        listener_sum, track_sum = listeners, tracks
        for step in self.steps:
            listeners, tracks = (
                step(graph.to_listeners, graph.to_tracks, tracks),
                step(graph.to_tracks, graph.to_listeners, listeners),
            )
            listener_sum, track_sum = listener_sum + listeners, track_sum + tracks
        share = 1 / (len(self.steps) + 1)
        return share * listener_sum, share * track_sum

    def compute_loss(self, graph: BipartiteGraph, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Return the BPR loss of the batch's pairs."""
        embeddings = (self.listener_embeddings, self.track_embeddings)
        return compute_bpr(self(graph), embeddings, graph, batch, _DECAY, generator)
