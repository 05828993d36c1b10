"""What handlers must know beyond their event: which track a token is, and who holds how many.

Owns the reading of it from the graph, so that a block can be applied without asking a contract. Refuses to
write.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph_schema.store import GraphStore
from ingest.chain_names import TOKEN_EVENTS, TokenNames
from tunefi.chain.events import ChainEvent


@dataclass
class ChainState:
    """Tokens and balances before the next event; handlers keep both up to date within a batch.

    Attributes:
        tracks: Track id by token id.
        balances: Copies held, by account and track; an account without a row holds none.
    """

    tracks: dict[str, str] = field(default_factory=dict)
    balances: dict[tuple[str, str], int] = field(default_factory=dict)

    def tokens_of(self, track_id: str) -> str:
        """Return the ids of all editions of a track, as its node holds them."""
        return TokenNames.join(token for token, track in self.tracks.items() if track == track_id)


async def read_chain_state(store: GraphStore, events: Sequence[ChainEvent]) -> ChainState:
    """Return what handlers of these events need; nothing is read where none of them moves tokens."""
    moving = [event for event in events if (event.contract, event.name) in TOKEN_EVENTS]
    if not moving:
        return ChainState()
    return ChainState(await _read_tracks(store), await _read_balances(store, _accounts(moving)))


async def _read_tracks(store: GraphStore) -> dict[str, str]:
    rows = await store.query(
        "MATCH (t:Track) WHERE t.token_id IS NOT NULL RETURN t.track_id AS track_id, t.token_id AS token_id"
    )
    return {token: row["track_id"] for row in rows for token in TokenNames.split(row["token_id"])}


async def _read_balances(store: GraphStore, accounts: Iterable[str]) -> dict[tuple[str, str], int]:
    rows = await store.query(
        "MATCH (a:Account)-[r:HOLDS]->(t:Track) WHERE a.address IN $accounts "
        "RETURN a.address AS address, t.track_id AS track_id, r.amount AS amount",
        {"accounts": sorted(accounts)},
    )
    return {
        (row["address"], row["track_id"]): int(row["amount"]) for row in rows if row["amount"] is not None
    }


def _accounts(events: Iterable[ChainEvent]) -> set[str]:
    ends = {event.arguments.get(name) for event in events for name in ("from", "to")}
    return {end for end in ends if end is not None}
