"""Another keeper's log over HTTP, as `replication` reads it."""

from ingest.hash_chain import LogHead
from ingest.log_rows import LogRow, decode_rows
from tunefi.ids import LogPosition
from tunefi.log_client import LogClient


class HttpLog:
    """The log of the service that a client reaches."""

    def __init__(self, client: LogClient) -> None:
        self._client = client
        self.where = client.url

    def head(self) -> LogHead:
        """Return the newest position and its hash."""
        position, hash_ = self._client.fetch_head()
        return LogHead(LogPosition(position), bytes.fromhex(hash_.removeprefix("0x")))

    def hash_at(self, position: int) -> bytes | None:
        """Return the hash of an entry, the zero hash for position 0, or None when there is no such entry."""
        found = self._client.fetch_hash(position)
        return None if found is None else bytes.fromhex(found.removeprefix("0x"))

    def rows_after(self, head: LogHead, limit: int) -> list[LogRow]:
        """Return rows that follow a head, which the service refuses if its log has another there."""
        return decode_rows(self._client.fetch_rows(head.position, "0x" + head.hash.hex(), limit))
