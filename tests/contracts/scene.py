"""The system that the cases are tried on."""

from collections.abc import Sequence
from dataclasses import dataclass

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.signed import Signed, StructT, order_signatures
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.committed_epoch import bond_keepers
from tunefi.chain.blocks import fetch_block
from tunefi.chain.contract import Contract
from tunefi.chain.deploy import SystemParameters, deploy_system
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.chain.typed_data import typed_data_hash
from tunefi.hashing import keccak256
from tunefi.ids import Address, BlockNumber, ChainId, EpochId, Hash32, Wei

REWARD_DELAY_SECONDS = 5
WINDOW_SECONDS = 60
FUNDED_WEI = (10**18 + 7, 0, 1, 3 * 10**20)
"""For each epoch, from 1 on."""


@dataclass(frozen=True)
class Scene:
    """A deployment: signers 1 to 3 are the keepers, of whom two sign.

    Attributes:
        url: Its node.
        time: Of the newest block; cases happen later.
        commitments: Of the epochs from 1 on, all final.
    """

    url: str
    deployment: Deployment
    signers: Sequence[Signer]
    time: int
    commitments: tuple[Signed[EpochCommitment], ...]

    def contract(self, name: str) -> Contract:
        """Return a contract."""
        return self.deployment.contract(name)

    @property
    def timelock(self) -> Address:
        """Who may do everything."""
        return self.deployment.contracts["TimelockController"]

    def sign_root(self, root: RewardRoot) -> Signed[RewardRoot]:
        """Return a reward root with the signatures of two keepers."""
        return _sign(root, self.deployment, "FanEngagement", self.signers)


async def build_scene(url: str, signers: list[Signer]) -> Scene:
    """Deploy the system, fund four epochs, commit them and let them become final."""
    parameters = SystemParameters(
        keepers=tuple(signer.address for signer in signers[1:4]),
        quorum=2,
        min_bond_wei=Wei(10**18),
        guardian=signers[4].address,
        registrar=signers[5].address,
        window_seconds=WINDOW_SECONDS,
        answer_time_seconds=60,
        challenge_time_seconds=60,
        unbonding_delay_seconds=600,
        reward_delay_seconds=REWARD_DELAY_SECONDS,
    )
    deployment = await deploy_system(url, signers[0], parameters)
    async with JsonRpc(url) as rpc:
        stage = Stage(rpc, deployment, signers)
        await bond_keepers(stage)
        await _fund(stage)
        commitments = [await _commit(stage, epoch) for epoch in range(1, len(FUNDED_WEI) + 1)]
        return Scene(url, deployment, signers, await _now(rpc), tuple(commitments))


async def _fund(stage: Stage) -> None:
    engagement = stage.deployment.contracts["FanEngagement"]
    await stage.send(0, "TuneToken", "approve", engagement, sum(FUNDED_WEI))
    for epoch, amount in enumerate(FUNDED_WEI, 1):
        if amount:
            await stage.send(0, "FanEngagement", "fund", epoch, amount)


async def _commit(stage: Stage, epoch: int) -> Signed[EpochCommitment]:
    """Commit an epoch of which nothing is ever opened, and let its window pass."""
    block = await fetch_block(stage.rpc, "latest")
    time = block.timestamp_at // 1_000_000
    commitment = EpochCommitment(
        epoch=EpochId(epoch),
        track_root=keccak256(b"tracks"),
        listener_root=keccak256(b"listeners"),
        tracks=1,
        listeners=1,
        dimension=32,
        list_length=1,
        snapshot_digest=keccak256(b"snapshot %d" % epoch),
        model_digest=keccak256(b"model"),
        reference_block=BlockNumber(block.number),
        reference_hash=Hash32(bytes.fromhex(block.hash[2:])),
        keeper_set_version=1,
        valid_from=time,
        valid_until=time + 3_600,
        bundle_cid="bafy",
    )
    signed = _sign(commitment, stage.deployment, "RecommendationGraph", stage.signers)
    arguments = (commitment.to_tuple(), list(signed.signers), list(signed.signatures))
    await stage.send(0, "RecommendationGraph", "commit", *arguments)
    await stage.rpc.call("evm_increaseTime", WINDOW_SECONDS)
    await mine(stage.rpc, 1)
    return signed


def _sign(
    struct: StructT, deployment: Deployment, contract: str, signers: Sequence[Signer]
) -> Signed[StructT]:
    document = struct.typed_data(ChainId(deployment.chain_id), deployment.contracts[contract])
    digest = typed_data_hash(document)
    return order_signatures(struct, [(one.address, one.sign_hash(digest)) for one in signers[1:3]])


async def _now(rpc: JsonRpc) -> int:
    return (await fetch_block(rpc, "latest")).timestamp_at // 1_000_000
