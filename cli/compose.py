"""From settings to open clients: what the commands and the service work with.

Owns the order in which things are opened and closed. Refuses to know what is done with them.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.errors import KeyMissing
from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from ingest.chain_journal import ChainJournal
from ingest.interaction_log import InteractionLog
from keepers.context import KeeperChoices, KeeperContext
from tunefi.chain.deployment import Deployment, deployment_path, load_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.chain.signing import Signer
from tunefi.ids import Microseconds
from tunefi.ipfs.client import IpfsClient, open_ipfs
from tunefi.settings import Settings
from tunefi.telemetry import SILENT, Telemetry


def now_at() -> Microseconds:
    """Return the time now, UTC: the clock that programs pass down."""
    return Microseconds(time.time_ns() // 1_000)


def deployment_file(settings: Settings) -> Path:
    """Return where the record of the deployment lies."""
    return settings.deployment or deployment_path(settings.paths.deployments, settings.chain_id)


def graph_url(settings: Settings) -> str:
    """Return the address of the graph store."""
    return settings.graph_url or f"ladybug:{settings.paths.graph}"


def log_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the interaction log, whose database holds the chain's journal too."""
    return settings.log_url or f"sqlite:///{settings.paths.log}"


def open_log(settings: Settings) -> InteractionLog:
    """Open the interaction log that the settings name, or create it."""
    settings.paths.log.parent.mkdir(parents=True, exist_ok=True)
    return InteractionLog(log_url(settings))


@dataclass(frozen=True, slots=True)
class Installation:
    """The open clients of one installation."""

    settings: Settings
    store: GraphStore
    log: InteractionLog
    journal: ChainJournal
    rpc: JsonRpc
    deployment: Deployment
    ipfs: IpfsClient | None = None
    telemetry: Telemetry = SILENT


@asynccontextmanager
async def open_installation(settings: Settings, telemetry: Telemetry = SILENT) -> AsyncIterator[Installation]:
    """Open home, deployment record, node, log and graph; close them in reverse.

    Args:
        settings: Say where each is.
        telemetry: What the parts tell what they do.

    Raises:
        DeploymentMissing: There is no record of the contracts; deploy, or set TUNEFI_DEPLOYMENT.
        ChainIdMismatch, NodeUnreachable: The node is of another chain, or gone.
        GraphOwned: Another process owns the embedded graph.
    """
    settings.paths.create()
    deployment = load_deployment(deployment_file(settings))
    async with AsyncExitStack() as stack:
        rpc = await stack.enter_async_context(JsonRpc(*settings.rpc_url))
        await rpc.check_chain_id(settings.chain_id)
        store = await open_graph(settings)
        stack.push_async_callback(store.close)
        log = await asyncio.to_thread(open_log, settings)
        stack.callback(log.close)
        journal = await asyncio.to_thread(ChainJournal, log_url(settings), settings.chain_id)
        stack.callback(journal.close)
        ipfs = None
        if settings.ipfs_api:
            ipfs = await stack.enter_async_context(open_ipfs(settings.ipfs_api))
        yield Installation(settings, store, log, journal, rpc, deployment, ipfs, telemetry)


async def open_graph(settings: Settings) -> GraphStore:
    """Open the graph store that the settings name."""
    return await open_store(
        graph_url(settings), user=settings.graph_user, password=settings.graph_password.get_secret_value()
    )


def keeper_context(installation: Installation) -> KeeperContext:
    """Return what keeper jobs work with.

    Raises:
        KeyMissing: There is no keeper key, or no epoch secret.
    """
    settings = installation.settings
    if not settings.keeper_keys:
        raise KeyMissing("TUNEFI_KEEPER_KEYS", "the private keys of the keepers that this process signs for")
    if settings.epoch_secret is None:
        raise KeyMissing("TUNEFI_EPOCH_SECRET", "32 bytes in hexadecimal that all keepers share")
    keepers = tuple(Signer.from_hex(key.get_secret_value()) for key in settings.keeper_keys)
    return KeeperContext(
        home=settings.paths,
        store=installation.store,
        log=installation.log,
        rpc=installation.rpc,
        deployment=installation.deployment,
        sender=TransactionSender(installation.rpc, keepers[0]),
        keepers=keepers,
        epoch_secret=bytes.fromhex(settings.epoch_secret.get_secret_value().removeprefix("0x")),
        ipfs=installation.ipfs,
        choices=_choices(settings),
        telemetry=installation.telemetry,
    )


def _choices(settings: Settings) -> KeeperChoices:
    return KeeperChoices(
        dimension=settings.dimension,
        list_length=settings.list_length,
        seed=settings.seed,
        training_seconds=settings.training_seconds,
        training_threads=settings.training_threads,
        generated=settings.generated_notice,
    )
