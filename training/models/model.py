"""What a model must offer: it is one file in this folder, and a line in `training.models`.

Owns the interface. Refuses to know how a model is trained, stopped, evaluated or frozen.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import torch
from torch import Tensor

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph


class VectorModel(torch.nn.Module, ABC):
    """Gives each listener and track one vector; the dot product of two is the score."""

    title: ClassVar[str]
    """What people call it."""

    popularity_weights: ClassVar[tuple[float, ...]] = (0.0,)
    """What `read_out` may be asked for; validation chooses one together with the number of epochs."""

    @classmethod
    @abstractmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return a model ready to be trained on these pairs; equal arguments give equal models.

        What is random in it comes from torch's generator, which the caller has seeded.
        """

    @abstractmethod
    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> BipartiteGraph:
        """Return the graph that `forward` expects."""

    @abstractmethod
    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return vectors of the listeners, float32 (M, D'), and of the tracks, float32 (N, D')."""

    @abstractmethod
    def compute_loss(self, graph: BipartiteGraph, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Return what a step lowers: the mean over the pairs of some listeners.

        Args:
            graph: From `build_graph`.
            batch: int64 (B,), rows of listeners, each with at least one pair.
            generator: Decides what the loss draws by lot; on the CPU.
        """

    def read_out(self, graph: BipartiteGraph, popularity_weight: float) -> tuple[Tensor, Tensor]:
        """Return the vectors to rank with, float32 (M, D) and (N, D), D the configured dimension.

        Args:
            graph: From `build_graph`.
            popularity_weight: One of `popularity_weights`.
        """
        listeners, tracks = self(graph)
        return listeners, tracks
