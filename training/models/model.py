"""What a model must offer: it is one file in this folder, and a line in `training.models`.

Owns the interface. Refuses to know how a model is trained, stopped, evaluated or frozen.
"""

from abc import ABC, abstractmethod
from typing import Self

import torch
from torch import Tensor

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.graph import BipartiteGraph


class VectorModel(torch.nn.Module, ABC):
    """Gives each listener and track one vector; the dot product of two is the score."""

    @classmethod
    @abstractmethod
    def build(cls, interactions: Interactions, config: TrainingConfig) -> Self:
        """Return a model ready to be trained on these pairs; equal arguments give equal models."""

    @abstractmethod
    def build_graph(self, interactions: Interactions, config: TrainingConfig) -> BipartiteGraph:
        """Return the graph that `forward` expects."""

    @abstractmethod
    def forward(self, graph: BipartiteGraph) -> tuple[Tensor, Tensor]:
        """Return vectors of the listeners, float32 (M, D), and of the tracks, float32 (N, D).

        Training hides some edges of the graph and asks for them, so a listener's vector must come from
        the graph and not only from parameters of its own.
        """
