"""Everything that keeper jobs work with. A program builds it and closes what is in it.

Owns the names. Refuses to open anything and to read settings.
"""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property

from commitments.library import EpochLibrary
from engagement.parameters import RewardParameters
from graph_schema.store import GraphStore
from ingest.interaction_log import InteractionLog
from keepers.signing_record import SigningRecord
from recsys.gates import GateLimits
from tunefi.chain.contract import Contract
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.chain.signing import Signer
from tunefi.home import Home
from tunefi.ids import ChainId
from tunefi.ipfs.client import IpfsClient
from tunefi.telemetry import SILENT, Telemetry


@dataclass(frozen=True, slots=True)
class KeeperChoices:
    """What an installation chooses for its epochs.

    Attributes:
        dimension: Length of an embedding vector.
        list_length: Tracks in a committed list.
        seed: Of training.
        training_seconds: Stops training early by the clock, which no other keeper can repeat; None: never.
        training_threads: Part of what makes a table reproducible.
        validity_seconds: How long a signed commitment can be sent; the contract has its own upper bound.
        generated: What in the data was made up, for people; empty where nothing was.
        rewards: Rule of rewards; its seed factors are replaced by those of the chain.
        claims_a_transaction: Accounts paid by one `claimBatch`.
        gates: What a model must show before it is signed.
    """

    dimension: int = 128
    list_length: int = 50
    seed: int = 2026
    training_seconds: int | None = None
    training_threads: int = 2
    validity_seconds: int = 3_600
    generated: str = ""
    rewards: RewardParameters = field(default_factory=RewardParameters)
    claims_a_transaction: int = 50
    gates: GateLimits = field(default_factory=GateLimits)


@dataclass(frozen=True)
class KeeperContext:
    """What jobs work with.

    Attributes:
        home: Where snapshots, models and epochs lie.
        store: The graph.
        log: The interaction log, in which deletions stand.
        rpc: The node; it must know `finalized`.
        deployment: The contracts.
        sender: Sends transactions; its own signer pays for gas.
        keepers: The keepers that this process signs for.
        epoch_secret: At least 32 bytes that all keepers share.
        ipfs: Where bundles are published; None publishes nowhere.
        choices: What this installation chooses.
        telemetry: Told how each job ended.
        turn: Held by the job that runs: jobs share files, keys and nonces, so one runs at a time.
    """

    home: Home
    store: GraphStore
    log: InteractionLog
    rpc: JsonRpc
    deployment: Deployment
    sender: TransactionSender
    keepers: tuple[Signer, ...]
    epoch_secret: bytes = field(repr=False)
    ipfs: IpfsClient | None = None
    choices: KeeperChoices = field(default_factory=KeeperChoices)
    telemetry: Telemetry = SILENT
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def chain_id(self) -> ChainId:
        """Chain of the contracts."""
        return ChainId(self.deployment.chain_id)

    @cached_property
    def library(self) -> EpochLibrary:
        """Epochs on disk."""
        return EpochLibrary(self.home)

    @cached_property
    def signing_record(self) -> SigningRecord:
        """What the keepers of this home have signed."""
        return SigningRecord(self.home.root / "signed.jsonl")

    @cached_property
    def recommendation_graph(self) -> Contract:
        """The contract that epochs are committed to."""
        return self.deployment.contract("RecommendationGraph")

    @cached_property
    def fan_engagement(self) -> Contract:
        """The contract that pays rewards."""
        return self.deployment.contract("FanEngagement")
