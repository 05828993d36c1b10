"""A small home as ingestion leaves it: chain and log taken in, with journal, graph and one snapshot."""

import asyncio
from pathlib import Path
from typing import Any

from graph_schema.kept_blocks import read_settled_block
from graph_schema.open_store import open_store
from graph_schema.snapshot import read_snapshot, save_snapshot
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.entries import build_listen, build_mixed_entries
from tunefi.chain.deployment import Deployment, save_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.home import Home

CHAIN_ID = 31337


async def build_home(home: Home, url: str, deployment: Deployment, signers: list[Signer]) -> None:
    """Play some scenes on the chain and take them in, with a few entries of the log."""
    home.create()
    save_deployment(deployment, home.deployments)
    with_entries(home, 0, 10)
    async with JsonRpc(url) as rpc:
        stage = Stage(rpc, deployment, signers)
        await stage.play_everything()
        await mine(rpc, 2)
        await take_in(home, stage)
    await project_and_cut(home)


def with_entries(home: Home, first: int, last: int) -> None:
    """Append listens, and with the first of them one entry of most other kinds."""
    log = InteractionLog.at_path(home.log)
    log.append([build_listen(number) for number in range(first, last)])
    if first == 0:
        log.append(build_mixed_entries())
    log.close()


async def take_in(home: Home, stage: Stage) -> None:
    """Take the chain into the home's graph."""
    store = await open_store(f"ladybug:{home.graph}")
    with ChainJournal(f"sqlite:///{home.log}", CHAIN_ID) as journal:
        await ChainFollower(stage.rpc, store, stage.deployment, journal=journal).follow_to_head()
    await store.close()


async def project_and_cut(home: Home) -> None:
    """Take the log into the home's graph and cut a snapshot, as the keeper's job does."""
    log = InteractionLog.at_path(home.log)
    store = await open_store(f"ladybug:{home.graph}")
    await LogProjector(log, store).project()
    log.close()
    snapshot = await read_snapshot(store, await read_settled_block(store, CHAIN_ID), CHAIN_ID)
    await store.close()
    save_snapshot(snapshot, home.snapshot(snapshot.digest))


def plant(graph: Path, statement: str, **parameters: Any) -> None:
    """Change a closed embedded graph by hand, behind everyone's back."""
    import ladybug

    with ladybug.Database(graph) as database, ladybug.Connection(database) as connection:
        connection.execute(statement, parameters)


def run(work: Any) -> Any:
    """Run a coroutine from a test that is none, as the commands do."""
    return asyncio.run(work)
