"""The log is shown to keepers who hold the token, and a replica over HTTP is the log."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from api.routes import log as log_route
from ingest.errors import LogFork
from ingest.http_log import HttpLog
from ingest.interaction_log import InteractionLog
from ingest.replication import Replication
from tests.api.conftest import World
from tests.kit.entries import build_listen
from tunefi.ids import hex_of
from tunefi.log_client import LogClient, LogRefused
from tunefi.service_client import ServiceUnreachable

pytestmark = pytest.mark.evm

TOKEN = "what-keepers-share"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[InteractionLog]:
    log = InteractionLog.at_path(tmp_path / "replica.sqlite")
    yield log
    log.close()


@pytest.fixture
def served(world: World) -> Iterator[str]:
    """The address at which a real server answers for the application."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.mark.parametrize("path", ["head", "hashes/1", f"rows?after=0&hash=0x{'00' * 32}"])
async def test_nobody_without_the_token_reads_the_log(world: World, path: str) -> None:
    for given, token in (
        ("", "Bearer "),
        ("", ""),
        (TOKEN, "Bearer guess"),
        (TOKEN, ""),
        (TOKEN, "Bearer é"),
    ):
        world.services.replica_token = given
        answer = await world.client.get(f"/v1/log/{path}", headers={"Authorization": token.encode()})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-keeper")


async def test_a_replica_over_http_is_the_log(
    world: World, served: str, replica: InteractionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.services.replica_token = TOKEN
    monkeypatch.setattr(log_route, "_PAGE_BYTES", 1_500)
    with LogClient(served, TOKEN) as client:
        work = Replication(HttpLog(client), replica, lambda _entry: None)
        while work.run_page():
            pass
    assert replica.read_rows(0, 10_000) == world.services.log.read_rows(0, 10_000)
    assert replica.check_chain() == world.services.log.head()


async def test_whoever_has_another_entry_is_told_and_given_nothing(
    world: World, served: str, replica: InteractionLog
) -> None:
    world.services.replica_token = TOKEN
    replica.append([build_listen(1)])
    with LogClient(served, TOKEN) as client, pytest.raises(LogFork) as caught:
        Replication(HttpLog(client), replica, lambda _entry: None)
    assert caught.value.position == 1
    query = {"after": "1", "hash": hex_of(replica.head().hash)}
    answer = await world.client.get("/v1/log/rows", params=query, headers=SHOWN)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/log-fork")


async def test_a_wrong_token_and_a_service_that_is_gone_are_told_apart(world: World, served: str) -> None:
    world.services.replica_token = TOKEN
    with LogClient(served, "guess") as stranger, pytest.raises(LogRefused, match="TUNEFI_REPLICA_TOKEN"):
        HttpLog(stranger).head()
    with LogClient("http://127.0.0.1:9", TOKEN) as gone, pytest.raises(ServiceUnreachable):
        HttpLog(gone).head()


@pytest.mark.parametrize("query", ["", "after=-1", f"after={2**63}", "after=0&hash=0x12", "after=0&limit=0"])
async def test_a_malformed_request_for_rows_is_refused(world: World, query: str) -> None:
    world.services.replica_token = TOKEN
    answer = await world.client.get(f"/v1/log/rows?{query}", headers=SHOWN)
    assert answer.status_code == 422
    beyond = await world.client.get(f"/v1/log/hashes/{2**70}", headers=SHOWN)
    assert beyond.json()["hash"] is None
