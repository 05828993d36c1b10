"""What surrounds every route, on a small application of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from api.body_limit import BodyLimit
from api.errors import MEDIA_TYPE, answer_http
from api.shield import Shield

SECRET = "postgres://user:hunter2@db"


def build_app() -> FastAPI:
    app = FastAPI()

    @app.get("/read")
    async def read() -> dict[str, str]:
        return {"text": "here"}

    @app.post("/write")
    async def write(body: dict[str, str]) -> dict[str, str]:
        return body

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(30)

    @app.get("/long")
    async def long() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(4):
                await asyncio.sleep(0.1)
                yield b"x"

        return StreamingResponse(chunks())

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError(SECRET)

    app.add_exception_handler(HTTPException, answer_http)
    app.add_middleware(BodyLimit, body_bytes=100)
    app.add_middleware(Shield, routes=app.routes, answer_seconds=0.2)
    return app


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


async def test_head_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/read"), await client.head("/read")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_options_names_the_methods_of_the_path(client: httpx.AsyncClient) -> None:
    assert (await client.options("/read")).headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await client.options("/write")).headers["allow"] == "OPTIONS, POST"


async def test_other_sites_may_read_but_not_post(client: httpx.AsyncClient) -> None:
    read = await client.options(
        "/read", headers={"Origin": "https://other", "Access-Control-Request-Method": "GET"}
    )
    post = await client.options(
        "/write", headers={"Origin": "https://other", "Access-Control-Request-Method": "POST"}
    )
    assert read.headers["access-control-allow-methods"] == "GET, HEAD"
    assert post.headers["access-control-allow-methods"] == ""
    answer = await client.get("/read", headers={"Origin": "https://other"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/read", "/nothing", "/broken", "/slow"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_unforeseen_error_tells_nothing_but_where_to_look(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "api.errors"):
        answer = await client.get("/broken")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert problem["instance"] in caplog.text
    assert SECRET in caplog.text


async def test_a_slow_answer_becomes_504(client: httpx.AsyncClient) -> None:
    answer = await client.get("/slow")
    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/too-slow")


async def test_a_download_may_last_longer_than_an_answer_may_take_to_begin(client: httpx.AsyncClient) -> None:
    assert (await client.get("/long")).content == b"xxxx"


async def test_an_oversize_body_is_413(client: httpx.AsyncClient) -> None:
    answer = await client.post("/write", json={"text": "x" * 200})
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


async def test_an_oversize_body_in_pieces_is_413(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b'"aaaaaaaaaaaaaaaa"'

    answer = await client.post("/write", content=pieces(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, MEDIA_TYPE)


async def test_a_wrong_method_is_405_with_those_that_are_right(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/read")
    assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE)
    assert "GET" in answer.headers["allow"]
