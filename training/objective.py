"""What training minimises: hidden tracks should score above the others.

Owns the loss. Refuses to know the network.

A step hides a share of all edges from propagation and asks, for a batch of listeners, for their hidden
tracks in a softmax over the tracks that they have not visibly heard. A track that is asked for thus never
speaks for itself, which is the situation in which a recommendation is made.
"""

import torch
from torch import Tensor

from training.graph import BipartiteGraph


def compute_hidden_track_loss(
    listeners: Tensor,
    tracks: Tensor,
    batch: Tensor,
    candidates: Tensor,
    graph: BipartiteGraph,
    hidden: Tensor,
) -> Tensor | None:
    """Return the mean negative log-likelihood of the hidden tracks of a batch, or None without any.

    Args:
        listeners: float (M, D), propagated without the hidden edges.
        tracks: float (N, D), likewise.
        batch: int64 (B,), rows of listeners.
        candidates: int64 (C,), ascending rows of tracks that the softmax covers.
        graph: Where all edges are.
        hidden: bool (P,), the edges that propagation did not see.
    """
    place_of_listener = torch.full((len(listeners),), -1, dtype=torch.int64)
    place_of_listener[batch] = torch.arange(len(batch))
    place_of_track = torch.full((len(tracks),), -1, dtype=torch.int64)
    place_of_track[candidates] = torch.arange(len(candidates))
    rows, columns = place_of_listener[graph.listener_rows], place_of_track[graph.track_rows]
    inside = (rows >= 0) & (columns >= 0)
    visible, asked = inside & ~hidden, inside & hidden
    if not bool(asked.any()):
        return None
    scores = listeners[batch] @ tracks[candidates].T
    mask = torch.zeros(scores.shape, dtype=torch.bool)
    mask[rows[visible], columns[visible]] = True
    scores = scores.masked_fill(mask, -torch.inf)
    picked = scores[rows[asked], columns[asked]]
    return (torch.logsumexp(scores, dim=1)[rows[asked]] - picked).mean()


def pick_candidates(
    heard: Tensor,
    batch: Tensor,
    graph: BipartiteGraph,
    hidden: Tensor,
    limit: int,
    generator: torch.Generator,
) -> Tensor:
    """Return the tracks that one softmax covers, ascending.

    All heard tracks where they are at most `limit`; else the hidden tracks of the batch and a random
    sample, which makes the cost of a step independent of the catalogue.

    Args:
        heard: int64 (H,), ascending rows of the tracks that anyone heard.
        batch: int64 (B,), rows of listeners.
        graph: Where all edges are.
        hidden: bool (P,).
        limit: Size to aim for.
        generator: Decides the sample.
    """
    if len(heard) <= limit:
        return heard
    asked = graph.track_rows[torch.isin(graph.listener_rows, batch) & hidden]
    sample = heard[torch.randint(len(heard), (limit,), generator=generator)]
    candidates: Tensor = torch.unique(torch.cat([asked, sample]))
    return candidates
