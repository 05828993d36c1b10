"""Messages along the graph equal a dense computation written from the paper's formula."""

import numpy as np
import pytest
import torch

from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.data.interactions import Interactions
from training.graph import build_graph
from training.models.lightgcn import LightGCN
from training.models.lightgcnpp import LightGCNPP
from training.propagation import BipartiteLayer


def _dense(interactions: Interactions, a: float, b: float) -> np.ndarray:
    heard = np.zeros(interactions.shape)
    for listener, row in zip(interactions.listener_rows, interactions.track_rows, strict=True):
        heard[listener, row] = 1
    listeners = np.maximum(heard.sum(1), 1)[:, None] ** -a
    return np.asarray(listeners * heard * np.maximum(heard.sum(0), 1)[None, :] ** -b)


def _random_vectors(interactions: Interactions) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    listeners, tracks = (torch.randn(rows, 32, generator=generator) for rows in interactions.shape)
    return listeners, tracks


def _assert_vectors(found: tuple[torch.Tensor, torch.Tensor], expected: list[np.ndarray]) -> None:
    for computed, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(computed.detach().numpy(), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_lightgcn_equals_the_formula_computed_densely(layers: int) -> None:
    whole = interactions_of(block_pairs(), 31)
    starts = _random_vectors(whole)
    model = LightGCN(*starts, layers)
    graph = model.build_graph(whole, small_config(listener_power=0.5, track_power=0.3))
    adjacency = _dense(whole, 0.5, 0.3)
    step = [start.double().numpy() for start in starts]
    sums = list(step)
    for _ in range(layers):
        step = [adjacency @ step[1], adjacency.T @ step[0]]
        sums = [sums[0] + step[0], sums[1] + step[1]]
    _assert_vectors(model(graph), [one / (layers + 1) for one in sums])


@pytest.mark.parametrize("layers", [1, 2])
def test_lightgcn_plus_plus_equals_the_formula_computed_densely(layers: int) -> None:
    whole = interactions_of(block_pairs(), 31)
    starts = _random_vectors(whole)
    model = LightGCNPP(*starts, layers)
    to_listeners, to_tracks = _dense(whole, 0.6, -0.1), _dense(whole, -0.1, 0.6).T
    step = [start.double().numpy() for start in starts]
    sums = [0.2 * one for one in step]
    for _ in range(layers):
        unit = [one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12) for one in step]
        step = [to_listeners @ unit[1], to_tracks @ unit[0]]
        sums = [sums[0] + 0.8 / layers * step[0], sums[1] + 0.8 / layers * step[1]]
    _assert_vectors(model(model.build_graph(whole, small_config())), sums)


def test_the_gradient_is_that_of_the_dense_product() -> None:
    whole = interactions_of(block_pairs(), 30)
    graph = build_graph(whole, 0.5, 0.5)
    vectors = torch.randn(30, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    dense = vectors.detach().clone().requires_grad_()
    (BipartiteLayer()(graph.to_listeners, graph.to_tracks, vectors) ** 2).sum().backward()
    ((graph.to_listeners.to_dense() @ dense) ** 2).sum().backward()
    torch.testing.assert_close(vectors.grad, dense.grad)


def test_the_pairs_of_a_batch_are_those_of_its_listeners_in_its_order() -> None:
    whole = interactions_of(block_pairs(), 30)
    batch = torch.tensor([7, 2, 30])
    owners, rows = build_graph(whole, 0.5, 0.5).heard_by(batch)
    expected = [
        (place, int(row))
        for place, listener in enumerate(batch.tolist())
        for row in whole.track_rows[whole.listener_rows == listener]
    ]
    assert list(zip(owners.tolist(), rows.tolist(), strict=True)) == expected
