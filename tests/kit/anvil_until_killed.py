"""A program that starts anvil, mines some blocks and waits to be killed.

    python tests/kit/anvil_until_killed.py <state file>

It prints the address and the height of the chain as one line of JSON.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.blocks import fetch_block
from tunefi.chain.rpc import JsonRpc


async def mine(url: str) -> int:
    """Mine seven blocks and return the height."""
    async with JsonRpc(url) as rpc:
        await rpc.call("anvil_mine", hex(7))
        return (await fetch_block(rpc, "latest")).number


if __name__ == "__main__":
    node = AnvilNode(AnvilOptions(state_file=Path(sys.argv[1])))
    node.start()
    print(json.dumps({"url": node.url, "height": asyncio.run(mine(node.url))}), flush=True)
    time.sleep(300)
