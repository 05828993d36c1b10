"""Who is shown which list, and what of it."""

from typing import Any

import pytest

from commitments.leaves import LISTENER_TYPE, leaf_hash, listener_value_hash
from commitments.merkle import verify_proof
from commitments.opening import parse_opening, unpack_rows, unpack_scores
from graph_schema.queries import TrackPlays
from tests.api.conftest import LATECOMER, PRIVATE, PUBLIC, STRANGER, World, track_id
from tunefi.ids import ChainId

pytestmark = pytest.mark.evm


async def test_a_public_listener_is_shown_the_committed_list(world: World) -> None:
    await world.serve_epoch()
    answer = await world.client.get(f"/v1/recommendations/0x{PUBLIC.address[2:].upper()}?limit=5")
    body = answer.json()
    opening = parse_opening(body["opening"])
    assert answer.status_code == 200
    assert body["address"] == PUBLIC.address
    assert body["epoch"]["state"] == "final"
    assert body["model"]["name"] == "random"
    assert [item["rank"] for item in body["items"]] == [1, 2, 3, 4, 5]
    assert [item["row"] for item in body["items"]] == unpack_rows(opening.rows)[:5].tolist()
    assert [item["score"] for item in body["items"]] == unpack_scores(opening.scores)[:5].tolist()
    assert body["items"][0]["title"].startswith("Title ")
    assert body["items"][0]["artist"].startswith("Artist ")
    assert (body["fallback"], body["fallback_reason"]) == (False, None)


async def test_the_opening_proves_its_leaf_under_the_root_on_the_chain(world: World) -> None:
    await world.serve_epoch()
    body = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    opening = parse_opening(body["opening"])
    signed = world.services.library.load_commitment(1)  # type: ignore[arg-type]
    assert signed is not None
    contract = world.services.deployment.contract("RecommendationGraph")
    arguments = (
        signed.struct.to_tuple(),
        list(signed.signers),
        opening.row,
        opening.address,
        opening.hash(),
        list(opening.proof),
    )
    assert await contract.read(world.services.rpc, "verifyListenerLeaf", *arguments)
    assert _verify_opening(world, body)


async def test_why_names_the_listeners_own_tracks(world: World) -> None:
    await world.serve_epoch()
    body = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    named = {why["track_id"] for item in body["items"] for why in item["why"]}
    assert named
    assert named <= {track_id(0), track_id(1), track_id(5)}


async def test_a_private_list_has_no_opening_and_no_reasons_for_others(world: World) -> None:
    await world.serve_epoch()
    answer = await world.client.get(f"/v1/recommendations/{PRIVATE.address}")
    body = answer.json()
    assert body["opening"] is None
    assert body["fallback"] is False
    assert [item["why"] for item in body["items"] if item["why"]] == []
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_listener_is_shown_its_own_opening(world: World) -> None:
    await world.serve_epoch()
    headers = await world.sign_in(PRIVATE)
    body = (await world.client.get(f"/v1/recommendations/{PRIVATE.address}", headers=headers)).json()
    assert body["opening"]["address"] == PRIVATE.address
    assert body["generated"] is True


async def test_anothers_opening_is_refused(world: World) -> None:
    await world.serve_epoch()
    path = f"/v1/recommendations/{PRIVATE.address}?opening=required"
    nobody = await world.client.get(path)
    other = await world.client.get(path, headers=await world.sign_in(LATECOMER))
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert (other.status_code, other.json()["type"]) == (403, "/problems/not-yours")


async def test_an_unknown_token_is_refused(world: World) -> None:
    answer = await world.client.get(
        f"/v1/recommendations/{PUBLIC.address}", headers={"Authorization": "Bearer nonsense"}
    )
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")


async def test_a_listener_without_a_leaf_sees_a_list_folded_in_from_its_plays(world: World) -> None:
    await world.serve_epoch()
    headers = await world.sign_in(LATECOMER)
    body = (await world.client.get(f"/v1/recommendations/{LATECOMER.address}", headers=headers)).json()
    shown = {item["track_id"] for item in body["items"]}
    assert (body["fallback"], body["opening"]) == (True, None)
    assert "played since" in body["fallback_reason"]
    assert len(shown) == 20
    assert shown.isdisjoint({track_id(0), track_id(3)})
    scores = [item["score"] for item in body["items"]]
    assert scores == sorted(scores, reverse=True)


