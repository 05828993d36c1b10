"""A small world for keeper tests: a chain with people, a log, a graph, a home, and the keepers' context."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from graph_schema.store import GraphStore
from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import AccountRecord, Accounts, Catalogue, Interaction, Kind, Plays
from ingest.follower import ChainFollower
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from ingest.signatures import sign_interaction
from keepers.context import KeeperChoices, KeeperContext
from keepers.registry import run_job
from keepers.report import JobReport
from keepers.snapshots import find_latest_snapshot
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.table import build_table, save_table
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.entries import NOON
from tunefi.chain.sender import TransactionSender
from tunefi.hashing import keccak256
from tunefi.health import Health
from tunefi.home import Home
from tunefi.ids import Address, ArtistId, ChainId, Hash32, Microseconds, TrackId
from tunefi.progress import SilentProgress

TRACKS = 12
DIMENSION = 32
WINDOW_SECONDS = 60
REWARD_DELAY_SECONDS = 5
FUNDED_WEI = 10**20
FINALITY_BLOCKS = 5
"""One more than `finalized` lags on the tests' anvil."""


def track(number: int) -> TrackId:
    return TrackId(f"track:{number}")


@dataclass
class World:
    """Everything a keeper needs, all of it real.

    Signers: 0 admin, 1 to 3 keepers (1 and 2 bonded, 3 pays for gas), 4 guardian, 5 registrar, 7 artist,
    6, 8 and 9 fans.
    """

    stage: Stage
    store: GraphStore
    log: InteractionLog
    context: KeeperContext
    _listens: int = field(default=0)

    async def settle(self) -> None:
        """Make everything so far final on the chain, and known to the graph."""
        await mine(self.stage.rpc, FINALITY_BLOCKS)
        await self.ingest()

    async def ingest(self) -> None:
        """Take chain and log into the graph."""
        await ChainFollower(self.stage.rpc, self.store, self.stage.deployment).follow_to_head()
        await LogProjector(self.log, self.store).project()

    async def pass_time(self, seconds: int) -> None:
        """Let time pass on the chain, and make what it brings final."""
        await self.stage.rpc.call("evm_increaseTime", seconds)
        await self.settle()

    async def run(self, *jobs: str) -> list[JobReport]:
        """Run jobs one after another."""
        return [await run_job(job, self.context, SilentProgress()) for job in jobs]

    async def fund(self, epoch: int, amount_wei: int = FUNDED_WEI) -> None:
        """Pay in for an epoch."""
        engagement = self.stage.deployment.contracts["FanEngagement"]
        await self.stage.send(0, "TuneToken", "approve", engagement, amount_wei)
        await self.stage.send(0, "FanEngagement", "fund", epoch, amount_wei)

    def listen(self, signer: int, track_number: int, seconds: int = 600) -> None:
        """Append a listen that the signer really signs."""
        self._listens += 1
        who = self.stage.signers[signer]
        entry = Interaction(
            Kind.LISTEN,
            who.address,
            track(track_number),
            Microseconds(NOON + self._listens * 1_000_000),
            seconds,
            keccak256(b"listen %d" % self._listens),
        )
        self.log.append([sign_interaction(entry, who, ChainId(self.stage.deployment.chain_id))])

    def save_small_model(self, seed: int = 1) -> Hash32:
        """Write a model of random vectors for the newest snapshot, in the place of a trained one."""
        snapshot = find_latest_snapshot(self.context.home)
        assert snapshot is not None
        listeners = snapshot.load().edges["LISTENED_TO"]["source"].unique().to_pylist()
        random = np.random.default_rng(seed)
        digest = keccak256(b"model %d" % seed + snapshot.digest)
        table = build_table(
            [track(number) for number in range(TRACKS)],
            quantise_tracks(random.normal(size=(TRACKS, DIMENSION))),
            [str(address) for address in listeners],
            quantise_listeners(random.normal(size=(len(listeners), DIMENSION))),
            snapshot_digest=snapshot.digest,
            model_digest=digest,
            model_name="random",
        )
        folder = self.context.home.model(digest)
        save_table(table, folder)
        (folder / "metrics.json").write_text('{"quantisation": {"ndcg@20_lost_surely": 0.0}}')
        return digest

    async def commit_first_epoch(self) -> list[JobReport]:
        """Go from a snapshot to a commitment."""
        await self.run("snapshot")
        self.save_small_model()
        return await self.run("build_epoch", "commit_epoch")

    async def read_balance(self, account: Address) -> int:
        """Return the TuneToken of an account, in wei."""
        token = self.stage.deployment.contract("TuneToken")
        return int(await token.read(self.stage.rpc, "balanceOf", account))


async def build_world(
    stage: Stage, store: GraphStore, folder: Path, keepers: Sequence[int] = (1, 2, 3)
) -> World:
    """Set the scene: bonds, two artists, a catalogue, stakes, purchases, follows, listens, funding."""
    home = Home(folder / "home").create()
    log = InteractionLog.at_path(home.log)
    context = KeeperContext(
        home=home,
        store=store,
        log=log,
        rpc=stage.rpc,
        deployment=stage.deployment,
        sender=TransactionSender(stage.rpc, stage.signers[3]),
        keepers=tuple(stage.signers[number] for number in keepers),
        epoch_secret=bytes(range(32)),
        choices=KeeperChoices(dimension=DIMENSION, list_length=5, generated="everything: a test"),
    )
    world = World(stage, store, log, context)
    await _set_the_chain(world)
    _fill_the_log(world)
    await world.settle()
    return world


def with_choices(world: World, **choices: object) -> World:
    """Return the world with other choices of the installation."""
    changed = replace(world.context.choices, **choices)  # type: ignore[arg-type]
    return replace(world, context=replace(world.context, choices=changed))


def new_health() -> Health:
    """Return a health register on the machine's clock."""
    return Health(lambda: Microseconds(time.time_ns() // 1_000))


async def _set_the_chain(world: World) -> None:
    stage = world.stage
    staking = stage.deployment.contracts["StakingContract"]
    for keeper in (1, 2):
        await stage.send(0, "TuneToken", "transfer", stage.signers[keeper].address, 10**19)
        await stage.send(keeper, "TuneToken", "approve", staking, 10**19)
        await stage.send(keeper, "StakingContract", "bond", 10**19)
    for number in (1, 2):
        await stage.register_and_mint(number)
    await stage.stake(8, 3 * 10**18)
    await stage.stake(9, 10**18)
    await stage.buy(8, 1)
    await stage.send(8, "FanEngagement", "follow", stage.signers[6].address)
    await world.fund(1)


def _fill_the_log(world: World) -> None:
    artists = (1, 2)
    world.log.append(
        [
            Catalogue(
                keccak256(b"catalogue"),
                NOON,
                tuple(ArtistRecord(ArtistId(f"artist:{number}"), f"Artist {number}") for number in artists),
                tuple(
                    TrackRecord(track(number), ArtistId(f"artist:{1 + number % 2}"), f"Title {number}")
                    for number in range(TRACKS)
                ),
            ),
            Accounts(
                keccak256(b"accounts"),
                NOON,
                tuple(AccountRecord(world.stage.signers[n].address, f"Fan {n}") for n in (6, 8, 9)),
            ),
            Plays(keccak256(b"plays"), world.stage.signers[6].address, ((track(3), 7), (track(4), 2))),
        ]
    )
    for signer, number in ((6, 1), (8, 1), (8, 2), (9, 2), (9, 5)):
        world.listen(signer, number)
