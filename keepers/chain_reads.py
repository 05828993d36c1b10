"""What the contracts say about epochs and rewards, each read at a given block.

Owns the calls. Refuses to decide what follows. Decisions about money read at the finalized block;
decisions about what to send next read at the head.
"""

from dataclasses import dataclass

from commitments.epoch_state import EpochState
from keepers.context import KeeperContext
from tunefi.chain.blocks import BlockHeader, fetch_block, fetch_finalized
from tunefi.chain.errors import ChainIdMismatch
from tunefi.ids import Address, EpochId, Hash32, Wei

Block = int | str
HEAD: Block = "latest"


@dataclass(frozen=True, slots=True)
class RootInForce:
    """The newest reward root in force; epoch 0 and zeros when there is none."""

    epoch: EpochId
    root: Hash32
    total_cumulative_wei: Wei


@dataclass(frozen=True, slots=True)
class KeeperSet:
    """Who may sign now, how many it takes, and what each must have bonded."""

    version: int
    members: frozenset[Address]
    quorum: int
    min_bond_wei: Wei


async def fetch_final_block(context: KeeperContext) -> BlockHeader:
    """Return the finalized block of the right chain.

    Raises:
        ChainIdMismatch: The node is on another chain than the deployment.
        NoFinalizedTag: The node does not say what is final; nothing is committed or paid on its word.
    """
    found = await context.rpc.fetch_chain_id()
    if found != context.chain_id:
        raise ChainIdMismatch(context.chain_id, found)
    return await fetch_finalized(context.rpc)


async def fetch_head(context: KeeperContext) -> BlockHeader:
    """Return the newest block; its time is the clock of the contracts."""
    return await fetch_block(context.rpc, "latest")


async def read_latest_epoch(context: KeeperContext, block: Block = HEAD) -> EpochId:
    """Return the newest epoch that was committed, or 0."""
    return EpochId(await context.recommendation_graph.read(context.rpc, "latestEpoch", block=block))


async def read_latest_final(context: KeeperContext, block: Block) -> EpochId:
    """Return the newest epoch that is final, or 0."""
    return EpochId(await context.recommendation_graph.read(context.rpc, "latestFinal", block=block))


async def read_epoch_state(context: KeeperContext, epoch: EpochId, block: Block = HEAD) -> EpochState:
    """Return where an epoch stands."""
    return EpochState(await context.recommendation_graph.read(context.rpc, "stateOf", epoch, block=block))


async def read_keeper_set(context: KeeperContext) -> KeeperSet:
    """Return who may sign now."""
    graph, rpc = context.recommendation_graph, context.rpc
    return KeeperSet(
        await graph.read(rpc, "keeperSetVersion"),
        frozenset(Address(keeper.lower()) for keeper in await graph.read(rpc, "keepers")),
        await graph.read(rpc, "quorum"),
        Wei(await graph.read(rpc, "minBond")),
    )


async def read_bonds(context: KeeperContext) -> dict[Address, Wei]:
    """Return what each keeper of this process has bonded and is not taking off, in wei."""
    staking = context.deployment.contract("StakingContract")
    return {
        signer.address: Wei(await staking.read(context.rpc, "bondOf", signer.address))
        for signer in context.keepers
    }


async def read_max_validity(context: KeeperContext) -> int:
    """Return the most seconds between validFrom and validUntil."""
    return int(await context.recommendation_graph.read(context.rpc, "maxValidity"))


async def read_root_in_force(context: KeeperContext, block: Block) -> RootInForce:
    """Return the newest reward root in force."""
    epoch, root, total = await context.fan_engagement.read(context.rpc, "newestInForce", block=block)
    return RootInForce(EpochId(epoch), Hash32(root), Wei(total))


async def read_pending_root(context: KeeperContext) -> tuple[EpochId, Hash32, int]:
    """Return epoch, root and time of force of the root that is pending; zeros when there is none."""
    epoch, root, _, in_force_at = await context.fan_engagement.read(context.rpc, "pendingRoot")
    return EpochId(epoch), Hash32(root), in_force_at


async def verify_root_vetoed(context: KeeperContext, epoch: EpochId, root: Hash32) -> bool:
    """Return whether the guardian vetoed a root."""
    return bool(await context.fan_engagement.read(context.rpc, "isVetoed", epoch, root))
