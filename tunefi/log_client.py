"""The way to the interaction log of another keeper's service.

Owns the requests. Refuses to know what a log holds: rows come as the bytes that the service sends.
"""

from types import TracebackType
from typing import Any, Self

import httpx

from tunefi.errors import FinalError
from tunefi.service_client import ServiceUnreachable

_SECONDS = 60.0


class LogRefused(FinalError):
    """Another keeper's service refuses to show its log."""

    def __init__(self, url: str, status: int, detail: str) -> None:
        self.url, self.status = url, status
        super().__init__(
            f"the service at {url} answers {status}: {detail}; its keeper gives the token that "
            "TUNEFI_REPLICA_TOKEN must hold, on both sides"
        )


class LogClient:
    """Reads one log over HTTP.

    Args:
        url: Of the service.
        token: What it wants to see.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def fetch_head(self) -> tuple[int, str]:
        """Return the position of the newest entry and its hash, 0x hex."""
        body = self._get("/v1/log/head").json()
        return int(body["position"]), str(body["hash"])

    def fetch_hash(self, position: int) -> str | None:
        """Return the hash of an entry, 0x hex, or None where there is no such entry."""
        found = self._get(f"/v1/log/hashes/{position}").json()["hash"]
        return None if found is None else str(found)

    def fetch_rows(self, after: int, hash_: str, limit: int) -> bytes:
        """Return rows that follow a position, of whose hash the service is told, as an Arrow IPC stream."""
        return self._get("/v1/log/rows", after=after, hash=hash_, limit=limit).content

    def _get(self, path: str, **query: Any) -> httpx.Response:
        try:
            response = self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise ServiceUnreachable(self.url, type(error).__name__) from error
        if response.status_code >= 500 or response.status_code == 429:
            raise ServiceUnreachable(self.url, f"status {response.status_code}")
        if response.is_error:
            raise LogRefused(self.url, response.status_code, _detail(response))
        return response


def _detail(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return response.reason_phrase
