"""CIDs are those that other implementations compute."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kit.vectors import load_vectors
from tunefi.ipfs.cid import bytes_cid, check_cid, directory_cid, file_cid
from tunefi.ipfs.errors import MalformedCid, UnsupportedContent

GIVEN = load_vectors("cids")


def pattern(size: int) -> bytes:
    places = np.arange(size, dtype=np.int64)
    return ((places * 31 + (places >> 8)) & 0xFF).astype(np.uint8).tobytes()


def test_known_cids_of_small_content() -> None:
    assert bytes_cid(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    assert bytes_cid(b"hello world") == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


@pytest.mark.parametrize("case", GIVEN["files"], ids=lambda case: str(case["bytes"]))
def test_files_have_the_cids_of_the_importer(case: dict[str, Any], tmp_path: Path) -> None:
    content = pattern(case["bytes"])
    path = tmp_path / "file"
    path.write_bytes(content)
    assert file_cid(path) == case["cid"]
    assert bytes_cid(content) == case["cid"]


@pytest.mark.parametrize("case", GIVEN["directories"], ids=lambda case: str(len(case["files"])))
def test_directories_have_the_cids_of_the_importer(case: dict[str, Any], tmp_path: Path) -> None:
    for file in reversed(case["files"]):
        (tmp_path / file["path"]).write_bytes(pattern(file["bytes"]))
    assert directory_cid(tmp_path) == case["cid"]


def test_one_changed_byte_or_name_changes_the_cid(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pattern(1000))
    before = directory_cid(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = directory_cid(tmp_path)
    (tmp_path / "b").write_bytes(pattern(1000)[:-1] + b"\x00")
    assert len({before, renamed, directory_cid(tmp_path)}) == 3


def test_folders_and_links_in_a_directory_are_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    with pytest.raises(UnsupportedContent, match="plain files"):
        directory_cid(tmp_path)
    (tmp_path / "inner").rmdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UnsupportedContent, match="plain files"):
        directory_cid(tmp_path)


def test_a_directory_that_nodes_would_shard_is_refused(tmp_path: Path) -> None:
    for i in range(3000):
        (tmp_path / f"{i:050}").touch()
    with pytest.raises(UnsupportedContent, match="too many"):
        directory_cid(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "b", "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", "bafkreih", "zafk", "b" + "0" * 58]
)
def test_texts_that_are_no_cid_are_refused(text: str) -> None:
    with pytest.raises(MalformedCid):
        check_cid(text)


def test_cids_are_accepted() -> None:
    for case in GIVEN["files"] + GIVEN["directories"]:
        check_cid(case["cid"])
