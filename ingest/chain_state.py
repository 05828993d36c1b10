"""What handlers must know beyond their event: which track a token is, who holds how many, who keeps, which
orders are open, which accounts are splits, what a track's newest edition names.

Owns the reading of it from the graph, so that a block can be applied without asking a contract. Refuses to
write. Only what the events of a batch need is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph_schema.store import GraphStore
from ingest.chain_names import EDITION_LABELS, ORDER_LABELS, TOKEN_EVENTS, chain_name
from ingest.editions import Editions, KeptEditions
from tunefi.chain.deployment import Deployment
from tunefi.chain.events import ChainEvent
from tunefi.ids import ChainId, hex_of

_ORDER_EVENTS = frozenset(("Marketplace", name) for name in ("Sold", "OrderCancelled", "CounterIncremented"))


@dataclass(frozen=True, slots=True)
class KeeperMembers:
    """The newest keeper set."""

    members: frozenset[str] = frozenset()
    quorum: int = 0


@dataclass
class OpenOrder:
    """A published order: whose, and how many copies are left of it."""

    maker: str
    left: int


@dataclass
class ChainState:
    """What is so before the next event; handlers keep it up to date within a batch.

    Attributes:
        editions: Which track a token is.
        balances: Copies held, by account and track; an account without a row holds none.
        keepers: The newest keeper set.
        orders: Open orders by label and id.
        splits: Accounts that are royalty splits.
        newest: Licence and split of a track's newest edition, as label and id, by relationship and track.
        losses: Transaction, keeper and wei of slashes whose reason comes later in their transaction.
    """

    editions: Editions = field(default_factory=Editions)
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    keepers: KeeperMembers = field(default_factory=KeeperMembers)
    orders: dict[tuple[str, str], OpenOrder] = field(default_factory=dict)
    splits: set[str] = field(default_factory=set)
    newest: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    losses: list[tuple[str, str, int]] = field(default_factory=list)


async def read_chain_state(
    store: GraphStore, deployment: Deployment, events: Sequence[ChainEvent], editions: KeptEditions
) -> ChainState:
    """Return what handlers of these events need; nothing is read that none of them needs.

    Rows are sought by their keys, one after another: a scan would take longer the larger the graph is.
    """
    chain_id = ChainId(deployment.chain_id)
    state = ChainState()
    names = {(event.contract, event.name) for event in events}
    moving = [event for event in events if (event.contract, event.name) in TOKEN_EVENTS]
    if moving:
        state.editions = await editions.read()
        state.balances = await _read_balances(store, _accounts(moving))
    if ("RecommendationGraph", "KeeperRemoved") in names:
        state.keepers = await _read_keepers(store)
    if names & _ORDER_EVENTS:
        state.orders = await _read_orders(store, chain_id, events)
    if ("MusicNFT", "EditionMinted") in names:
        state.splits = await _read_splits(store, deployment, events)
        state.newest = await _read_newest(store, events)
    return state


async def _read_balances(store: GraphStore, accounts: set[str]) -> dict[tuple[str, str], int]:
    if not accounts:
        return {}
    rows = await store.query(
        "UNWIND $accounts AS wanted MATCH (a:Account) WHERE a.address = wanted "
        "MATCH (a)-[r:HOLDS]->(t:Track) "
        "RETURN a.address AS address, t.track_id AS track_id, r.amount AS amount",
        {"accounts": sorted(accounts)},
    )
    return {
        (row["address"], row["track_id"]): int(row["amount"]) for row in rows if row["amount"] is not None
    }


async def _read_keepers(store: GraphStore) -> KeeperMembers:
    rows = await store.query(
        "MATCH (k:KeeperSet) OPTIONAL MATCH (a:Account)-[:KEEPS]->(k) "
        "RETURN k.version AS version, k.quorum AS quorum, a.address AS address"
    )
    newest = max((row["version"] for row in rows), default=0)
    mine = [row for row in rows if row["version"] == newest]
    members = frozenset(row["address"] for row in mine if row["address"] is not None)
    return KeeperMembers(members, mine[0]["quorum"] if mine else 0)


async def _read_orders(
    store: GraphStore, chain_id: ChainId, events: Sequence[ChainEvent]
) -> dict[tuple[str, str], OpenOrder]:
    """Return open orders that an event names, and all of makers who cancel all of theirs."""
    market = [event for event in events if event.contract == "Marketplace"]
    hashes = {_order_hash(event) for event in market} - {None}
    address = market[0].log.address
    ids = sorted(chain_name(chain_id, address, order_hash) for order_hash in hashes if order_hash)
    makers = sorted(event.arguments["maker"] for event in market if event.name == "CounterIncremented")
    found: dict[tuple[str, str], OpenOrder] = {}
    for label, (key, edge) in ORDER_LABELS.items():
        for sought, wanted in ((f"(o:{label}) WHERE o.{key}", ids), ("(a:Account) WHERE a.address", makers)):
            if not wanted:
                continue
            rows = await store.query(
                f"UNWIND $wanted AS one MATCH {sought} = one "
                f"MATCH (a:Account)-[:{edge}]->(o:{label}) WHERE o.state = 'open' "
                f"RETURN o.{key} AS id, a.address AS maker, o.left AS left",
                {"wanted": wanted},
            )
            found |= {(label, row["id"]): OpenOrder(row["maker"], int(row["left"])) for row in rows}
    return found


async def _read_splits(store: GraphStore, deployment: Deployment, events: Iterable[ChainEvent]) -> set[str]:
    """Return those of the payees of minted editions that are royalty splits."""
    distributor = deployment.contracts["RoyaltyDistributor"]
    payees = {event.arguments["terms"][9] for event in events if event.name == "EditionMinted"}
    rows = await store.query(
        "UNWIND $ids AS wanted MATCH (s:RoyaltySplit) WHERE s.split_id = wanted "
        "RETURN s.split_id AS split_id",
        {"ids": sorted(chain_name(ChainId(deployment.chain_id), distributor, payee) for payee in payees)},
    )
    return {row["split_id"] for row in rows}


async def _read_newest(
    store: GraphStore, events: Iterable[ChainEvent]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return licence and split of the tracks of which an edition is minted."""
    minted = sorted({event.arguments["terms"][1] for event in events if event.name == "EditionMinted"})
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for type_, (label, key) in EDITION_LABELS.items():
        rows = await store.query(
            f"UNWIND $tracks AS wanted MATCH (t:Track) WHERE t.track_id = wanted "
            f"MATCH (t)-[:{type_}]->(n:{label}) "
            f"RETURN t.track_id AS track_id, n.{key} AS id",
            {"tracks": minted},
        )
        found |= {(type_, row["track_id"]): (label, row["id"]) for row in rows}
    return found


def _order_hash(event: ChainEvent) -> str | None:
    if event.name == "OrderCancelled":
        return hex_of(event.arguments["orderHash"])
    return hex_of(event.arguments["sale"][0]) if event.name == "Sold" else None


def _accounts(events: Iterable[ChainEvent]) -> set[str]:
    ends = {event.arguments.get(name) for event in events for name in ("from", "to")}
    return {end for end in ends if end is not None}
