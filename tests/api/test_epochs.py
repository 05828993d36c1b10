"""Epochs with their states, and the bytes of the bundles."""

import hashlib

import pytest

from commitments.bundle import CORE_FILES
from tests.api.conftest import World
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import EpochId
from tunefi.ipfs.cid import directory_cid

pytestmark = pytest.mark.evm


async def test_no_epoch_is_an_empty_list(world: World) -> None:
    assert (await world.client.get("/v1/epochs")).json() == {"items": []}


async def test_a_pending_epoch_is_listed_with_its_state(world: World) -> None:
    await world.serve_epoch()
    signed = await world.epochs.commit(world.table, 2)
    items = (await world.client.get("/v1/epochs")).json()["items"]
    assert [(item["epoch"], item["state"], item["served"]) for item in items] == [
        (2, "pending", False),
        (1, "final", True),
    ]
    assert items[0]["track_root"] == "0x" + signed.struct.track_root.hex()
    assert items[0]["final_at"] > 0


async def test_a_vetoed_epoch_is_invalid_and_not_served(world: World) -> None:
    await world.serve_epoch()
    await world.epochs.commit(world.table, 2)
    await world.epochs.stage.send(4, "RecommendationGraph", "vetoEpoch", 2)
    await world.epochs.pass_time(60)
    served = await world.services.served.refresh()
    assert served is not None
    assert served.epoch_id == 1
    assert (await world.client.get("/v1/epochs/2")).json()["state"] == "invalid"


async def test_an_epoch_says_what_was_signed_and_by_whom(world: World) -> None:
    await world.serve_epoch()
    body = (await world.client.get("/v1/epochs/1")).json()
    signed = world.services.library.load_commitment(EpochId(1))
    assert signed is not None
    assert body["signers"] == list(signed.signers)
    assert body["commitment"]["listener_root"] == "0x" + signed.struct.listener_root.hex()
    assert body["metrics"] == {"random": {"ndcg@20": 0.1}}
    assert {file["name"] for file in body["bundle"]["files"]} == {*CORE_FILES, "metrics.json"}


async def test_the_bundles_bytes_give_the_committed_cid(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await world.serve_epoch()
    body = (await world.client.get("/v1/epochs/1")).json()
    folder = tmp_path_factory.mktemp("fetched")
    for file in body["bundle"]["files"]:
        content = (await world.client.get(f"/v1/epochs/1/bundle/{file['name']}")).content
        assert len(content) == file["size"]
        (folder / file["name"]).write_bytes(content)
    assert directory_cid(folder) == body["bundle_cid"]


async def test_a_file_is_not_sent_to_who_has_it(world: World) -> None:
    await world.serve_epoch()
    path = "/v1/epochs/1/bundle/track_vectors.bin"
    first = await world.client.get(path)
    again = await world.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    assert (again.status_code, again.content) == (304, b"")


async def test_only_an_answer_named_by_its_cid_is_kept_for_ever(world: World) -> None:
    await world.serve_epoch()
    cid = (await world.client.get("/v1/epochs/1")).json()["bundle_cid"]
    path = "/v1/epochs/1/bundle/bundle.json"
    assert "immutable" in (await world.client.get(f"{path}?cid={cid}")).headers["cache-control"]
    assert "immutable" not in (await world.client.get(path)).headers["cache-control"]
    assert "immutable" not in (await world.client.get(f"{path}?cid=bafyother")).headers["cache-control"]


async def test_a_part_of_a_file_can_be_asked_for(world: World) -> None:
    await world.serve_epoch()
    path = "/v1/epochs/1/bundle/track_vectors.bin"
    whole = (await world.client.get(path)).content
    part = await world.client.get(path, headers={"Range": "bytes=32-63"})
    assert (part.status_code, part.content) == (206, whole[32:64])


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fopenings.sqlite",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e%2fcommitment.json",
        "..\\openings.sqlite",
        "%2e%2e",
        ".",
        "track_vectors.bin%00.json",
        "openings.sqlite",
        "commitment.json",
        "a" * 100,
    ],
)
async def test_nothing_beside_the_bundle_is_served(world: World, name: str) -> None:
    await world.serve_epoch()
    answer = await world.client.get(f"/v1/epochs/1/bundle/{name}")
    assert answer.status_code in (404, 405, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_link_in_the_bundle_is_not_followed(world: World) -> None:
    await world.serve_epoch()
    folder = world.services.library.bundle(EpochId(1))
    (folder / "link.json").symlink_to(folder.parent / "openings.sqlite")
    assert (await world.client.get("/v1/epochs/1/bundle/link.json")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"), [("9", 404), ("0", 422), ("-1", 422), ("x", 422), ("1e3", 422), (str(2**64), 422)]
)
async def test_an_epoch_that_is_not_there_is_a_clear_problem(world: World, path: str, status: int) -> None:
    answer = await world.client.get(f"/v1/epochs/{path}")
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_a_node_that_is_gone_leaves_what_is_known(world: World) -> None:
    await world.serve_epoch()
    await world.client.get("/v1/epochs")
    gone = JsonRpc("http://127.0.0.1:1", attempts=1)
    world.services.states.rpc = gone
    answer = await world.client.get("/v1/epochs/1")
    assert (answer.status_code, answer.json()["state"]) == (200, "final")
    await gone.close()
