"""Sums of the graph against the contracts' own, at the block that the graph has reached.

Copies held, account by account and token by token, against MusicNFT; stakes against StakingContract. Owns
the comparison. Refuses to believe the graph or to change it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator

from graph_schema.store import GraphStore
from ingest.chain_names import TokenNames
from ingest.graph_check import REBUILD
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.check_result import CheckResult

_SHOWN = 3
_SOLD = 3
"""Place of `sold` in the struct that `editionOf` returns."""


async def check_sums(store: GraphStore, rpc: JsonRpc, deployment: Deployment) -> AsyncIterator[CheckResult]:
    """Yield whether holdings and stakes are what the contracts say at the graph's block.

    The node must still have the state of that block: any node has that of recent ones.
    """
    cursor = await store.read_cursor(f"chain:{deployment.chain_id}")
    if cursor is None:
        yield CheckResult("holdings", True, "the graph has applied no block")
        return
    yield await _check_holdings(store, rpc, deployment, cursor.position)
    yield await _check_stakes(store, rpc, deployment, cursor.position)


async def _check_holdings(store: GraphStore, rpc: JsonRpc, deployment: Deployment, block: int) -> CheckResult:
    held = await _read_held(store)
    tracks = await _read_tokens(store)
    asked = [(address, token) for address, track in held for token in tracks.get(track, [])]
    music = deployment.contract("MusicNFT")
    balances = dict(zip(asked, await music.read_many(rpc, "balanceOf", asked, block=block), strict=True))
    wrong = [
        f"{address} holds {amount} of {track}, the contract says {found}"
        for (address, track), amount in held.items()
        if (found := sum(balances[address, token] for token in tracks.get(track, []))) != amount
    ]
    wrong += await _check_supplies(rpc, deployment, held, tracks, block)
    return _finding("holdings", wrong, f"{len(held)} holdings of {len(tracks)} tracks as MusicNFT has them")


async def _check_supplies(
    rpc: JsonRpc,
    deployment: Deployment,
    held: dict[tuple[str, str], int],
    tracks: dict[str, list[int]],
    block: int,
) -> list[str]:
    """What the copies of each track add up to, so that a holder whom the graph lacks is noticed."""
    sums: dict[str, int] = defaultdict(int)
    for (_, track), amount in held.items():
        sums[track] += amount
    tokens = [(track, token) for track, ids in tracks.items() for token in ids]
    editions = await deployment.contract("MusicNFT").read_many(
        rpc, "editionOf", [(token,) for _, token in tokens], block=block
    )
    sold: dict[str, int] = defaultdict(int)
    for (track, _), edition in zip(tokens, editions, strict=True):
        sold[track] += edition[_SOLD]
    return [
        f"{sums[track]} copies of {track} are held, {sold[track]} were sold"
        for track in tracks
        if sums[track] != sold[track]
    ]


async def _check_stakes(store: GraphStore, rpc: JsonRpc, deployment: Deployment, block: int) -> CheckResult:
    """The newest stake of every account, and their sum."""
    stakes = await _read_stakes(store)
    staking = deployment.contract("StakingContract")
    accounts = sorted(stakes)
    found = await staking.read_many(rpc, "stakeOf", [(account,) for account in accounts], block=block)
    wrong = [
        f"{account} has {stakes[account]} wei, the contract says {stake}"
        for account, stake in zip(accounts, found, strict=True)
        if stakes[account] != stake
    ]
    total = await staking.read(rpc, "totalStaked", block=block)
    if total != sum(stakes.values()):
        wrong.append(f"all stakes are {sum(stakes.values())} wei, the contract says {total}")
    return _finding("stakes", wrong, f"{len(stakes)} stakes of {total} wei as StakingContract has them")


async def _read_held(store: GraphStore) -> dict[tuple[str, str], int]:
    rows = (await store.read_edges("HOLDS")).select(["source", "target", "amount"]).to_pylist()
    return {(row["source"], row["target"]): int(row["amount"]) for row in rows if row["amount"] is not None}


async def _read_tokens(store: GraphStore) -> dict[str, list[int]]:
    rows = (await store.read_nodes("Track")).select(["track_id", "token_id"]).to_pylist()
    return {row["track_id"]: _numbers(row["token_id"]) for row in rows if row["token_id"]}


def _numbers(token_id: str) -> list[int]:
    """The contract's numbers of a track's editions."""
    return [int(name.rpartition(":")[2]) for name in TokenNames.split(token_id)]


async def _read_stakes(store: GraphStore) -> dict[str, int]:
    """The stake of each account after its newest change; event ids of one block ascend by log index."""
    rows = (
        (await store.read_edges("STAKED")).select(["source", "amount_wei", "block", "event_id"]).to_pylist()
    )
    rows.sort(key=lambda row: (row["block"], int(row["event_id"].rpartition(":")[2])))
    return {row["source"]: int(row["amount_wei"]) for row in rows}


def _finding(name: str, wrong: list[str], good: str) -> CheckResult:
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return CheckResult(name, not wrong, "; ".join(wrong[:_SHOWN]) + more if wrong else good, REBUILD)
