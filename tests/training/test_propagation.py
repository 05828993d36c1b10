"""Messages along the graph equal a dense computation written from the paper's formula."""

import numpy as np
import pytest
import torch

from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.data.interactions import Interactions
from training.graph import build_graph
from training.models.lightgcn import LightGCN
from training.propagation import BipartiteLayer


def _dense(interactions: Interactions, a: float, b: float) -> np.ndarray:
    heard = np.zeros(interactions.shape)
    for listener, row in zip(interactions.listener_rows, interactions.track_rows, strict=True):
        heard[listener, row] = 1
    listeners = np.maximum(heard.sum(1), 1)[:, None] ** -a
    return np.asarray(listeners * heard * np.maximum(heard.sum(0), 1)[None, :] ** -b)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_lightgcn_equals_the_formula_computed_densely(layers: int) -> None:
    whole = interactions_of(block_pairs(), 31)
    config = small_config(layers=layers, listener_power=0.5, track_power=0.3)
    generator = np.random.default_rng(3)
    listeners = generator.standard_normal((whole.shape[0], 32)).astype(np.float32)
    tracks = generator.standard_normal((31, 32)).astype(np.float32)
    model = LightGCN(tracks, whole.shape[0], layers)
    with torch.no_grad():
        model.listener_embeddings.copy_(torch.from_numpy(listeners))
    found = model(model.build_graph(whole, config))
    adjacency = _dense(whole, 0.5, 0.3)
    sums = [listeners.astype(np.float64), tracks.astype(np.float64)]
    step = tuple(sums)
    for _ in range(layers):
        step = (adjacency @ step[1], adjacency.T @ step[0])
        sums = [sums[0] + step[0], sums[1] + step[1]]
    for computed, expected in zip(found, sums, strict=True):
        np.testing.assert_allclose(computed.detach().numpy(), expected, rtol=1e-4, atol=1e-4)


def test_the_gradient_is_that_of_the_dense_product() -> None:
    whole = interactions_of(block_pairs(), 30)
    graph = build_graph(whole, 0.5, 0.5)
    vectors = torch.randn(30, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    dense = vectors.detach().clone().requires_grad_()
    (BipartiteLayer()(graph.to_listeners, graph.to_tracks, vectors) ** 2).sum().backward()
    ((graph.to_listeners.to_dense() @ dense) ** 2).sum().backward()
    torch.testing.assert_close(vectors.grad, dense.grad)


def test_a_hidden_edge_is_silent_in_both_directions_and_the_others_are_not() -> None:
    whole = interactions_of(block_pairs(), 30)
    graph = build_graph(whole, 0.5, 0.5)
    hidden = torch.zeros(len(whole), dtype=torch.bool)
    hidden[5] = True
    quiet = graph.without(hidden)
    expected = graph.to_listeners.to_dense().clone()
    expected[whole.listener_rows[5], whole.track_rows[5]] = 0
    torch.testing.assert_close(quiet.to_listeners.to_dense(), expected)
    torch.testing.assert_close(quiet.to_tracks.to_dense(), expected.T)
    assert graph.to_listeners.to_dense()[whole.listener_rows[5], whole.track_rows[5]] > 0
