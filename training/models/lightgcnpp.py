"""LightGCN++ as published.

Owns the network. Refuses to know how it is trained.
"""

from typing import ClassVar

from torch import Tensor
from torch.nn import functional

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph, build_graph
from training.models.lightgcn import LightGCN

_RECEIVER_POWER, _SENDER_POWER, _OWN_SHARE = 0.6, -0.1, 0.2


class LightGCNPP(LightGCN):
    r"""LightGCN whose messages have length one and whose own embeddings have a share of their own.

    Lee et al., Revisiting LightGCN: Unexpected Inflexibility, Inconsistency, and A Remedy Towards Improved
    Recommendation, RecSys 2024, with the alpha, beta and gamma that its authors propose:

    .. math:: e_u^{(k+1)} = d_u^{-\alpha} \sum_i d_i^{-\beta} e_i^{(k)} / \|e_i^{(k)}\|, \quad
        z = \gamma e^{(0)} + (1 - \gamma) \frac{1}{L} \sum_{k=1}^{L} e^{(k)}
    """

    title: ClassVar[str] = "LightGCN++"

    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> BipartiteGraph:
        """Return the listening graph with all edges alike: degrees damp what is sent and what has arrived."""
        return build_graph(interactions, 0.0, 0.0)

    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return own embeddings and the mean of all steps, weighed, of listeners (M, D) and tracks (N, D)."""
        of_listeners = graph.listener_degrees().clamp(min=1)[:, None].float()
        of_tracks = graph.track_degrees().clamp(min=1)[:, None].float()
        listeners, tracks = self.listener_embeddings, self.track_embeddings
        listener_sum, track_sum = _OWN_SHARE * listeners, _OWN_SHARE * tracks
        share = (1 - _OWN_SHARE) / len(self.steps)
        for step in self.steps:
            from_listeners = functional.normalize(listeners) * of_listeners**-_SENDER_POWER
            from_tracks = functional.normalize(tracks) * of_tracks**-_SENDER_POWER
            listeners = step(graph.to_listeners, graph.to_tracks, from_tracks)
            tracks = step(graph.to_tracks, graph.to_listeners, from_listeners)
            listeners = listeners * of_listeners**-_RECEIVER_POWER
            tracks = tracks * of_tracks**-_RECEIVER_POWER
            listener_sum, track_sum = listener_sum + share * listeners, track_sum + share * tracks
        return listener_sum, track_sum
