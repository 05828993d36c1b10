"""A small epoch that is really built, saved, signed by two keepers and committed on the test's chain."""

import json
from dataclasses import dataclass, replace

import numpy as np

from commitments.bundle import save_bundle
from commitments.commitment import EpochCommitment, RewardRoot
from commitments.epoch import Epoch, build_epoch
from commitments.leaves import LeafPlace
from commitments.library import EpochLibrary
from commitments.rewards import build_reward_tree
from commitments.signed import Signed, order_signatures
from engagement.ledger import LedgerRow, RewardLedger
from engagement.parameters import RewardParameters
from recsys.arrays import CsrRows
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.table import EmbeddingTable, build_table
from tests.kit.chain_scenes import Stage
from tests.kit.epochs import terms_on_chain
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, EpochId, Hash32, Wei

DIMENSION = 32
LIST_LENGTH = 10
WINDOW_SECONDS = 60
EPOCH_SECRET = b"\x05" * 32


def build_small_table(track_ids: list[str], listeners: list[Address], seed: int = 7) -> EmbeddingTable:
    """Return a table of random vectors that follow from the seed."""
    random = np.random.default_rng(seed)
    digest = keccak256(b"small table %d" % seed)
    return build_table(
        track_ids,
        quantise_tracks(random.normal(size=(len(track_ids), DIMENSION))),
        listeners,
        quantise_listeners(random.normal(size=(len(listeners), DIMENSION))),
        snapshot_digest=Hash32(keccak256(digest + b"snapshot")),
        model_digest=Hash32(keccak256(digest + b"model")),
        model_name="random",
    )


@dataclass
class EpochStage:
    """Keepers 1 and 2 of a deployment, who commit epochs into a library once they are bonded."""

    stage: Stage
    library: EpochLibrary

    async def commit(self, table: EmbeddingTable, number: int) -> Signed[EpochCommitment]:
        """Build, save, sign and commit an epoch; it is pending then."""
        epoch_id = EpochId(number)
        epoch = await self._build(table, epoch_id)
        self.library.save_table(epoch_id, table)
        self.library.save_openings(epoch_id, epoch.openings())
        titles = [f"Title of {track_id}" for track_id in table.track_ids]
        metrics = json.dumps({"random": {"ndcg@20": 0.1}}).encode()
        cid = save_bundle(epoch, titles, self.library.bundle(epoch_id), {"metrics.json": metrics})
        signed = self._sign(epoch.commitment(cid), "RecommendationGraph")
        arguments = (signed.struct.to_tuple(), list(signed.signers), list(signed.signatures))
        receipt = await self.stage.send(0, "RecommendationGraph", "commit", *arguments)
        signed = replace(signed, transaction_hash=receipt.transaction_hash)
        self.library.save_commitment(epoch_id, signed)
        return signed

    async def commit_final(self, table: EmbeddingTable, number: int = 1) -> Signed[EpochCommitment]:
        """Commit an epoch and let its window pass."""
        signed = await self.commit(table, number)
        await self.pass_time(WINDOW_SECONDS)
        return signed

    async def fund(self, number: int, amount_wei: int) -> None:
        """Pay in for the rewards of an epoch that is not committed yet."""
        engagement = self.stage.deployment.contracts["FanEngagement"]
        await self.stage.send(0, "TuneToken", "approve", engagement, amount_wei)
        await self.stage.send(0, "FanEngagement", "fund", number, amount_wei)

    async def post_rewards(self, rows: tuple[LedgerRow, ...], number: int = 1) -> Signed[RewardRoot]:
        """Save ledger and tree of a final epoch and post their root; it takes force after its delay."""
        epoch_id = EpochId(number)
        commitment = self.library.load_commitment(epoch_id)
        assert commitment is not None
        contract = self.stage.deployment.contracts["FanEngagement"]
        place = LeafPlace(ChainId(self.stage.deployment.chain_id), contract, epoch_id)
        ledger = RewardLedger(
            commitment.struct.snapshot_digest, Hash32(bytes(32)), 10**18, RewardParameters(), rows
        )
        tree = build_reward_tree(ledger.cumulative.items(), place)
        self.library.save_rewards(epoch_id, ledger, tree)
        root = RewardRoot(
            epoch_id, tree.root, Hash32(bytes(32)), tree.total_cumulative_wei, ledger.snapshot_digest, 1
        )
        signed = self._sign(root, "FanEngagement")
        receipt = await self.stage.send(
            0,
            "FanEngagement",
            "postRoot",
            root.to_tuple(),
            list(signed.signers),
            list(signed.signatures),
            commitment.struct.to_tuple(),
            list(commitment.signers),
        )
        self.library.save_reward_root(epoch_id, replace(signed, transaction_hash=receipt.transaction_hash))
        return signed

    async def pass_time(self, seconds: int) -> None:
        """Let time pass on the chain, and a block."""
        await self.stage.pass_time(seconds)

    async def _build(self, table: EmbeddingTable, epoch_id: EpochId) -> Epoch:
        terms = await terms_on_chain(self.stage, epoch_id, LIST_LENGTH)
        heard = CsrRows.of_sets([{row} for row in range(len(table.listener_addresses))])
        return build_epoch(table, heard, terms, EPOCH_SECRET)

    def _sign(self, struct: "EpochCommitment | RewardRoot", contract: str) -> "Signed":  # type: ignore[type-arg]
        chain_id = ChainId(self.stage.deployment.chain_id)
        document = struct.typed_data(chain_id, self.stage.deployment.contracts[contract])
        keepers = self.stage.signers[1:3]
        return order_signatures(struct, [(one.address, one.sign_typed_data(document)) for one in keepers])


async def bond_keepers(stage: Stage) -> None:
    """Give keepers 1 and 2 what they need to sign."""
    staking, amount_wei = stage.deployment.contracts["StakingContract"], Wei(10**18)
    for keeper in (1, 2):
        await stage.send(0, "TuneToken", "transfer", stage.signers[keeper].address, amount_wei)
        await stage.send(keeper, "TuneToken", "approve", staking, amount_wei)
        await stage.send(keeper, "StakingContract", "bond", amount_wei)
