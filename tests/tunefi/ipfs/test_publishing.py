"""A directory is published whole, under the CID that was computed here, or there is an error."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.kit.epochs import build_random_epoch, publish
from tests.kit.ipfs_node import FakeNode, run_ipfs_node
from tunefi.ipfs.client import IpfsClient
from tunefi.ipfs.errors import ForeignCid, RefusedByNode, UnreachableNode


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with run_ipfs_node() as node:
        yield node


@pytest_asyncio.fixture
async def client(node: FakeNode) -> AsyncIterator[IpfsClient]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield IpfsClient(http, node.url + "/")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    publish(build_random_epoch(), tmp_path / "bundle")
    (tmp_path / "bundle" / "big picture ö.png").write_bytes(bytes(range(256)) * 3000)
    return tmp_path / "bundle"


def contents_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


async def test_a_bundle_is_added_and_pinned_under_its_cid(
    client: IpfsClient, node: FakeNode, directory: Path
) -> None:
    cid = await client.publish_directory(directory)
    assert cid.startswith("bafybei")
    assert node.pinned == contents_of(directory)
    expected = {
        "cid-version": "1",
        "raw-leaves": "true",
        "chunker": "size-262144",
        "wrap-with-directory": "true",
    }
    assert expected.items() <= node.queries[0].items()
    assert await client.publish_directory(directory) == cid


async def test_a_node_that_loses_a_file_is_noticed(
    client: IpfsClient, node: FakeNode, directory: Path
) -> None:
    node.loses = "listeners.json"
    with pytest.raises(ForeignCid):
        await client.publish_directory(directory)


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"Name":"a","Hash":"b"}\n', '{"Name":""}'])
async def test_an_answer_of_another_form_is_refused(
    client: IpfsClient, node: FakeNode, directory: Path, text: str
) -> None:
    node.answer = (200, text)
    with pytest.raises(RefusedByNode):
        await client.publish_directory(directory)


async def test_an_error_of_the_node_is_told(client: IpfsClient, node: FakeNode, directory: Path) -> None:
    node.answer = (500, '{"Message":"no space left on device","Code":0,"Type":"error"}')
    with pytest.raises(RefusedByNode, match="no space left"):
        await client.publish_directory(directory)


async def test_a_gateway_that_fails_may_be_asked_again(client: IpfsClient, node: FakeNode) -> None:
    node.answer = (502, "<html>bad gateway</html>")
    with pytest.raises(UnreachableNode):
        await client.fetch_version()


async def test_the_version_proves_that_the_node_answers(client: IpfsClient, node: FakeNode) -> None:
    assert await client.fetch_version() == "0.37.0"
    node.answer = (200, "[]")
    with pytest.raises(RefusedByNode):
        await client.fetch_version()


async def test_a_node_that_is_gone_is_named(directory: Path) -> None:
    with run_ipfs_node() as node:
        url = node.url
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(UnreachableNode, match=url):
            await IpfsClient(http, url).publish_directory(directory)
