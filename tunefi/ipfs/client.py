"""Publishing a directory by the RPC API of an IPFS node.

Owns the calls. Refuses to trust the node's answer: the CID is computed here first, and a node that names
the content otherwise is an error. Source: Kubo RPC API v0, `add` and `version`.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from tunefi.ipfs.cid import CHUNK_BYTES, LINKS_MAX, directory_cid
from tunefi.ipfs.errors import ForeignCid, RefusedByNode, UnreachableNode

_ADD = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": f"size-{CHUNK_BYTES}",
    # Newer nodes take another default, older ones know no such option and ignore it.
    "max-file-links": str(LINKS_MAX),
    "wrap-with-directory": "true",
    "pin": "true",
    "progress": "false",
}
_TIMEOUT_SECONDS = 120.0


@asynccontextmanager
async def open_ipfs(api_url: str) -> AsyncIterator["IpfsClient"]:
    """Open a client of a node's RPC API with connections of its own, closed at the end."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        yield IpfsClient(http, api_url)


class IpfsClient:
    """Client of one node.

    Args:
        http: Client to call with; the program that made it closes it.
        api_url: Base address of the RPC API, such as `http://127.0.0.1:5001`.
    """

    def __init__(self, http: httpx.AsyncClient, api_url: str) -> None:
        self._http = http
        self._url = api_url.rstrip("/")

    async def publish_directory(self, directory: Path) -> str:
        """Add and pin a directory of files, and return its CID.

        Publishing the same directory again changes nothing.

        Args:
            directory: A directory of plain files.

        Raises:
            ForeignCid: The node names the content otherwise; what it has is not what was committed.
            RefusedByNode: The node answered with an error.
            UnreachableNode: The node does not answer.
            UnsupportedContent: The directory holds something else than plain files.
        """
        expected = directory_cid(directory)
        with _open_parts(directory) as parts:
            answer = await self._post("add", params=_ADD, files=parts)
        found = self._root_of(answer.text)
        if found != expected:
            raise ForeignCid(expected, found)
        return expected

    async def fetch_version(self) -> str:
        """Return the version of the node: the cheapest proof that it answers.

        Raises:
            RefusedByNode: The node answered with an error.
            UnreachableNode: The node does not answer.
        """
        answer = await self._post("version")
        try:
            return str(answer.json()["Version"])
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedByNode(self._url, "its answer is not that of an IPFS node") from error

    async def _post(
        self,
        call: str,
        params: dict[str, str] | None = None,
        files: list[tuple[str, tuple[str, object, str]]] | None = None,
    ) -> httpx.Response:
        try:
            answer = await self._http.post(f"{self._url}/api/v0/{call}", params=params, files=files)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            raise UnreachableNode(self._url, repr(error)) from error
        if answer.status_code >= 500 and not answer.text.startswith("{"):
            raise UnreachableNode(self._url, f"HTTP {answer.status_code}")
        if answer.status_code != 200:
            raise RefusedByNode(self._url, f"HTTP {answer.status_code}: {answer.text[:300]}")
        return answer

    def _root_of(self, lines: str) -> str:
        """Return the CID of the directory that wraps the files: the entry without a name."""
        try:
            entries = [json.loads(line) for line in lines.splitlines() if line]
            roots = [str(entry["Hash"]) for entry in entries if entry["Name"] == ""]
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedByNode(self._url, f"an answer of another form: {lines[:300]}") from error
        if len(roots) != 1:
            raise RefusedByNode(self._url, "the answer names no directory, so the files were not all added")
        return roots[0]


@contextmanager
def _open_parts(directory: Path) -> Iterator[list[tuple[str, tuple[str, object, str]]]]:
    with ExitStack() as opened:
        yield [
            ("file", (path.name, opened.enter_context(path.open("rb")), "application/octet-stream"))
            for path in sorted(directory.iterdir())
        ]
