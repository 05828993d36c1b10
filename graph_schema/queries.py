"""The questions that services ask the graph, in Cypher that both stores speak.

Owns every read query outside a snapshot. A function takes a store and returns plain values in a stated
order. Refuses to know HTTP.
"""

from dataclasses import dataclass
from typing import Any

from graph_schema.store import GraphStore
from tunefi.ids import Address, ArtistId, TrackId


@dataclass(frozen=True, slots=True)
class TrackPlays:
    """A track, who made it (empty where nobody is known), and how often one listener played it."""

    track_id: TrackId
    title: str
    artist_id: ArtistId
    artist: str
    plays: int


@dataclass(frozen=True, slots=True)
class ArtistPlays:
    """An artist and how often one listener played their tracks."""

    artist_id: ArtistId
    name: str
    plays: int


@dataclass(frozen=True, slots=True)
class Listener:
    """An account that agreed to be looked at."""

    address: Address
    name: str
    generated: bool
    plays: int


@dataclass(frozen=True, slots=True)
class AccountFlags:
    """What the log says about an account."""

    address: Address
    name: str
    generated: bool
    public_listener: bool


_TRACK = (
    "OPTIONAL MATCH (r:Artist)-[:CREATED]->(t) "
    "RETURN t.track_id AS track_id, t.title AS title, r.artist_id AS artist_id, r.name AS artist"
)


async def read_account(store: GraphStore, address: Address) -> AccountFlags | None:
    """Return the flags of an account, None when the graph does not know it."""
    found = await store.query(
        "MATCH (a:Account) WHERE a.address = $address RETURN a.name AS name, "
        "a.generated AS generated, a.public_listener AS public_listener",
        {"address": address},
    )
    if not found:
        return None
    row = found[0]
    return AccountFlags(address, row["name"] or "", bool(row["generated"]), bool(row["public_listener"]))


async def read_track(store: GraphStore, track_id: TrackId) -> TrackPlays | None:
    """Return a track with its artist and plays of 0, None when the graph does not know it."""
    found = await store.query(
        f"MATCH (t:Track) WHERE t.track_id = $track_id {_TRACK}", {"track_id": track_id}
    )
    return _track_plays(found[0] | {"plays": 0}) if found else None


async def read_top_tracks(store: GraphStore, address: Address, limit: int = 20) -> list[TrackPlays]:
    """Return the tracks a listener played most, most first; equal plays by identifier."""
    found = await store.query(
        "MATCH (a:Account)-[e:LISTENED_TO]->(t:Track) WHERE a.address = $address AND e.plays > 0 "
        "WITH t, e.plays AS plays ORDER BY plays DESC, t.track_id LIMIT $limit "
        f"{_TRACK}, plays AS plays ORDER BY plays DESC, track_id",
        {"address": address, "limit": limit},
    )
    return [_track_plays(row) for row in found]


def _track_plays(row: dict[str, Any]) -> TrackPlays:
    return TrackPlays(
        TrackId(row["track_id"]),
        row["title"] or "",
        ArtistId(row["artist_id"] or ""),
        row["artist"] or "",
        int(row["plays"]),
    )


async def read_top_artists(store: GraphStore, address: Address, limit: int = 5) -> list[ArtistPlays]:
    """Return the artists a listener played most, most first; equal plays by identifier."""
    found = await store.query(
        "MATCH (a:Account)-[e:LISTENED_TO]->(t:Track) WHERE a.address = $address AND e.plays > 0 "
        "MATCH (r:Artist)-[:CREATED]->(t) "
        "RETURN r.artist_id AS artist_id, r.name AS name, sum(e.plays) AS plays "
        "ORDER BY plays DESC, artist_id LIMIT $limit",
        {"address": address, "limit": limit},
    )
    return [ArtistPlays(ArtistId(row["artist_id"]), row["name"] or "", int(row["plays"])) for row in found]


