"""A reward tree on disk, from which the proof of one account is read without the rest.

Owns the two files. Refuses to know why an account earned something.

    <directory>/
    ├── reward_leaves.parquet   account, cumulative_wei, position in the tree
    └── reward_tree.npy         uint8 (2 n - 1, 32), memory-mapped
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commitments.errors import DamagedBundle
from commitments.merkle import MerkleTree
from commitments.rewards import RewardClaim, RewardTree
from tunefi.ids import Address, Wei

_LEAVES, _TREE = "reward_leaves.parquet", "reward_tree.npy"


def save_reward_tree(tree: RewardTree, directory: Path) -> None:
    """Write the tree; an older one is replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    np.save(directory / _TREE, tree.tree.nodes)
    table = pa.table(
        {
            "account": pa.array(list(tree.cumulative_wei), pa.string()),
            "cumulative_wei": pa.array([str(wei) for wei in tree.cumulative_wei.values()], pa.string()),
            "position": pa.array(tree.tree.positions, pa.int64()),
        }
    )
    pq.write_table(table, directory / _LEAVES, compression="zstd")


def load_claim(directory: Path, account: Address) -> RewardClaim | None:
    """Return the claim of one account, or None where it never earned anything.

    Raises:
        DamagedBundle: A file is missing or cannot be read.
    """
    claims = _load_claims(directory, account)
    return claims[0] if claims else None


def load_claims(directory: Path) -> list[RewardClaim]:
    """Return the claims of all accounts, by ascending address.

    Raises:
        DamagedBundle: A file is missing or cannot be read.
    """
    return _load_claims(directory, None)


def _load_claims(directory: Path, account: Address | None) -> list[RewardClaim]:
    chosen = None if account is None else pc.field("account") == pc.scalar(account)
    try:
        rows = pq.read_table(directory / _LEAVES, filters=chosen).to_pylist()
        nodes = np.load(directory / _TREE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DamagedBundle(directory, str(error)) from error
    tree = MerkleTree(nodes, np.array([row["position"] for row in rows], np.int64))
    return [
        RewardClaim(Address(row["account"]), Wei(int(row["cumulative_wei"])), tree.proof(place))
        for place, row in enumerate(rows)
    ]
