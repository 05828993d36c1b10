"""The network over plays, tags and friends hears what it should, and nothing where nothing is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from tests.kit.listening import block_pairs, interactions_of
from tests.training.settings import small_config
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.relations import Relations, build_friends
from training.fit import FitHooks, FitLoop
from training.models.relational_lightgcn import RelationalLightGCN
from training.models.spectral_lightgcn import SpectralLightGCN
from training.stop import StopRequest

BLOCKS, LISTENERS, TRACKS = 3, 12, 10


@pytest.fixture
def whole() -> Interactions:
    """Blocks of listening; a tag for each block, and friends inside of it."""
    pairs = interactions_of(block_pairs(BLOCKS, LISTENERS, TRACKS, 5), BLOCKS * TRACKS)
    block = np.array([int(track_id.rsplit(":", 1)[1]) // TRACKS for track_id in pairs.track_ids])
    tags = sparse.csr_array((block[:, None] == np.arange(BLOCKS)).astype(np.float64))
    same = np.arange(len(pairs.addresses)) // LISTENERS
    friends = build_friends(sparse.csr_array((same[:, None] == same).astype(np.float64)))
    return replace(pairs, relations=replace(Relations.none(pairs.shape), tags=tags, friends=friends))


def _config(**changes: float) -> TrainingConfig:
    return small_config(model="relational-lightgcn", tag_tracks=1, **changes)


def test_without_relations_it_is_the_default_model(whole: Interactions) -> None:
    alone = replace(whole, relations=None)
    found = []
    for model_class in (SpectralLightGCN, RelationalLightGCN):
        config = _config()
        torch.manual_seed(0)
        loop = FitLoop(model_class.build(alone, config), alone, config, 2)
        loop.run(FitHooks(), StopRequest())
        with torch.no_grad():
            found.append(loop.model.read_out(loop.graph, 1.0))
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


def test_messages_are_the_normalised_sums_over_tags_and_friends(whole: Interactions) -> None:
    config = _config(tag_weight=0.7, friend_weight=0.3)
    silent = _config(tag_weight=0.0, friend_weight=0.0)
    model = RelationalLightGCN.build(whole, config)
    without = RelationalLightGCN.build(whole, silent)
    without.load_state_dict(model.state_dict())
    graph = model.build_graph(whole, config)
    with torch.no_grad():
        heard = [one - other for one, other in zip(model(graph), without(graph), strict=True)]
    relations = whole.relations
    assert relations is not None
    friends = relations.friends.toarray() / (LISTENERS - 1)
    tags = relations.tags.toarray() / np.sqrt(TRACKS)
    of_friends = friends @ model.listener_embeddings.detach().numpy()
    of_tags = tags @ model.tag_embeddings.detach().numpy()
    np.testing.assert_allclose(heard[0], 0.5 * 0.3 * of_friends, atol=1e-5)
    np.testing.assert_allclose(heard[1], 0.5 * 0.7 * of_tags, atol=1e-5)


def test_every_parameter_learns_and_tags_come_close_to_their_tracks(whole: Interactions) -> None:
    config = _config(friend_weight=0.2)
    model = RelationalLightGCN.build(whole, config)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    FitLoop(model, whole, config, 3).run(FitHooks(), StopRequest())
    assert all(not torch.equal(before[name], value) for name, value in model.state_dict().items())
    with torch.no_grad():
        tracks = torch.nn.functional.normalize(model(model.build_graph(whole, config))[1])
        cosines = (torch.nn.functional.normalize(model.tag_embeddings) @ tracks.T).numpy()
    relations = whole.relations
    assert relations is not None
    own = relations.tags.toarray().T > 0
    assert cosines[own].mean() > cosines[~own].mean() + 0.5


def test_tags_of_few_tracks_take_no_part(whole: Interactions) -> None:
    config = small_config(model="relational-lightgcn", tag_tracks=TRACKS + 1)
    assert len(RelationalLightGCN.build(whole, config).tag_embeddings) == 0
