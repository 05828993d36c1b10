"""A softmax over tracks in which popular tracks weigh more: a heard track should stand out from them.

Owns the loss, its gradient and which tracks it covers. Refuses to know where vectors come from.

For a listener u with the heard tracks H(u), all vectors of length one, temperature t and weights w:

    loss = mean over u and i in H(u) of  log sum_j w_j exp(u.j / t) - u.i / t

With w_j the popularity of j this is what a softmax over the other tracks of a batch expects (Yi et al.,
Sampling-Bias-Corrected Neural Modeling, RecSys 2019), without the noise of drawing a batch: the loss finds
what makes a listener differ from the crowd, and popularity itself is added when ranking. A power below one
leaves a part of popularity to be learned.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from training.graph import BipartiteGraph

_ROWS_AT_ONCE = 512
"""Listeners whose scores are in memory together."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Tracks that the softmax of a step covers.

    Attributes:
        rows: int64 (C,); a track that was drawn twice stands there twice.
        log_weights: float32 (C,); minus infinity where a track is asked for and not compared with.
        place_of_track: int64 (N,), where each track stands in `rows`, -1 for those that do not.
    """

    rows: Tensor
    log_weights: Tensor
    place_of_track: Tensor


def cover_all(log_weights: Tensor) -> Candidates:
    """Return all tracks with a weight.

    Args:
        log_weights: float32 (N,), minus infinity for tracks that take no part.
    """
    rows = torch.nonzero(torch.isfinite(log_weights)).ravel()
    return Candidates(rows, log_weights[rows], _places(rows, len(log_weights)))


def draw_candidates(log_weights: Tensor, asked: Tensor, count: int, generator: torch.Generator) -> Candidates:
    """Return a sample of tracks that stands for all, so that a step does not cost more with more tracks.

    Each is drawn in proportion to its weight, so that all stand with the same one: their sum expects that
    over all tracks. The tracks that are asked for follow without a weight.

    Args:
        log_weights: float32 (N,).
        asked: int64, rows of tracks that the listeners of the step heard.
        count: Size of the sample.
        generator: Decides the sample; on the CPU.
    """
    cumulative = torch.cumsum(torch.exp(log_weights.double()), 0)
    lots = torch.rand(count, generator=generator, dtype=torch.float64).to(cumulative.device)
    drawn = torch.searchsorted(cumulative, lots * cumulative[-1]).clamp_(max=len(log_weights) - 1)
    asked = torch.unique(asked)
    share = torch.full((count,), float(torch.log(cumulative[-1] / count)), device=log_weights.device)
    unweighted = torch.full((len(asked),), -torch.inf, device=log_weights.device)
    rows = torch.cat([drawn, asked])
    places = torch.full((len(log_weights),), -1, dtype=torch.int64, device=log_weights.device)
    places[asked] = torch.arange(count, len(rows), device=log_weights.device)
    return Candidates(rows, torch.cat([share, unweighted]), places)


def compute_popularity_softmax(
    listeners: Tensor,
    tracks: Tensor,
    graph: BipartiteGraph,
    batch: Tensor,
    candidates: Candidates,
    temperature: float,
) -> Tensor:
    """Return the mean loss over the pairs of some listeners.

    Args:
        listeners: float (B, D), of the batch, of length one.
        tracks: float (C, D), of the candidates, of length one.
        graph: Who heard what.
        batch: int64 (B,), rows of the listeners.
        candidates: Which tracks; all that the batch heard are among them.
        temperature: What cosines are divided by.
    """
    owners, heard = graph.heard_by(batch)
    loss: Tensor = _PopularitySoftmax.apply(
        listeners, tracks, candidates.log_weights, owners, candidates.place_of_track[heard], temperature
    )
    return loss


def _places(rows: Tensor, count: int) -> Tensor:
    places = torch.full((count,), -1, dtype=torch.int64, device=rows.device)
    places[rows] = torch.arange(len(rows), device=rows.device)
    return places


class _PopularitySoftmax(torch.autograd.Function):
    """The loss with its gradient, some listeners at a time; autograd would keep all scores four times."""

    @staticmethod
    def forward(
        context: Any,
        listeners: Tensor,
        tracks: Tensor,
        log_weights: Tensor,
        owners: Tensor,
        places: Tensor,
        temperature: float,
    ) -> Tensor:
        counts = torch.bincount(owners, minlength=len(listeners)).to(listeners.dtype)
        by_listeners, by_tracks = torch.empty_like(listeners), torch.zeros_like(tracks)
        loss = listeners.new_zeros(())
        for start in range(0, len(listeners), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            first, last = torch.searchsorted(owners, torch.tensor([start, rows.stop], device=owners.device))
            asked = owners[first:last] - start, places[first:last]
            scores = (listeners[rows] @ tracks.T).div_(temperature)
            loss -= scores[asked].sum()
            scores.add_(log_weights)
            largest = scores.amax(1, keepdim=True)
            scores.sub_(largest).exp_()
            totals = scores.sum(1, keepdim=True)
            loss += (totals.log() + largest).squeeze(1) @ counts[rows]
            # Now the gradient by each score: its share of the softmax, less one where it was asked for. A
            # pair stands once, so the order in which these are subtracted cannot matter.
            scores.mul_(counts[rows, None] / totals)
            scores[asked] -= 1.0
            scores.div_(temperature * len(owners))
            torch.mm(scores, tracks, out=by_listeners[rows])
            by_tracks.addmm_(scores.T, listeners[rows])
        context.save_for_backward(by_listeners, by_tracks)
        return loss / len(owners)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None, None, None]:
        by_listeners, by_tracks = context.saved_tensors
        return gradients[0] * by_listeners, gradients[0] * by_tracks, None, None, None, None
