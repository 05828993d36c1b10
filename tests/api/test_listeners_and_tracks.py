"""What may be seen of listeners, and the neighbours of tracks."""

import pytest

from tests.api.conftest import LATECOMER, PRIVATE, PUBLIC, STRANGER, GoneStore, World, track_id

pytestmark = pytest.mark.evm


async def test_only_public_listeners_are_listed(world: World) -> None:
    items = (await world.client.get("/v1/listeners")).json()["items"]
    assert [(item["address"], item["name"], item["plays"]) for item in items] == [(PUBLIC.address, "Ada", 87)]
    assert items[0]["top_artists"] == [
        {"artist_id": "test:artist:0", "name": "Artist 0", "plays": 50},
        {"artist_id": "test:artist:1", "name": "Artist 1", "plays": 37},
    ]


@pytest.mark.parametrize(("query", "found"), [("aDa", 1), ("bob", 0), ("' OR 1=1 //", 0), ("%25", 0)])
async def test_listeners_are_found_by_name(world: World, query: str, found: int) -> None:
    answer = await world.client.get("/v1/listeners", params={"query": query})
    assert len(answer.json()["items"]) == found


async def test_listeners_are_found_by_address(world: World) -> None:
    answer = await world.client.get("/v1/listeners", params={"query": PUBLIC.address[:12].upper()})
    assert len(answer.json()["items"]) == 1


async def test_a_public_history_is_shown_to_everyone(world: World) -> None:
    body = (await world.client.get(f"/v1/listeners/{PUBLIC.address}?limit=2")).json()
    assert body["top"] == [
        {"track_id": track_id(0), "title": "Title 0", "artist": "Artist 0", "plays": 50},
        {"track_id": track_id(1), "title": "Title 1", "artist": "Artist 1", "plays": 30},
    ]
    assert (body["name"], body["plays"], body["public_listener"]) == ("Ada", 87, True)


async def test_a_private_history_is_shown_to_its_listener_only(world: World) -> None:
    path = f"/v1/listeners/{PRIVATE.address}"
    own = await world.client.get(path, headers=await world.sign_in(PRIVATE))
    assert own.json()["plays"] == 12
    assert own.headers["cache-control"] == "private, no-store"
    assert (await world.client.get(path)).status_code == 401
    assert (await world.client.get(path, headers=await world.sign_in(LATECOMER))).status_code == 403


async def test_nobody_learns_whether_an_account_listens_here(world: World) -> None:
    known = (await world.client.get(f"/v1/listeners/{PRIVATE.address}")).json()
    unknown = (await world.client.get(f"/v1/listeners/{STRANGER}")).json()
    assert {**known, "instance": ""} == {**unknown, "instance": ""}


async def test_similar_tracks_come_nearest_first(world: World) -> None:
    await world.serve_epoch()
    body = (await world.client.get(f"/v1/tracks/{track_id(3)}/similar?limit=5")).json()
    scores = [item["score"] for item in body["items"]]
    assert (body["title"], body["artist"], body["epoch"]) == ("Title 3", "Artist 3", 1)
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert track_id(3) not in {item["track_id"] for item in body["items"]}


@pytest.mark.parametrize("name", ["nothing", "a%2Fb", "%F0%9F%8E%B5", "a/b/c"])
async def test_an_unknown_track_is_404(world: World, name: str) -> None:
    await world.serve_epoch()
    answer = await world.client.get(f"/v1/tracks/{name}/similar")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-track")


async def test_before_the_first_epoch_similar_tracks_are_503(world: World) -> None:
    answer = await world.client.get(f"/v1/tracks/{track_id(3)}/similar")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-final-epoch")
    assert answer.headers["retry-after"] == "5"


async def test_a_graph_that_is_gone_is_503_and_retryable(world: World) -> None:
    world.services.catalogue.store = GoneStore()
    answer = await world.client.get(f"/v1/listeners/{PUBLIC.address}")
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "5"
