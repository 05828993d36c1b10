"""What the graph tells about accounts and tracks, in the few reads that routes need.

Owns what an account is that the graph does not know, and how long sums over many listeners are kept. Refuses
to know Cypher and drivers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from graph_schema import batch_queries, queries
from graph_schema.batch_queries import PlayTotals, TrackText
from graph_schema.queries import ArtistPlays, TrackPlays
from graph_schema.store import GraphStore
from tunefi.ids import Address, Microseconds, TrackId

COUNTS_SECONDS = 60
PUBLIC_SECONDS = 15
PUBLIC_KEPT = 64
"""Most different questions for public listeners whose answers are kept."""
HISTORY_MAX = 4096

ListenerCounts = dict[TrackId, int]
"""Number of listeners by track, most first."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the graph knows it; one it does not know has no name and is not public."""

    address: Address
    name: str | None = None
    generated: bool = False
    public_listener: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """A listener that everyone may look at."""

    account: Account
    plays: int
    top_artists: tuple[ArtistPlays, ...]


@dataclass
class Catalogue:
    """Reads accounts and tracks.

    Args:
        store: The graph.
        clock: The time now, to know how old the counts are.
    """

    store: GraphStore
    clock: Callable[[], Microseconds]
    _counts: tuple[Microseconds, ListenerCounts] | None = field(default=None, repr=False)
    _public: dict[tuple[str, int, int], tuple[Microseconds, list[PublicAccount]]] = field(
        default_factory=dict, repr=False
    )

    async def read_account(self, address: Address) -> Account:
        """Return an account; one that the graph does not hold is not `is_known`."""
        flags = await queries.read_account(self.store, address)
        if flags is None:
            return Account(address)
        return Account(address, flags.name or None, flags.generated, flags.public_listener, is_known=True)

    async def read_texts(self, track_ids: Iterable[TrackId]) -> dict[TrackId, TrackText]:
        """Return title and artist of each track that the graph holds."""
        return await batch_queries.read_track_texts(self.store, track_ids)

    async def read_history(self, address: Address, limit: int = HISTORY_MAX) -> list[TrackPlays]:
        """Return the tracks that a listener played, most played first."""
        return await queries.read_top_tracks(self.store, address, limit)

    async def read_plays(self, address: Address) -> PlayTotals:
        """Return how often a listener played anything, and how many of these plays were made up."""
        return await batch_queries.read_play_totals(self.store, address)

    async def read_hidden(self, address: Address) -> list[TrackId]:
        """Return the tracks that a listener never wants to be shown."""
        return await queries.read_hidden_track_ids(self.store, address)

    async def read_public(self, text: str, limit: int, artists: int) -> list[PublicAccount]:
        """Return listeners that everyone may look at, those with most plays first; 15 s old at most.

        Args:
            text: Part of a name or address, in any case; empty for all.
            limit: Most listeners.
            artists: Most artists of each.
        """
        question, now = (text.lower(), limit, artists), self.clock()
        kept = self._public.get(question)
        if kept is None or now - kept[0] > PUBLIC_SECONDS * 1_000_000:
            self._public.pop(question, None)
            kept = self._public[question] = (now, await self._read_public(text, limit, artists))
            for oldest in list(self._public)[:-PUBLIC_KEPT]:
                del self._public[oldest]
        return kept[1]

    async def _read_public(self, text: str, limit: int, artists: int) -> list[PublicAccount]:
        found = await queries.read_public_listeners(self.store, text, limit)
        addresses = [listener.address for listener in found]
        top = await batch_queries.read_top_artists_of(self.store, addresses, artists)
        return [
            PublicAccount(
                Account(one.address, one.name or None, one.generated, public_listener=True, is_known=True),
                one.plays,
                top.get(one.address, ()),
            )
            for one in found
        ]

    async def read_listener_counts(self) -> ListenerCounts:
        """Return how many listeners each track has, most first; a minute old at most.

        The same object comes back as long as it is not read anew.
        """
        now = self.clock()
        if self._counts is None or now - self._counts[0] > COUNTS_SECONDS * 1_000_000:
            self._counts = (now, await batch_queries.read_listener_counts(self.store))
        return self._counts[1]

    async def read_generated(self, track_ids: Iterable[TrackId]) -> set[TrackId]:
        """Return those of the tracks that have plays which were made up."""
        return await batch_queries.read_generated_tracks(self.store, track_ids)
