"""Health, chain, page and sign-in over HTTP, and the life of the application."""

import asyncio
from pathlib import Path

import pytest

from tests.api.conftest import PUBLIC, GoneStore, World
from tunefi.ids import Microseconds

pytestmark = pytest.mark.evm


def build_page(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>TuneFi</title>")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "main-1a2b3c.js").write_text("export {}")
    (folder.parent / "secret.txt").write_text("secret")


async def test_the_process_is_alive(world: World) -> None:
    assert (await world.client.get("/healthz")).json() == {"alive": True}


async def test_a_service_without_an_epoch_is_ready_and_says_so(world: World) -> None:
    answer = await world.client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"], answer.json()["served_epoch"]) == (200, True, None)


async def test_a_dead_part_makes_the_service_unready(world: World) -> None:
    world.services.health.expect("ingest", 60)
    world.services.health.report_success("ingest", "block 7")
    assert (await world.client.get("/readyz")).status_code == 200
    world.services.health.report_failure("ingest", "the chain took back too much")
    answer = await world.client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["reasons"] == ["ingest: the chain took back too much"]


async def test_a_silent_part_makes_the_service_unready(world: World) -> None:
    world.services.health.expect("ingest", 60)
    world.clock.now = Microseconds(world.clock.now + 61_000_000)
    assert (await world.client.get("/readyz")).json()["reasons"] == [
        "ingest: no sign of life for 61 s, 60 s are allowed"
    ]


async def test_long_work_that_gets_on_is_no_silence(world: World) -> None:
    world.services.health.expect("ingest", 60)
    for _ in range(3):
        world.clock.now = Microseconds(world.clock.now + 50_000_000)
        world.services.health.report_alive("ingest")
    assert (await world.client.get("/readyz")).status_code == 200
    world.clock.now = Microseconds(world.clock.now + 61_000_000)
    assert (await world.client.get("/readyz")).json()["faults"][0]["code"] == "silent"


async def test_a_graph_that_is_gone_makes_the_service_unready(world: World) -> None:
    world.services.store = GoneStore()
    assert "graph" in (await world.client.get("/readyz")).json()["reasons"][0]


async def test_the_chain_names_node_and_contracts(world: World) -> None:
    body = (await world.client.get("/v1/chain")).json()
    assert (body["chain_id"], body["rpc_url"]) == (31337, "https://node.test/rpc/key")
    assert body["contracts"]["FanEngagement"] == world.services.deployment.contracts["FanEngagement"]
    assert body["generated_notice"] == "Made up for this test."


async def test_a_page_that_is_not_built_says_how(world: World) -> None:
    answer = await world.client.get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


async def test_the_page_runs_own_scripts_only_and_reaches_any_node(world: World) -> None:
    build_page(world.services.page_folder)
    answer = await world.client.get("/")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "script-src 'self';" in policy
    assert "connect-src 'self' https://node.test http: https:;" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_are_kept_for_ever(world: World) -> None:
    build_page(world.services.page_folder)
    asset = await world.client.get("/assets/main-1a2b3c.js")
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    assert "immutable" not in (await world.client.get("/icon.svg")).headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/secret.txt", "/..%2Fsecret.txt", "/assets/..%2F..%2Fsecret.txt", "/assets/%2e%2e", "/assets"]
)
async def test_nothing_beside_the_page_is_served(world: World, path: str) -> None:
    build_page(world.services.page_folder)
    answer = await world.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_signing_out_ends_the_token(world: World) -> None:
    headers = await world.sign_in(PUBLIC)
    assert (await world.client.delete("/v1/auth/token", headers=headers)).status_code == 204
    answer = await world.client.get(f"/v1/listeners/{PUBLIC.address}", headers=headers)
    assert answer.status_code == 401


async def test_a_refused_sign_in_is_a_problem(world: World) -> None:
    body = {"message": "let me in", "signature": "0x" + "00" * 65}
    answer = await world.client.post("/v1/auth/verify", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/sign-in-refused")


async def test_a_foreign_host_header_does_not_make_a_foreign_message_good(world: World) -> None:
    nonce = (await world.client.get("/v1/auth/nonce")).json()["nonce"]
    text = (
        f"evil.test wants you to sign in with your Ethereum account:\n{PUBLIC.address}\n\n\n"
        f"URI: http://evil.test/\nVersion: 1\nChain ID: 31337\nNonce: {nonce}\n"
        "Issued At: 2026-09-21T14:13:20Z"
    )
    body = {"message": text, "signature": "0x" + PUBLIC.sign_message(text).hex()}
    answer = await world.client.post("/v1/auth/verify", json=body, headers={"Host": "evil.test"})
    assert answer.status_code == 400
    assert "evil.test" in answer.json()["detail"]


async def test_a_running_application_follows_the_chain(world: World) -> None:
    world.services.limits = type(world.services.limits)(poll_seconds=0.05)
    async with world.app.router.lifespan_context(world.app):
        await world.epochs.commit_final(world.table)
        for _ in range(200):
            if world.services.served.current is not None:
                break
            await asyncio.sleep(0.05)
        assert world.services.served.served_id == 1
        assert (await world.client.get("/readyz")).json()["served_epoch"] == 1


@pytest.mark.parametrize("path", ["/nothing", "/v1/nothing", "/v1/recommendations", "/v1/epochs/1/bundle"])
async def test_an_unknown_path_is_a_problem(world: World, path: str) -> None:
    answer = await world.client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-path")


async def test_a_type_of_problem_explains_itself(world: World) -> None:
    type_ = (await world.client.get("/v1/recommendations/0x12")).json()["type"]
    body = (await world.client.get(type_)).json()
    assert body == {
        "type": "/problems/malformed-request",
        "title": "The request is malformed",
        "status": 422,
        "retryable": False,
    }
    assert (await world.client.get("/problems/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/v1/listens", "OPTIONS, POST"),
        (f"/v1/recommendations/{PUBLIC.address}", "GET, HEAD, OPTIONS"),
        ("/v1/auth/token", "DELETE, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
async def test_options_names_what_a_path_takes(world: World, path: str, methods: str) -> None:
    answer = await world.client.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (204, methods)
