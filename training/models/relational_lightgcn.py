"""LightGCN over plays, tags and friends: a variant of the default for data that names them.

Owns the network over several relations. Refuses to know where relations come from and how it is trained.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.relations import Relations
from training.graph import BipartiteGraph, build_graph, build_graph_of
from training.models.spectral_lightgcn import SpectralLightGCN, log_popularity, with_spread
from training.models.spectral_start import build_spectral_start
from training.objectives.popularity_softmax import compute_popularity_softmax, cover_all
from training.propagation import BipartiteLayer


@dataclass(frozen=True, eq=False)
class RelationalGraph(BipartiteGraph):
    """The listening graph with what else is known.

    Attributes:
        tags: Tags in the place of listeners, and the tracks that have them.
        friends: Listeners on both sides.
    """

    tags: BipartiteGraph
    friends: BipartiteGraph

    def to(self, device: torch.device) -> Self:
        """Return the graph on a device."""
        sides = (self.to_listeners.to(device), self.to_tracks.to(device))
        return type(self)(*sides, self.tags.to(device), self.friends.to(device))


class RelationalLightGCN(SpectralLightGCN):
    r"""The default network with messages along tags and friendships; tags are asked for tracks too.

    .. math:: z_u = e_u + \sum_i a_{ui} e_i + w_f \sum_v f_{uv} e_v, \quad
        z_i = e_i + \sum_u a_{ui} e_u + w_t \sum_t g_{it} e_t, \quad z_t = e_t + \sum_i g_{it} e_i

    All start from one decomposition, of the listening matrix with the tags' rows below it, so that tracks
    with the same tags start close to each other; the loss of tags is that of listeners, weighed by a factor.

    Args:
        listeners: Start of the listener embeddings, float (M, D - 1).
        tracks: Start of the track embeddings, float (N, D - 1).
        tags: Start of the tag embeddings, float (T, D - 1).
        popularity: Logarithm of each track's share of listening, float (N,).
        tag_popularity: The same of the tags' tracks.
        config: The choices.
    """

    title: ClassVar[str] = "Relational LightGCN"
    tag_log_weights: Tensor

    def __init__(
        self,
        listeners: Tensor,
        tracks: Tensor,
        tags: Tensor,
        popularity: Tensor,
        tag_popularity: Tensor,
        config: TrainingConfig,
    ) -> None:
        super().__init__(listeners, tracks, popularity, config)
        self.tag_embeddings = torch.nn.Parameter(tags)
        self.along_tags, self.along_friends = BipartiteLayer(), BipartiteLayer()
        tagged = torch.isfinite(tag_popularity)
        weights = torch.where(tagged, config.popularity_power * tag_popularity, -torch.inf)
        self.register_buffer("tag_log_weights", weights, persistent=False)
        self._config = config

    @classmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return the network at its start."""
        tags = _tag_matrix(interactions, config)
        starts = build_spectral_start(
            interactions,
            config.dimension - 1,
            listener_power=config.listener_power,
            track_power=config.start_track_power,
            spectrum_power=config.spectrum_power,
            seed=config.seed,
            below=config.tag_start_weight * tags,
        )
        of_listeners, of_tracks, of_tags = (with_spread(torch.from_numpy(start)) for start in starts)
        popularity = log_popularity(interactions.track_rows, interactions.shape[1])
        return cls(
            of_listeners,
            of_tracks,
            of_tags,
            popularity,
            log_popularity(tags.indices, interactions.shape[1]),
            config,
        )

    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> RelationalGraph:
        """Return the listening graph with tags and friends, each with LightGCN's powers of the degrees."""
        plays = build_graph(interactions, config.listener_power, config.track_power)
        tags, friends = _tag_matrix(interactions, config), _relations(interactions).friends
        return RelationalGraph(
            plays.to_listeners,
            plays.to_tracks,
            build_graph_of(tags, 0.5, 0.5),
            build_graph_of(friends, 0.5, 0.5),
        )

    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return the vectors of listeners (M, D - 1) and of tracks (N, D - 1)."""
        assert isinstance(graph, RelationalGraph)
        listeners, tracks = super().forward(graph)
        share = 1 / (len(self.steps) + 1)
        tags, friends = graph.tags, graph.friends
        if self._config.tag_weight:
            arrived = self.along_tags(tags.to_tracks, tags.to_listeners, self.tag_embeddings)
            tracks = tracks + share * self._config.tag_weight * arrived
        if self._config.friend_weight:
            arrived = self.along_friends(friends.to_listeners, friends.to_tracks, self.listener_embeddings)
            listeners = listeners + share * self._config.friend_weight * arrived
        return listeners, tracks

    def compute_loss(self, graph: BipartiteGraph, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Return the loss of the batch's pairs, and that of as many tags drawn by lot."""
        vectors = self(graph)
        loss = self.loss_of(vectors, graph, batch, generator)
        count = len(self.tag_embeddings)
        if not count or not self._config.tag_loss_weight:
            return loss
        assert isinstance(graph, RelationalGraph)
        drawn = torch.randperm(count, generator=generator)[: len(batch)].to(batch.device)
        of_tags = graph.tags
        arrived = self.along_tags(of_tags.to_listeners, of_tags.to_tracks, self.track_embeddings)
        candidates = cover_all(self.tag_log_weights)
        of_tracks = functional.normalize(vectors[1])[candidates.rows]
        asked = functional.normalize((self.tag_embeddings + arrived)[drawn])
        of_drawn = compute_popularity_softmax(
            asked, of_tracks, of_tags, drawn, candidates, self._config.temperature
        )
        return loss + self._config.tag_loss_weight * of_drawn


def _tag_matrix(interactions: Interactions, config: TrainingConfig) -> sparse.csr_array:
    """Return tags as rows over heard tracks, weighed so that a track's column has length one, (T, N).

    A tag weighs more the rarer it is; those of few tracks are left out.
    """
    counts = _relations(interactions).tags.astype(np.float64)
    heard = np.bincount(interactions.track_rows, minlength=interactions.shape[1]) > 0
    counts = sparse.csr_array(sparse.diags_array(heard.astype(np.float64)) @ counts)
    counts.eliminate_zeros()
    owners = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(owners >= config.tag_tracks)
    counts.data = np.log1p(counts.data)
    rarity = np.log(len(heard) / np.maximum(owners[kept], 1))
    weighed = sparse.csr_array(counts[:, kept] @ sparse.diags_array(rarity))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    by_tag = sparse.csr_array((sparse.diags_array(inverse) @ weighed).T).astype(np.float32)
    by_tag.sort_indices()
    return by_tag


def _relations(interactions: Interactions) -> Relations:
    return interactions.relations or Relations.none(interactions.shape)
