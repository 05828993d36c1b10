"""Published splits in text: what was written is read, and what is wrong is named by file and line."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data.errors import MalformedText
from training.data.interactions import Interactions
from training.data.text import load_text


def _pairs(part: Interactions) -> set[tuple[int, int]]:
    users = [int(address, 16) for address in part.addresses]
    items = [int(track_id.removeprefix("item:")) for track_id in part.track_ids]
    rows = zip(part.listener_rows.tolist(), part.track_rows.tolist(), strict=True)
    return {(users[a], items[b]) for a, b in rows}


def _write(folder: Path, **parts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in parts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


@given(
    pairs=st.dictionaries(
        st.tuples(st.integers(0, 10**17), st.integers(0, 10**17)),
        st.sampled_from(["train", "test", "valid"]),
        min_size=3,
    ),
    blank=st.sampled_from([" ", "  ", "\t", " \t "]),
    end=st.sampled_from(["\n", "\r\n", " \n", "\n\n"]),
    last=st.booleans(),
)
@settings(max_examples=60)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    pairs: dict[tuple[int, int], str],
    blank: str,
    end: str,
    last: bool,
) -> None:
    texts = {
        name: end.join(f"{user}{blank}{item}" for (user, item), part in pairs.items() if part == name)
        for name in ("train", "test", "valid")
    }
    folder = _write(tmp_path_factory.mktemp("text"), **{n: t + end * last for n, t in texts.items()})
    if not all(texts.values()):
        with pytest.raises(MalformedText, match="it holds no pair"):
            load_text(folder)
        return
    parts = load_text(folder)
    assert parts.validation is not None
    for name, part in (("train", parts.train), ("test", parts.test), ("valid", parts.validation)):
        assert _pairs(part) == {pair for pair, of in pairs.items() if of == name}
        assert np.all(np.diff(part.keys()) > 0)
    assert parts.train.shape == (len({u for u, _ in pairs}), len({i for _, i in pairs}))


def test_a_user_may_stand_on_two_lines_or_on_one_without_items(tmp_path: Path) -> None:
    parts = load_text(_write(tmp_path, train="0 1 2\n1\n0 3\n", test="1 1\n\n0 4"))
    assert _pairs(parts.train) == {(0, 1), (0, 2), (0, 3)}
    assert _pairs(parts.test) == {(1, 1), (0, 4)}
    assert parts.validation is None


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("0 1 2\n1 x7 2\n", "0 5\n", r"train\.txt line 2: 'x7' is no number"),
        ("0 1 2\n1 -7 2\n", "0 5\n", r"train\.txt line 2: '-7' is no number"),
        ("0 1,2\n", "0 5\n", r"train\.txt line 1: '1,2' is no number"),
        ("0 1 2\n", "0 5\n1 1.5", r"test\.txt line 2: '1\.5' is no number"),
        ("0 1 2\n", "0 \u00fc\n", r"test\.txt line 1: '\u00fc' is no number"),
        ("0 1\n\n0 1234567890123456789\n", "0 5\n", r"train\.txt line 3: '1234567890123456789' is too large"),
        (
            "0 1 2\n1 3\n0 4 1\n",
            "0 5\n",
            r"train\.txt line 3: user 0 has item 1 in train\.txt line 1 already",
        ),
        ("0 1 2\n1 3\n", "0 5\n1 3\n", r"test\.txt line 2: user 1 has item 3 in train\.txt line 2 already"),
        ("", "0 5\n", r"train\.txt: it holds no pair"),
        ("0 1\n", "0\n1\n", r"test\.txt: it holds no pair"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path, train: str, test: str, message: str) -> None:
    with pytest.raises(MalformedText, match=message) as caught:
        load_text(_write(tmp_path, train=train, test=test))
    assert caught.value.path.parent == tmp_path


def test_a_missing_file_is_named_with_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(MalformedText, match=r"test\.txt: it cannot be read .* name a folder"):
        load_text(_write(tmp_path, train="0 1\n"))


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    first = load_text(_write(tmp_path / "a", train="0 1\n", test="0 2\n"))
    same = load_text(_write(tmp_path / "b", train="0 1\n", test="0 2\n"))
    other = load_text(_write(tmp_path / "c", train="0 1\n", test="0 3\n"))
    digests = [parts.train.snapshot_digest for parts in (first, same, other)]
    assert digests[0] == digests[1] == first.test.snapshot_digest != digests[2]