async def read_public_listeners(store: GraphStore, query: str = "", limit: int = 20) -> list[Listener]:
    """Return accounts that agreed to be looked at, most plays first; equal plays by address.

    Args:
        store: The graph.
        query: Part of a name or of an address, in any case; empty for all.
        limit: Most rows to return.
    """
    text = query.strip().lower()
    condition = (
        "AND (lower(a.address) CONTAINS $text OR lower(coalesce(a.name, '')) CONTAINS $text) " if text else ""
    )
    found = await store.query(
        f"MATCH (a:Account) WHERE a.public_listener = true {condition}"
        "OPTIONAL MATCH (a)-[e:LISTENED_TO]->(:Track) "
        "RETURN a.address AS address, a.name AS name, a.generated AS generated, "
        "coalesce(sum(e.plays), 0) AS plays ORDER BY plays DESC, address LIMIT $limit",
        {"text": text, "limit": limit} if text else {"limit": limit},
    )
    return [
        Listener(Address(row["address"]), row["name"] or "", bool(row["generated"]), int(row["plays"]))
        for row in found
    ]


async def read_listened_track_ids(store: GraphStore, address: Address) -> list[TrackId]:
    """Return the tracks an account listened to, the latest first; equal times by identifier."""
    found = await store.query(
        "MATCH (a:Account)-[e:LISTENED_TO]->(t:Track) WHERE a.address = $address "
        "RETURN t.track_id AS track_id, coalesce(e.last_at, 0) AS at ORDER BY at DESC, track_id",
        {"address": address},
    )
    return [TrackId(row["track_id"]) for row in found]


async def read_hidden_track_ids(store: GraphStore, address: Address) -> list[TrackId]:
    """Return the tracks an account hid, the latest first; equal times by identifier."""
    found = await store.query(
        "MATCH (a:Account)-[e:HID]->(t:Track) WHERE a.address = $address "
        "RETURN t.track_id AS track_id, coalesce(e.at, 0) AS at ORDER BY at DESC, track_id",
        {"address": address},
    )
    return [TrackId(row["track_id"]) for row in found]


async def read_claims(store: GraphStore, address: Address) -> list[dict[str, Any]]:
    """Return the claims an account was paid, the latest first: claim_id, amount_wei, cumulative_wei, at,
    epoch_id (None where the claim names no epoch)."""
    return await store.query(
        "MATCH (a:Account)-[:CLAIMED]->(c:Claim) WHERE a.address = $address "
        "OPTIONAL MATCH (c)-[:CLAIMED]->(e:Epoch) "
        "RETURN c.claim_id AS claim_id, c.amount_wei AS amount_wei, c.cumulative_wei AS cumulative_wei, "
        "c.at AS at, e.epoch_id AS epoch_id ORDER BY at DESC, claim_id",
        {"address": address},
    )


async def read_earned(store: GraphStore, address: Address) -> list[dict[str, Any]]:
    """Return what an account earned per epoch, the latest epoch first: epoch_id, number, amount_wei."""
    return await store.query(
        "MATCH (a:Account)-[e:EARNED]->(p:Epoch) WHERE a.address = $address "
        "RETURN p.epoch_id AS epoch_id, p.number AS number, e.amount_wei AS amount_wei ORDER BY number DESC",
        {"address": address},
    )


async def read_epochs(store: GraphStore) -> list[dict[str, Any]]:
    """Return every epoch as the chain's events tell it, the latest first, with all properties of Epoch."""
    names = (
        "epoch_id", "number", "track_root", "listener_root", "snapshot_digest", "model_digest", "bundle_cid",
        "committed_at", "final_at", "invalid", "invalid_cause", "reward_root", "reward_total_wei",
        "reward_in_force_at", "reward_vetoed", "funded_wei",
    )  # fmt: skip
    columns = ", ".join(f"p.{name} AS {name}" for name in names)
    return await store.query(f"MATCH (p:Epoch) RETURN {columns} ORDER BY number DESC")
