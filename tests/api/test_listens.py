"""Listens are judged one by one, kept together, and on disk before the answer."""

import sqlite3
from typing import Any

import pytest

from ingest.entries import Interaction, Kind, parse_idempotency_key
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from ingest.signatures import sign_interaction
from tests.api.conftest import LATECOMER, NOW, PRIVATE, PUBLIC, STRANGER, World, track_id
from tunefi.chain.signing import Signer
from tunefi.ids import ChainId, Microseconds

pytestmark = pytest.mark.evm


def listen(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A good unsigned listen."""
    return {
        "account": PUBLIC.address,
        "track_id": track_id(number),
        "at": NOW - number * 1_000_000,
        "seconds": 60,
        "idempotency_key": f"player:{number}",
        **changes,
    }


def signed_listen(signer: Signer, number: int = 1) -> dict[str, Any]:
    """A listen signed by its account."""
    item = listen(number, account=signer.address)
    entry = Interaction(
        kind=Kind.LISTEN,
        account=signer.address,
        subject=item["track_id"],
        at=Microseconds(item["at"]),
        seconds=item["seconds"],
        idempotency_key=parse_idempotency_key(item["idempotency_key"]),
    )
    signature = sign_interaction(entry, signer, ChainId(31337)).signature
    assert signature is not None
    return {**item, "signature": "0x" + signature.hex()}


async def post(world: World, *items: Any) -> dict[str, Any]:
    answer = await world.client.post("/v1/listens", json={"items": list(items)})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_receipt_is_on_disk_before_the_answer(world: World) -> None:
    body = await post(world, listen())
    receipt = body["receipts"][0]
    # Another connection to the file sees what was committed and nothing else.
    other = InteractionLog(world.services.log.where)
    assert (other.head().position, "0x" + other.head().hash.hex()) == (receipt["position"], receipt["hash"])
    other.close()


async def test_what_is_wrong_with_one_listen_refuses_that_one_only(world: World) -> None:
    body = await post(
        world,
        listen(1),
        listen(2, track_id="test:track:unknown"),
        listen(3, account="0x12"),
        listen(4, at=NOW + 10**9),
        listen(5, at=0),
        listen(6, seconds=5),
        listen(7, seconds=100_000),
        listen(8, mood="happy"),
        "not even an object",
        listen(9),
    )
    assert [receipt["index"] for receipt in body["receipts"]] == [0, 9]
    assert [(item["index"], item["reason"]) for item in body["refused"]] == [
        (1, "unknown_track"),
        (2, "malformed"),
        (3, "in_the_future"),
        (4, "too_old"),
        (5, "too_short"),
        (6, "too_long"),
        (7, "malformed"),
        (8, "malformed"),
    ]
    assert "'0x12' is not an address" in body["refused"][1]["detail"]


async def test_a_listen_sent_again_is_kept_once(world: World) -> None:
    first, again = await post(world, listen()), await post(world, listen())
    assert first["receipts"][0]["duplicate"] is False
    assert again["receipts"][0] == {**first["receipts"][0], "duplicate": True}


async def test_one_key_for_two_listens_is_a_conflict(world: World) -> None:
    await post(world, listen())
    body = await post(world, listen(2, idempotency_key="player:1"), listen(3))
    assert [item["reason"] for item in body["refused"]] == ["idempotency_conflict"]
    assert len(body["receipts"]) == 1


async def test_a_listener_that_was_never_seen_is_welcome(world: World) -> None:
    body = await post(world, listen(account=STRANGER))
    assert len(body["receipts"]) == 1


async def test_a_signed_listen_keeps_its_signature(world: World) -> None:
    body = await post(world, signed_listen(LATECOMER))
    entry = world.services.log.read(body["receipts"][0]["position"] - 1, 1)[0].entry
    assert isinstance(entry, Interaction)
    assert entry.signature is not None


async def test_a_forged_signature_is_refused(world: World) -> None:
    forged = {**signed_listen(LATECOMER), "account": PRIVATE.address}
    altered = {**signed_listen(LATECOMER), "seconds": 61}
    body = await post(world, forged, altered)
    assert [item["reason"] for item in body["refused"]] == ["bad_signature", "bad_signature"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"items": []}', b'{"items": 7}', b"\xff\xfe"])
async def test_a_body_that_is_no_batch_is_422(world: World, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.client.post("/v1/listens", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["fields"]


async def test_a_body_that_does_not_say_it_is_json_is_refused(world: World) -> None:
    answer = await world.client.post(
        "/v1/listens", content=b'{"items": []}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 422


async def test_more_than_a_thousand_listens_are_422(world: World) -> None:
    answer = await world.client.post("/v1/listens", json={"items": [listen(n) for n in range(1001)]})
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["name"] == "body.items"


async def test_a_thousand_listens_are_kept(world: World) -> None:
    items = [listen(n % 40, at=NOW - n * 1_000_000, idempotency_key=str(n)) for n in range(1000)]
    body = await post(world, *items)
    assert len(body["receipts"]) == 1000


async def test_an_oversize_body_is_413_and_nothing_is_kept(world: World) -> None:
    head = world.services.log.head()
    answer = await world.client.post("/v1/listens", json={"items": [listen(idempotency_key="x" * 500_000)]})
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert world.services.log.head() == head


async def test_a_log_that_is_gone_is_503_and_tells_no_path(world: World) -> None:
    path = world.services.log.where.removeprefix("sqlite:///")
    await post(world, listen(1))
    blocker = sqlite3.connect(path)
    blocker.execute("DROP TABLE entries")
    blocker.commit()
    blocker.close()
    answer = await world.client.post("/v1/listens", json={"items": [listen(2)]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert path not in answer.text


async def test_a_posted_listen_reaches_the_graph_and_its_listeners_fallback(world: World) -> None:
    await world.serve_epoch()
    newcomer = Signer(bytes(31) + b"\x2a")
    await post(world, *(listen(n, account=newcomer.address) for n in (7, 8)))
    await LogProjector(world.services.log, world.services.store).project()
    headers = await world.sign_in(newcomer)
    answer = await world.client.get(f"/v1/recommendations/{newcomer.address}", headers=headers)
    body = answer.json()
    shown = {item["track_id"] for item in body["items"]}
    assert "played since" in body["fallback_reason"]
    assert shown.isdisjoint({track_id(7), track_id(8)})
