"""Fixtures: the application over a real graph, a real log and a real chain."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.services import Limits, Services
from commitments.library import EpochLibrary
from graph_schema.errors import GraphUnreachable
from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import AccountRecord, Accounts, Catalogue, Plays
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import load_known_subjects
from ingest.projector import LogProjector
from ingest.validation import Rules, Validator
from recsys.table import EmbeddingTable
from tests.kit.anvil import anvil_node, rpc, signers, system_parameters
from tests.kit.chain_scenes import Stage
from tests.kit.committed_epoch import EpochStage, bond_keepers, build_small_table
from tunefi.chain.anvil import AnvilNode
from tunefi.chain.deploy import deploy_system
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer, derive_signers
from tunefi.hashing import keccak256
from tunefi.health import Health
from tunefi.home import Home
from tunefi.ids import Address, ArtistId, ChainId, Microseconds, TrackId

__all__ = ["anvil_node", "rpc", "signers"]

NOW = Microseconds(1_790_000_000_000_000)
TRACKS = 40
DOMAIN = "tunefi.test"
PEOPLE = derive_signers("legal winner thank year wave sausage worth useful legal winner thank yellow", 6)
PUBLIC, PRIVATE, LATECOMER = PEOPLE[0], PEOPLE[1], PEOPLE[2]
"""Public and private listeners have a leaf, the latecomer has played and has none."""
STRANGER = Address("0x" + "5" * 40)


def track_id(number: int) -> TrackId:
    """Identity of a test track."""
    return TrackId(f"test:track:{number}")


class GoneStore:
    """A graph whose server does not answer any more."""

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def fail(*arguments: object, **named: object) -> None:
            raise GraphUnreachable("bolt://graph.internal:7687", "connection refused")

        return fail


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Microseconds:
        return self.now


@dataclass
class World:
    """An application with everything behind it.

    Attributes:
        client: Asks the application.
        epochs: Commits epochs.
    """

    app: FastAPI
    client: httpx.AsyncClient
    services: Services
    clock: Clock
    epochs: EpochStage
    table: EmbeddingTable

    async def serve_epoch(self, number: int = 1) -> None:
        """Commit an epoch, let it become final, and have it served."""
        await self.epochs.commit_final(self.table, number)
        await self.services.served.refresh()

    async def sign_in(self, signer: Signer) -> dict[str, str]:
        """Return the headers of a signed-in account."""
        nonce = (await self.client.get("/v1/auth/nonce")).json()["nonce"]
        text = (
            f"{DOMAIN} wants you to sign in with your Ethereum account:\n{signer.address}\n\n\n"
            f"URI: http://{DOMAIN}/\nVersion: 1\nChain ID: 31337\nNonce: {nonce}\n"
            f"Issued At: 2026-09-21T14:13:20Z"
        )
        body = {"message": text, "signature": "0x" + signer.sign_message(text).hex()}
        answer = await self.client.post("/v1/auth/verify", json=body)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}


def history_entries() -> list[Catalogue | Accounts | Plays]:
    """A catalogue of forty tracks by four artists, two flagged accounts, and what three people played."""
    artists = tuple(ArtistRecord(ArtistId(f"test:artist:{n}"), f"Artist {n}") for n in range(4))
    tracks = tuple(
        TrackRecord(track_id(n), ArtistId(f"test:artist:{n % 4}"), f"Title {n}") for n in range(TRACKS)
    )
    accounts = (
        AccountRecord(PUBLIC.address, "Ada", public_listener=True),
        AccountRecord(PRIVATE.address, "Bob", generated=True),
    )

    def plays(who: Signer, *counts: tuple[int, int]) -> Plays:
        pairs = tuple((track_id(number), count) for number, count in counts)
        return Plays(account=who.address, counts=pairs, idempotency_key=keccak256(who.address.encode()))

    return [
        Catalogue(artists=artists, tracks=tracks, idempotency_key=keccak256(b"catalogue"), at=NOW),
        Accounts(accounts=accounts, idempotency_key=keccak256(b"accounts"), at=NOW),
        plays(PUBLIC, (0, 50), (1, 30), (5, 7)),
        plays(PRIVATE, (0, 3), (2, 9)),
        plays(LATECOMER, (0, 1), (3, 4)),
    ]


@pytest.fixture(scope="session")
def small_table() -> EmbeddingTable:
    """Vectors of all tracks, and of all people but the latecomer."""
    listeners = [person.address for person in PEOPLE if person is not LATECOMER]
    return build_small_table([track_id(number) for number in range(TRACKS)], listeners)


@pytest.fixture(scope="session")
def deployment(anvil_node: AnvilNode, signers: list[Signer]) -> Deployment:
    """The system with its keepers bonded, once for all tests: each takes back what it adds."""

    async def deploy() -> Deployment:
        async with JsonRpc(anvil_node.url) as client:
            system = await deploy_system(client.url, signers[0], system_parameters(signers))
            await bond_keepers(Stage(client, system, signers))
            return system

    return asyncio.run(deploy())


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An empty graph."""
    store = await open_store(f"ladybug:{tmp_path / 'graph'}")
    yield store
    await store.close()


@pytest_asyncio.fixture
async def services(
    tmp_path: Path, store: GraphStore, deployment: Deployment, rpc: JsonRpc
) -> AsyncIterator[Services]:
    """All clients, the history of `history_entries` in log and graph."""
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    entries = history_entries()
    log.append(entries)
    await LogProjector(log, store).project()
    clock = Clock()
    yield Services(
        store=store,
        log=log,
        validator=Validator(ChainId(31337), load_known_subjects(entries), rules=Rules()),
        library=EpochLibrary(Home(tmp_path / "home").create()),
        rpc=rpc,
        deployment=deployment,
        health=Health(clock),
        clock=clock,
        public_rpc_url="https://node.test/rpc/key",
        domains=frozenset({DOMAIN}),
        generated_notice="Made up for this test.",
        page_folder=tmp_path / "page",
        limits=Limits(body_bytes=400_000),
    )
    log.close()


@pytest_asyncio.fixture
async def world(
    services: Services, signers: list[Signer], small_table: EmbeddingTable
) -> AsyncIterator[World]:
    """The application over all of it."""
    app = create_app(services)
    stage = Stage(services.rpc, services.deployment, signers)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{DOMAIN}") as client:
        clock = services.clock
        assert isinstance(clock, Clock)
        yield World(app, client, services, clock, EpochStage(stage, services.library), small_table)
