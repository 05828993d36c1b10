"""What is known beside plays comes in the order of the pairs, and tells nothing of what is held out."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.hetrec_files import write_hetrec
from tests.kit.listening import address, block_pairs, interactions_of, save_listening, track
from training.data.errors import LeakingSplit, MalformedText
from training.data.hetrec import load_plays, load_published_relations
from training.data.interactions import load_interactions
from training.data.relations import KINDS, Relations
from training.data.tagging import Tagging


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Listening of two listeners and a stranger, with all that is said of them and of four tracks."""
    return save_listening(
        tmp_path_factory.mktemp("relations") / "snapshot",
        [(0, 0), (0, 1), (1, 1), (1, 2)],
        4,
        more_nodes={"Artist": ["a", "b"], "Tag": ["rock", "calm"], "Release": ["first"]},
        more_edges={
            "FRIEND_OF": [("Account", address(1), "Account", address(0))],
            "FOLLOWS": [
                ("Account", address(0), "Account", address(1)),
                ("Account", address(0), "Account", address(9)),
                ("Account", address(0), "Artist", "a"),
            ],
            "CREATED": [("Artist", "a", "Track", track(0)), ("Artist", "a", "Track", track(3))],
            "TAGGED": [("Artist", "a", "Tag", "rock"), ("Track", track(3), "Tag", "rock")],
            "RELEASED_ON": [("Track", track(2), "Release", "first")],
        },
    )


def test_relations_of_a_snapshot_are_in_the_order_of_its_pairs(snapshot: Path) -> None:
    pairs = load_interactions(snapshot)
    relations = pairs.relations
    assert relations is not None
    row = {number: pairs.track_ids.index(track(number)) for number in range(4)}
    assert relations.friends.toarray().tolist() == [[0, 1], [1, 0]]
    tags = relations.tags.toarray()
    assert [tags[row[number]].tolist() for number in range(4)] == [[1, 0], [0, 0], [0, 0], [2, 0]]
    assert relations.artists.toarray()[[row[0], row[3]]].tolist() == [[1, 0], [1, 0]]
    assert relations.releases.toarray()[row[2]].tolist() == [1]
    assert relations.counts() == {"friends": 1, "tags": 2, "artists": 2, "releases": 1}


def test_a_kind_that_is_not_wanted_says_nothing(snapshot: Path) -> None:
    relations = load_interactions(snapshot).relations
    assert relations is not None
    only = relations.only(["tags"])
    assert only.counts() == {"friends": 0, "tags": 2, "artists": 0, "releases": 0}
    assert [only.of(kind).shape for kind in KINDS] == [relations.of(kind).shape for kind in KINDS]
    assert Relations.none((2, 4)).counts() == dict.fromkeys(KINDS, 0)


@given(
    lines=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 3)), max_size=40),
    seed=st.integers(0, 99),
)
@settings(max_examples=60)
def test_only_tags_by_a_listener_on_what_is_held_out_from_them_are_hidden(
    lines: list[tuple[int, int, int]], seed: int
) -> None:
    whole = interactions_of(block_pairs(2, 3, 5, 4), 10)
    held = whole.part(np.random.default_rng(seed).random(len(whole)) < 0.4)
    columns = np.array(lines, np.int64).reshape(-1, 3).T
    tagging = Tagging(columns[0], columns[1], columns[2], 4)
    secret = set(zip(held.listener_rows.tolist(), held.track_rows.tolist(), strict=True))
    known = tagging.without(held)
    known.check_silent_about(held)
    left = list(
        zip(*(x.tolist() for x in (known.listener_rows, known.track_rows, known.tag_rows)), strict=True)
    )
    assert left == [line for line in lines if line[:2] not in secret]
    if len(left) < len(lines):
        with pytest.raises(LeakingSplit, match="tags that listeners gave"):
            tagging.check_silent_about(held)


def test_the_files_of_hetrec_are_read_by_number(tmp_path: Path) -> None:
    pairs = load_plays(write_hetrec(tmp_path))
    assert pairs.addresses == tuple(f"0x{user:040x}" for user in (2, 3, 9))
    assert set(pairs.track_ids) == {"item:1", "item:2", "item:5"}
    assert len(pairs) == 4
    published = load_published_relations(tmp_path, pairs)
    assert published.friends.toarray().tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]
    held = pairs.part(pairs.listener_rows == 1)  # User 3 heard item 5 and tagged it.
    tags = published.without(held).tags.toarray()
    assert tags[pairs.track_ids.index("item:5")].sum() == 0
    assert tags[pairs.track_ids.index("item:1")].sum() == 2


def test_a_folder_without_relations_says_nothing_beside_the_pairs(tmp_path: Path) -> None:
    pairs = load_plays(write_hetrec(tmp_path))
    (tmp_path / "user_friends.dat").unlink()
    (tmp_path / "user_taggedartists.dat").unlink()
    published = load_published_relations(tmp_path, pairs)
    assert published.without(pairs.part(pairs.track_rows == 0)).counts() == dict.fromkeys(KINDS, 0)


def test_a_table_that_is_not_of_the_form_is_named(tmp_path: Path) -> None:
    write_hetrec(tmp_path)
    (tmp_path / "user_artists.dat").write_text("userID\tartistID\tweight\n1\tmany\t3\n")
    with pytest.raises(MalformedText, match=r"user_artists\.dat"):
        load_plays(tmp_path)
