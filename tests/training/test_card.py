"""The model card: its breakdowns against a computation written independently, and its forms."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from recsys.arrays import CsrRows
from recsys.rank import NO_ROW, NO_SCORE, Ranking
from tests.kit.listening import block_pairs, interactions_of, save_listening, track
from tests.training.settings import small_config
from training.ablation import measure_ablation, variants_of
from training.card.beware import list_warnings
from training.card.html import format_card_page
from training.card.markdown import format_model_card
from training.card.plots import draw_plots
from training.card.report import build_metrics, build_model_card
from training.checkpoint import CheckpointFolder
from training.data.artists import TrackArtists, load_track_artists
from training.data.interactions import Interactions
from training.evaluation.breakdown import build_breakdown, novelty_of
from training.evaluation.per_listener import measure_listeners
from training.phases import cut
from training.pipeline import train
from training.stop import StopRequest
from tunefi.progress import SilentProgress

LISTENERS, TRACKS, ARTISTS = 60, 50, 8
NASTY = 'A$AP | <script src="x">alert(1)</script> `[x](y)` ünï'


@pytest.fixture(scope="module")
def listening() -> Interactions:
    random = np.random.default_rng(4)
    weights = 1.0 / np.arange(1, TRACKS + 1)
    pairs = [
        (listener, int(track))
        for listener in range(LISTENERS)
        for track in random.choice(TRACKS, 4 + listener % 12, replace=False, p=weights / weights.sum())
    ]
    return interactions_of(pairs, TRACKS)


@pytest.fixture(scope="module")
def artists() -> TrackArtists:
    rows = np.arange(TRACKS) % ARTISTS
    rows[7] = -1
    return TrackArtists((NASTY, *(f"artist {number}" for number in range(1, ARTISTS))), rows)


@pytest.fixture(scope="module")
def metrics(
    listening: Interactions, artists: TrackArtists, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    checkpoints = CheckpointFolder(tmp_path_factory.mktemp("checkpoint") / "c", "f")
    config = small_config(epochs=1, allowed_quantisation_loss=0.5)
    return build_metrics(train(listening, config, checkpoints, SilentProgress(), StopRequest()), artists)


@pytest.fixture(scope="module")
def lists() -> Ranking:
    random = np.random.default_rng(1)
    rows = np.array([random.permutation(TRACKS)[:20] for _ in range(LISTENERS)], np.uint32)
    rows[0, 15:] = NO_ROW
    return Ranking(rows, np.full(rows.shape, NO_SCORE, np.int32), (rows != NO_ROW).sum(axis=1))


@pytest.fixture(scope="module")
def relevant() -> CsrRows:
    random = np.random.default_rng(2)
    return CsrRows.of_sets([random.permutation(TRACKS)[: n % 9].tolist() for n in range(LISTENERS)])


def test_values_of_listeners_are_those_of_a_simple_computation(lists: Ranking, relevant: CsrRows) -> None:
    found = measure_listeners(lists, relevant)
    tested = [n for n in range(LISTENERS) if len(relevant.row(n))]
    for place, listener in enumerate(tested):
        wanted = set(relevant.row(listener).tolist())
        gains = [1 / np.log2(p + 2) for p, row in enumerate(lists.rows[listener].tolist()) if row in wanted]
        ideal = sum(1 / np.log2(p + 2) for p in range(len(wanted)))
        np.testing.assert_allclose(found["recall@20"][place], len(gains) / len(wanted))
        np.testing.assert_allclose(found["ndcg@20"][place], sum(gains) / ideal)


def test_groups_cover_everybody_once_and_their_means_make_the_whole(
    lists: Ranking, relevant: CsrRows, listening: Interactions
) -> None:
    found = build_breakdown(lists, lists, listening, relevant, None)
    tested = int((relevant.counts() > 0).sum())
    assert sum(group["listeners"] for group in found["by_activity"]) == tested
    assert sum(group["pairs"] for group in found["by_popularity"]) == len(relevant.indices)
    weighted = sum(group["ndcg@20"] * group["listeners"] for group in found["by_activity"]) / tested
    assert weighted == pytest.approx(measure_listeners(lists, relevant)["ndcg@20"].mean(), abs=1e-4)
    hits = sum(len(set(lists.list_of(n)[0].tolist()) & set(relevant.row(n).tolist())) for n in range(60))
    assert sum(g["found@20"] * g["pairs"] for g in found["by_popularity"]) == pytest.approx(hits, abs=0.02)
    for groups in (found["by_activity"], found["by_popularity"]):
        assert all(before["to"] < after["from"] for before, after in pairwise(groups))
    assert found["lost_by_freezing"]["ndcg@20"] == {"lost": 0.0, "interval": [0.0, 0.0]}


def test_exposure_is_shares_of_places_beside_shares_of_listening(
    lists: Ranking, relevant: CsrRows, listening: Interactions, artists: TrackArtists
) -> None:
    found = build_breakdown(lists, lists, listening, relevant, artists)["exposure"]
    heard = [artists.rows[row] for row in listening.track_rows if artists.rows[row] >= 0]
    shown = [artists.rows[row] for row in lists.rows[lists.rows != NO_ROW] if artists.rows[row] >= 0]
    for one in found["most_exposed"]:
        row = artists.names.index(one["artist"])
        assert one["listening"] == pytest.approx(heard.count(row) / len(heard), abs=1e-5)
        assert one["places"] == pytest.approx(shown.count(row) / len(shown), abs=1e-5)
    assert sum(group["places"] for group in found["groups"]) == pytest.approx(1, abs=1e-4)
    assert sum(group["artists"] for group in found["groups"]) == found["artists"] == ARTISTS


def test_who_made_a_track_is_read_from_a_snapshot(tmp_path: Path) -> None:
    made = [(number % 3, number) for number in range(8)]
    snapshot = save_listening(tmp_path / "snapshot", block_pairs(), 30, made=made)
    track_ids = [track(number) for number in reversed(range(30))]
    found = load_track_artists(snapshot, track_ids)
    names = [found.names[row] if row >= 0 else None for row in found.rows[::-1]]
    assert names[:4] == ["Artist 0", "made-up:artist:1", "Artist 2", "Artist 0"]
    assert names[8:] == [None] * 22


def test_a_track_that_half_as_many_heard_is_one_bit_newer(listening: Interactions) -> None:
    counts = np.bincount(listening.track_rows, minlength=TRACKS)
    twice = next(
        (a, b) for a in range(TRACKS) for b in range(TRACKS) if counts[a] and counts[b] == 2 * counts[a]
    )
    rare, known = (
        Ranking(np.full((1, 1), row, np.uint32), np.zeros((1, 1), np.int32), np.ones(1, np.int64))
        for row in twice
    )
    assert novelty_of(rare, listening) - novelty_of(known, listening) == pytest.approx(1)


@pytest.fixture(scope="module")
def pictures(metrics: dict[str, Any]) -> dict[str, str]:
    return draw_plots(metrics)


def test_every_picture_is_svg_and_equal_metrics_give_equal_ones(
    metrics: dict[str, Any], pictures: dict[str, str]
) -> None:
    assert len(pictures) == 7
    assert pictures == draw_plots(metrics)
    for svg in pictures.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe", "object"}
        self.found += [text or "" for name, text in attrs if name in {"src", "href", "xlink:href"}]
        self.found += [url for _, text in attrs for url in re.findall(r"url\(([^)]*)\)", text or "")]


def _addresses(page: str) -> list[str]:
    """Return everything that a browser would fetch."""
    parser = _Addresses()
    parser.feed(page)
    assert parser.found
    return parser.found


def test_the_page_needs_nothing_else_and_says_what_the_metrics_say(
    metrics: dict[str, Any], pictures: dict[str, str]
) -> None:
    card = build_model_card({**metrics, "ablation": [{"name": "no <b>layer</b>", "ndcg@20": 0.5}]})
    page = format_card_page(card, pictures)
    assert page.count("<svg") == 7
    assert all(address.startswith("#") for address in _addresses(page))
    for row in metrics["models"]:
        assert row["name"] in page
        assert f"{row['ndcg@20']:.4f}" in page
    assert all(f'id="{name}"' in page for name in pictures)
    identities = re.findall(r'\sid="([^"]+)"', page)
    assert len(identities) == len(set(identities))
    assert metrics["model_digest"] in page
    assert "no &lt;b&gt;layer" in page
    assert "prefers-color-scheme: dark" in page


def test_an_ablation_has_the_whole_model_first_and_a_row_for_each_part(
    listening: Interactions, metrics: dict[str, Any]
) -> None:
    config = small_config(epochs=1, allowed_quantisation_loss=0.5)
    rows = measure_ablation(cut(listening, config), config, SilentProgress(), StopRequest())
    assert [row["name"] for row in rows] == [variant.name for variant in variants_of(config)]
    whole, start = rows[0], rows[1]
    assert whole["ndcg@20"] == metrics["models"][0]["ndcg@20"]
    assert start["ndcg@20"] == metrics["models"][2]["ndcg@20"]
    assert "| learning: its start alone |".replace(":", "\\:") in format_model_card(
        build_model_card({**metrics, "ablation": rows})
    )


def test_names_of_strangers_are_only_text_in_both_forms(metrics: dict[str, Any]) -> None:
    exposure = metrics["breakdown"]["exposure"]
    named = {"artist": NASTY, "listening": 0.1, "places": 0.5, "multiple": 5.0}
    exposed = {**metrics["breakdown"], "exposure": {**exposure, "most_exposed": [named]}}
    card = build_model_card({**metrics, "breakdown": exposed, "model": NASTY})
    page, text = format_card_page(card, {}), format_model_card(card)
    assert "<script" not in page
    assert "A$AP | &lt;script" in page
    assert "\\<script" in text
    assert "<script" not in text.replace("\\<script", "")
    assert "\\[x\\]\\(y\\)" in text


def test_the_card_says_how_test_pairs_were_held_out_and_what_was_new(metrics: dict[str, Any]) -> None:
    assert metrics["split"]["cut"] == "random"
    assert "held out by a random cut" in build_model_card(metrics)["evaluation"]
    assert "A random cut asks for tracks of the same time" in " ".join(list_warnings(metrics))
    news = {
        "new_listeners": 3,
        "pairs_of_new_listeners": 12,
        "new_tracks": 2,
        "pairs_with_new_tracks": 1_234,
    }
    temporal = {**metrics, "split": {**metrics["split"], **news, "cut": "temporal"}}
    beware = " ".join(list_warnings(temporal))
    assert "3 listeners were new after the cut; the 12 tracks" in beware
    assert "1,234 of the pairs asked for are with one of 2 tracks" in beware
    assert "of the same time" not in beware


def test_the_card_bewares_of_what_its_own_figures_show(metrics: dict[str, Any]) -> None:
    beware = " ".join(build_model_card(metrics)["beware"])
    assert f"Only {metrics['split']['tested_listeners']} listeners were asked" in beware
    groups = metrics["breakdown"]["by_popularity"]
    rare, known = (groups[place]["found@20"] for place in (0, -1))
    assert ("Rare tracks are found less" in beware) == (rare < known)
    assert "times their share" in beware or all(
        one["multiple"] < 3 for one in metrics["breakdown"]["exposure"]["most_exposed"]
    )