async def test_others_learn_nothing_from_the_fallback_of_a_private_listener(world: World) -> None:
    await world.serve_epoch()
    latecomer = (await world.client.get(f"/v1/recommendations/{LATECOMER.address}")).json()
    stranger = (await world.client.get(f"/v1/recommendations/{STRANGER}")).json()
    assert latecomer["items"] == stranger["items"]


async def test_an_unknown_address_is_shown_what_most_listeners_hear(world: World) -> None:
    await world.serve_epoch()
    body = (await world.client.get(f"/v1/recommendations/{STRANGER}")).json()
    assert body["fallback"] is True
    assert body["items"][0]["track_id"] == track_id(0)
    assert body["items"][0]["score"] is None


async def test_before_the_first_epoch_popular_tracks_are_shown(world: World) -> None:
    body = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    assert body["epoch"]["state"] == "none"
    assert body["model"] is None
    assert "No epoch" in body["fallback_reason"]
    assert track_id(0) not in {item["track_id"] for item in body["items"]}


async def test_a_pending_epoch_is_not_served(world: World) -> None:
    await world.epochs.commit(world.table, 1)
    assert await world.services.served.refresh() is None
    await world.epochs.pass_time(60)
    served = await world.services.served.refresh()
    assert served is not None
    assert served.epoch_id == 1


async def test_the_final_epoch_serves_while_the_next_is_pending(world: World) -> None:
    await world.serve_epoch()
    await world.epochs.commit(world.table, 2)
    await world.services.served.refresh()
    assert (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()["epoch"]["epoch"] == 1
    await world.epochs.pass_time(60)
    await world.services.served.refresh()
    assert (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()["epoch"]["epoch"] == 2


async def test_an_answer_is_of_one_epoch_though_the_next_is_served_before_it_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.serve_epoch()
    await world.epochs.commit_final(world.table, 2)
    catalogue = world.services.catalogue
    read_history = catalogue.read_history

    async def read_while_the_epoch_changes(*arguments: Any) -> list[TrackPlays]:
        await world.services.served.refresh()
        return await read_history(*arguments)

    monkeypatch.setattr(catalogue, "read_history", read_while_the_epoch_changes)
    during = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    assert world.services.served.served_id == 2
    after = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    assert (during["epoch"]["epoch"], after["epoch"]["epoch"]) == (1, 2)
    for body in (during, after):
        assert _verify_opening(world, body)


def _verify_opening(world: World, body: dict[str, Any]) -> bool:
    """Return whether the opening leads to the root of the epoch that the answer names."""
    opening = parse_opening(body["opening"])
    signed = world.services.library.load_commitment(body["epoch"]["epoch"])
    assert signed is not None
    contract = world.services.deployment.contracts["RecommendationGraph"]
    place = signed.struct.place(ChainId(31337), contract)
    leaf = leaf_hash(LISTENER_TYPE, place, opening.row, listener_value_hash(opening.address, opening.hash()))
    return verify_proof(signed.struct.listener_root, leaf, opening.proof)


async def test_an_erased_opening_leaves_a_fallback(world: World) -> None:
    await world.serve_epoch()
    world.services.library.erase_opening(1, PUBLIC.address)  # type: ignore[arg-type]
    body = (await world.client.get(f"/v1/recommendations/{PUBLIC.address}")).json()
    assert "erased" in body["fallback_reason"]


async def test_a_damaged_table_keeps_the_present_epoch(world: World) -> None:
    await world.serve_epoch()
    await world.epochs.commit_final(world.table, 2)
    vectors = world.services.library.folder(2) / "table" / "track_vectors.npy"  # type: ignore[arg-type]
    vectors.write_bytes(vectors.read_bytes()[:-1])
    with pytest.raises(Exception, match="cut short"):
        await world.services.served.refresh()
    assert world.services.served.served_id == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=257", "limit=x", "opening=please"])
async def test_a_query_out_of_bounds_is_422_and_names_the_parameter(world: World, query: str) -> None:
    answer = await world.client.get(f"/v1/recommendations/{PUBLIC.address}?{query}")
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["name"] == f"query.{query.partition('=')[0]}"


async def test_a_malformed_address_is_422_with_a_sentence(world: World) -> None:
    answer = await world.client.get("/v1/recommendations/0x12")
    assert answer.status_code == 422
    assert (
        answer.json()["detail"]
        == "path.address: '0x12' is not an address: expected 0x and 40 hexadecimal digits"
    )
