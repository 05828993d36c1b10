"""The clients that routes work with. A program opens them, hands them over, and closes them.

Owns their names, and what the API keeps in memory: sessions, states of epochs, the served epoch. Refuses
to open anything and to read settings.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from api.bundle_files import BundleFiles
from api.catalogue import Catalogue
from api.epoch_records import EpochRecords
from api.epoch_states import EpochStates
from api.jobs import JobDesk
from api.metrics.instruments import Metrics
from api.page_files import BUILT_PAGE, PageFiles
from api.popularity import Popularity
from api.served_epoch import ServedEpochs
from api.sign_in import SignIn
from commitments.library import EpochLibrary
from graph_schema.store import GraphStore
from ingest.interaction_log import InteractionLog
from ingest.validation import Validator
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.health import Health
from tunefi.ids import Microseconds


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request.

    Attributes:
        body_bytes: Largest body: 1,000 signed listens take about half a megabyte.
        answer_seconds: Longest time until an answer begins.
        poll_seconds: How often the chain is asked for a newer final epoch.
    """

    body_bytes: int = 2 * 1024 * 1024
    answer_seconds: float = 30.0
    poll_seconds: float = 2.0


@dataclass
class Services:
    """Everything that routes need.

    Attributes:
        store: The graph.
        log: The interaction log that listens are appended to.
        validator: Judges listens before they are appended.
        library: Epochs on disk: tables, openings, ledgers, bundles.
        rpc: The node that states of epochs and paid rewards are read from.
        deployment: Chain id and contracts.
        health: What ingestion and keeper jobs report to.
        clock: The time now, UTC.
        public_rpc_url: Node that browsers may read from.
        domains: `host[:port]` names under which people reach this service, for sign-in.
        generated_notice: What in the data was made up; empty where nothing was.
        replica_token: What other keepers show to read the log; empty: nobody may.
        desk: Runs keeper jobs that the operator asks for.
        metrics: What this process counts; `/metrics` shows its registry.
        page_folder: The built page.
        limits: Bounds of one request.
    """

    store: GraphStore
    log: InteractionLog
    validator: Validator
    library: EpochLibrary
    rpc: JsonRpc
    deployment: Deployment
    health: Health
    clock: Callable[[], Microseconds]
    public_rpc_url: str
    domains: frozenset[str]
    generated_notice: str = ""
    replica_token: str = field(default="", repr=False)
    desk: JobDesk = field(default_factory=JobDesk)
    metrics: Metrics = field(default_factory=Metrics)
    page_folder: Path = BUILT_PAGE
    limits: Limits = Limits()
    sign_in: SignIn = field(init=False)
    page: PageFiles = field(init=False)
    states: EpochStates = field(init=False)
    served: ServedEpochs = field(init=False)
    catalogue: Catalogue = field(init=False)
    epochs: EpochRecords = field(init=False)
    bundles: BundleFiles = field(init=False)
    popularity: Popularity = field(init=False)

    def __post_init__(self) -> None:
        self.sign_in = SignIn(self.clock, self.deployment.chain_id, self.domains)
        self.page = PageFiles(self.page_folder, self.public_rpc_url)
        self.states = EpochStates(self.rpc, self.deployment)
        self.served = ServedEpochs(self.library, self.states, self.health)
        self.catalogue = Catalogue(self.store, self.clock)
        self.epochs = EpochRecords(self.store, self.library, self.states, self.deployment)
        self.bundles = BundleFiles(self.library)
        self.popularity = Popularity(self.catalogue)


async def read_services(request: Request) -> Services:
    """Return the services of the application that answers this request."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(read_services)]
