"""A file is whole or not there."""

import stat
from pathlib import Path

import pytest

from tunefi.whole_file import save_whole


def test_a_file_is_replaced_and_no_part_is_left(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    save_whole(path, "one")
    save_whole(path, "zwei é 二")
    assert path.read_text(encoding="utf-8") == "zwei é 二"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    save_whole(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tunefi.whole_file.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_whole(path, "new")
    assert path.read_text() == "old"


def test_a_file_with_a_secret_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    save_whole(path, "x", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
