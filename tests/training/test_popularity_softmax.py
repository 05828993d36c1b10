"""The loss is the formula of its file, with the gradient that autograd finds; a sample expects the whole."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.kit.listening import block_pairs, interactions_of
from training.data.interactions import Interactions
from training.graph import BipartiteGraph, build_graph
from training.objectives import popularity_softmax
from training.objectives.bpr import compute_bpr
from training.objectives.popularity_softmax import (
    compute_popularity_softmax,
    cover_all,
    draw_candidates,
)


@pytest.fixture
def whole() -> Interactions:
    return interactions_of(block_pairs(), 31)


@pytest.fixture
def graph(whole: Interactions) -> BipartiteGraph:
    return build_graph(whole, 0.5, 0.5)


def _log_weights(graph: BipartiteGraph, power: float) -> torch.Tensor:
    degrees = graph.track_degrees().double()
    logarithms = power * torch.log(degrees / degrees.sum())
    return torch.where(degrees > 0, logarithms, -torch.inf).float()


def _unit(rows: int, seed: int) -> torch.Tensor:
    return functional.normalize(torch.randn(rows, 8, generator=torch.Generator().manual_seed(seed)))


def _written_out(
    listeners: torch.Tensor,
    tracks: torch.Tensor,
    whole: Interactions,
    batch: torch.Tensor,
    weights: torch.Tensor,
    temperature: float,
) -> torch.Tensor:
    losses = []
    for place, listener in enumerate(batch.tolist()):
        scores = tracks @ listeners[place] / temperature
        total = torch.log(torch.sum(weights * torch.exp(scores)))
        losses += [total - scores[row] for row in whole.track_rows[whole.listener_rows == listener]]
    return torch.stack(losses).mean()


@pytest.mark.parametrize("power", [0.0, 0.6, 1.0])
def test_loss_and_gradient_are_those_of_the_formula(
    whole: Interactions, graph: BipartiteGraph, power: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popularity_softmax, "_ROWS_AT_ONCE", 3)
    batch, log_weights = torch.tensor([4, 0, 20, 33]), _log_weights(graph, power)
    candidates = cover_all(log_weights)
    sides = [_unit(len(batch), 1).requires_grad_(), _unit(31, 2).requires_grad_()]
    copies = [side.detach().clone().requires_grad_() for side in sides]
    loss = compute_popularity_softmax(sides[0], sides[1][candidates.rows], graph, batch, candidates, 0.2)
    expected = _written_out(copies[0], copies[1], whole, batch, torch.exp(log_weights), 0.2)
    torch.testing.assert_close(loss, expected)
    (3 * loss).backward()
    (3 * expected).backward()
    for side, copy in zip(sides, copies, strict=True):
        torch.testing.assert_close(side.grad, copy.grad, atol=1e-5, rtol=1e-4)


def test_tracks_that_nobody_heard_take_no_part(graph: BipartiteGraph) -> None:
    candidates = cover_all(_log_weights(graph, 1.0))
    unheard = int(torch.nonzero(graph.track_degrees() == 0))
    assert unheard not in candidates.rows
    assert int(candidates.place_of_track[unheard]) == -1
    assert torch.equal(candidates.rows[candidates.place_of_track[candidates.rows]], candidates.rows)


def test_a_sample_expects_the_sum_over_all_tracks(whole: Interactions, graph: BipartiteGraph) -> None:
    log_weights, batch = _log_weights(graph, 0.6), torch.arange(36)
    asked = graph.heard_by(batch)[1]
    listeners, tracks = _unit(36, 1), _unit(31, 2)
    drawn = draw_candidates(log_weights, asked, 20_000, torch.Generator().manual_seed(0))
    found = compute_popularity_softmax(listeners, tracks[drawn.rows], graph, batch, drawn, 0.2)
    expected = _written_out(listeners, tracks, whole, batch, torch.exp(log_weights), 0.2)
    assert float(found) == pytest.approx(float(expected), abs=0.02)
    assert torch.equal(drawn.rows[drawn.place_of_track[asked]], asked)
    weights = np.bincount(drawn.rows[:20_000].numpy(), minlength=31) / 20_000
    wanted = torch.exp(log_weights) / torch.exp(log_weights).sum()
    np.testing.assert_allclose(weights, wanted.numpy(), atol=0.01)


def test_bpr_is_the_formula_of_the_paper(whole: Interactions, graph: BipartiteGraph) -> None:
    vectors, batch = (_unit(36, 1).double(), _unit(31, 2).double()), torch.tensor([5, 1])
    embeddings = (2 * vectors[0], 3 * vectors[1])
    loss = compute_bpr(vectors, embeddings, graph, batch, 0.1, torch.Generator().manual_seed(7))
    owners, heard = graph.heard_by(batch)
    drawn = torch.randint(31, (len(heard),), generator=torch.Generator().manual_seed(7))
    terms = []
    for owner, track, other in zip(batch[owners].tolist(), heard.tolist(), drawn.tolist(), strict=True):
        margin = vectors[0][owner] @ (vectors[1][track] - vectors[1][other])
        squares = embeddings[0][owner].norm() ** 2 + embeddings[1][[track, other]].norm() ** 2
        terms.append(-torch.log(torch.sigmoid(margin)) + 0.1 * squares / 2)
    torch.testing.assert_close(loss, torch.stack(terms).mean())
