"""Bayesian personalised ranking: a heard track should score above one drawn by lot.

Owns the loss. Refuses to know where vectors come from. Source: Rendle et al., BPR, UAI 2009, with the
regularisation of the embeddings that LightGCN (SIGIR 2020) trains with.
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.graph import BipartiteGraph


def compute_bpr(
    vectors: tuple[Tensor, Tensor],
    embeddings: tuple[Tensor, Tensor],
    graph: BipartiteGraph,
    batch: Tensor,
    decay: float,
    generator: torch.Generator,
) -> Tensor:
    """Return the mean loss over the pairs of some listeners, each against one other track.

    Args:
        vectors: Of listeners (M, D) and tracks (N, D), propagated.
        embeddings: Of the same before propagation; what the decay draws to zero.
        graph: Who heard what.
        batch: int64 (B,), rows of listeners.
        decay: Weight of the squared embeddings.
        generator: Draws the other tracks; on the CPU.
    """
    owners, heard = graph.heard_by(batch)
    owners = batch[owners]
    other = torch.randint(len(vectors[1]), (len(heard),), generator=generator).to(heard.device)
    listener, track, drawn = (
        functional.embedding(owners, vectors[0]),
        functional.embedding(heard, vectors[1]),
        functional.embedding(other, vectors[1]),
    )
    ranked = functional.softplus((listener * (drawn - track)).sum(1)).mean()
    squares = sum(
        functional.embedding(rows, embedding).pow(2).sum()
        for rows, embedding in ((owners, embeddings[0]), (heard, embeddings[1]), (other, embeddings[1]))
    )
    loss: Tensor = ranked + decay * squares / (2 * len(heard))
    return loss
