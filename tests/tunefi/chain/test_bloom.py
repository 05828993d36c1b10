"""A block's filter holds its logs, and proves what it does not hold."""

import os

import numpy as np
import pytest

from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tunefi.chain.blocks import fetch_block
from tunefi.chain.bloom import bloom_of, fill_share, lacks_bits, may_hold, stack_blooms
from tunefi.chain.deployment import Deployment
from tunefi.chain.logs import fetch_block_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer


@pytest.mark.evm
async def test_the_filter_of_a_real_block_is_that_of_its_logs(
    rpc: JsonRpc, deployment: Deployment, signers: list[Signer]
) -> None:
    await Stage(rpc, deployment, signers).register_and_mint(1)
    header = await fetch_block(rpc, "latest")
    logs = await fetch_block_logs(rpc, header.hash)
    assert len(logs) > 1
    assert bloom_of(logs) == header.logs_bloom
    assert lacks_bits(bloom_of(logs[1:]), bloom_of(logs))
    assert not lacks_bits(bloom_of(logs), bloom_of(logs[1:]))
    await mine(rpc, 1)
    empty = await fetch_block(rpc, "latest")
    assert empty.logs_bloom == bloom_of([])
    blooms = stack_blooms([bloom_of(logs), bloom_of([])])
    items = [item for log in logs for item in (bytes.fromhex(log.address[2:]), *log.topics)]
    assert may_hold(blooms, items).tolist() == [[True] * len(items), [False] * len(items)]
    assert (fill_share(blooms) > 0).tolist() == [True, False]


def test_a_filter_excludes_what_was_not_put_in() -> None:
    blooms = np.zeros((1, 256), np.uint8)
    assert not may_hold(blooms, [os.urandom(20) for _ in range(50)]).any()
    assert may_hold(np.full((1, 256), 255, np.uint8), [os.urandom(32)]).all()
