"""The questions of the services give the same answers in both stores."""

import pytest

from graph_schema import queries
from graph_schema.queries import ArtistPlays, Listener, TrackPlays
from graph_schema.store import GraphStore
from tests.kit.graphs import Writer, edges, nodes
from tunefi.ids import Address, ArtistId, TrackId

ONE = Address("0x1")
SONG = TrackPlays(TrackId("t"), "T", ArtistId("r"), "R", 5)
ORPHAN = TrackPlays(TrackId("u"), "U", ArtistId(""), "", 9)


@pytest.fixture
async def scene(store: GraphStore) -> GraphStore:
    """Two public listeners, one private; a song with an artist, one without; a claim of an epoch."""
    listening = {"source": ["0x1", "0x1", "0x3"], "target": ["t", "u", "t"], "plays": [5, 9, 99]}
    await Writer(store, "log").write(
        nodes("Account", address=["0x1", "0x2"], name=["One", None], public_listener=[True, True]),
        nodes("Track", track_id=["t", "u"], title=["T", "U"]),
        nodes("Artist", artist_id=["r"], name=["R"]),
        edges("CREATED", "Artist", "Track", source=["r"], target=["t"], catalogued=[True]),
        edges("LISTENED_TO", "Account", "Track", **listening, last_at=[3, 1, 1]),
        edges("HID", "Account", "Track", source=["0x1"], target=["u"], at=[1]),
    )
    await Writer(store, "chain:1").write(
        nodes("Epoch", epoch_id=["e1", "e2"], number=[1, 2]),
        nodes("Claim", claim_id=["c"], amount_wei=["5"], at=[4]),
        edges("CLAIMED", "Account", "Claim", source=["0x1"], target=["c"], event_id=["x"]),
        edges("CLAIMED", "Claim", "Epoch", source=["c"], target=["e1"], event_id=["x"]),
        edges("EARNED", "Account", "Epoch", source=["0x1"], target=["e1"], event_id=["x"], amount_wei=["7"]),
    )
    return store


async def test_listening_is_ranked_by_plays(scene: GraphStore) -> None:
    assert await queries.read_top_tracks(scene, ONE) == [ORPHAN, SONG]
    assert await queries.read_top_tracks(scene, ONE, limit=1) == [ORPHAN]
    assert await queries.read_top_artists(scene, ONE) == [ArtistPlays(ArtistId("r"), "R", 5)]
    assert await queries.read_listened_track_ids(scene, ONE) == ["t", "u"]
    assert await queries.read_hidden_track_ids(scene, ONE) == ["u"]


async def test_only_public_listeners_are_listed_and_found(scene: GraphStore) -> None:
    one, two = Listener(ONE, "One", False, 14), Listener(Address("0x2"), "", False, 0)
    assert await queries.read_public_listeners(scene) == [one, two]
    assert await queries.read_public_listeners(scene, "oN") == [one]
    assert await queries.read_public_listeners(scene, "0x3") == []


async def test_what_is_unknown_is_none(scene: GraphStore) -> None:
    assert await queries.read_account(scene, Address("0xnobody")) is None
    assert await queries.read_track(scene, TrackId("nothing")) is None
    track = await queries.read_track(scene, TrackId("t"))
    assert track is not None
    assert (track.title, track.artist) == ("T", "R")


async def test_rewards_and_epochs_are_told_from_the_chain(scene: GraphStore) -> None:
    claim = {"claim_id": "c", "amount_wei": "5", "cumulative_wei": None, "at": 4, "epoch_id": "e1"}
    assert await queries.read_claims(scene, ONE) == [claim]
    assert await queries.read_earned(scene, ONE) == [{"epoch_id": "e1", "number": 1, "amount_wei": "7"}]
    assert [row["number"] for row in await queries.read_epochs(scene)] == [2, 1]
