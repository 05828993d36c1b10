"""The default model starts where the data has its directions and is read out as its docstring says."""

import numpy as np
import pytest
import torch

from recsys.quantise import quantise_listeners, quantise_tracks
from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.data.interactions import Interactions
from training.models.spectral_lightgcn import SpectralLightGCN
from training.models.spectral_start import build_spectral_start

_POWERS = {"listener_power": 0.5, "track_power": 0.4, "spectrum_power": 0.35}


@pytest.fixture
def whole() -> Interactions:
    return interactions_of(block_pairs(), 31)


def test_the_start_is_that_of_a_dense_decomposition(whole: Interactions) -> None:
    heard = whole.matrix().toarray()
    damped = heard * np.maximum(heard.sum(1), 1)[:, None] ** -0.5 * np.maximum(heard.sum(0), 1) ** -0.4
    left, values, right = np.linalg.svd(damped, full_matrices=False)
    for found, vectors in zip(
        build_spectral_start(whole, 8, seed=3, **_POWERS)[:2], (left, right.T), strict=True
    ):
        wanted = vectors[:, :8] * values[:8] ** 0.35
        wanted /= np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-12)
        np.testing.assert_allclose(found @ found.T, wanted @ wanted.T, atol=2e-3)


def test_rows_without_a_pair_and_directions_that_the_data_lacks_start_at_zero(whole: Interactions) -> None:
    listeners, tracks, below = build_spectral_start(whole, 64, seed=0, **_POWERS)
    assert below.shape == (0, 64)
    assert listeners.shape == (36, 64)
    heard = np.bincount(whole.track_rows, minlength=31) > 0
    assert not tracks[~heard].any()
    assert not tracks[:, 31:].any()
    np.testing.assert_allclose(np.linalg.norm(tracks[heard], axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("weight", [0.5, 1.2])
def test_scores_are_the_cosine_and_the_weighed_logarithm_of_popularity(
    whole: Interactions, weight: float
) -> None:
    config = small_config(temperature=0.2)
    model = SpectralLightGCN.build(whole, config)
    graph = model.build_graph(whole, config)
    with torch.no_grad():
        listeners, tracks = (side.double() for side in model(graph))
        found = [side.double() for side in model.read_out(graph, weight)]
    assert found[0].shape[1] == config.dimension
    heard = graph.track_degrees() > 0
    cosine = torch.nn.functional.normalize(listeners) @ torch.nn.functional.normalize(tracks[heard]).T
    popularity = torch.log(graph.track_degrees()[heard].double())
    wanted = cosine + weight * 0.2 * (popularity - popularity.mean())
    torch.testing.assert_close(found[0] @ found[1][heard].T, wanted, atol=1e-5, rtol=1e-5)


def test_the_order_of_scores_survives_freezing(whole: Interactions) -> None:
    config = small_config(dimension=64)
    model = SpectralLightGCN.build(whole, config)
    with torch.no_grad():
        listeners, tracks = (side.numpy() for side in model.read_out(model.build_graph(whole, config), 1.0))
    exact = listeners @ tracks.T
    frozen = quantise_listeners(listeners).astype(np.int64) @ quantise_tracks(tracks).astype(np.int64).T
    agreement = [np.corrcoef(exact[row], frozen[row])[0, 1] for row in range(len(exact))]
    assert min(agreement) > 0.999
