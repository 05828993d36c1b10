"""Which track a token is: an event names its token alone.

Owns what is known of it between two writes, so that the graph's tracks are read once and not for each
write. Refuses to believe it after a write that failed or was taken back.
"""

from dataclasses import dataclass, field

from graph_schema.store import GraphStore
from ingest.chain_names import TokenNames


@dataclass
class Editions:
    """Tokens and tracks; handlers add what is minted.

    Attributes:
        tracks: Track id by token id.
        tokens: Token ids of a track's editions, in the order they were minted.
    """

    tracks: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, list[str]] = field(default_factory=dict)

    def add(self, track_id: str, token: str) -> None:
        """Note that a token is an edition of a track."""
        self.tracks[token] = track_id
        self.tokens.setdefault(track_id, []).append(token)

    def tokens_of(self, track_id: str) -> str:
        """Return the ids of all editions of a track, as its node holds them."""
        return TokenNames.join(self.tokens.get(track_id, ()))


class KeptEditions:
    """The editions that a graph holds, read when they are first needed.

    Args:
        store: Nobody else writes the chain's part of it meanwhile.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._known: Editions | None = None

    async def read(self) -> Editions:
        """Return what the graph holds; what a batch adds is believed until `forget`."""
        if self._known is None:
            self._known = await _read_editions(self._store)
        return self._known

    def forget(self) -> None:
        """Read anew next time: a batch was not written, or was taken back."""
        self._known = None


async def _read_editions(store: GraphStore) -> Editions:
    rows = await store.query(
        "MATCH (t:Track) WHERE t.token_id IS NOT NULL RETURN t.track_id AS track_id, t.token_id AS token_id"
    )
    found = Editions()
    for row in rows:
        for token in TokenNames.split(row["token_id"]):
            found.add(row["track_id"], token)
    return found
