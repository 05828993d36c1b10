"""Waiting for the chain, whose delays are seconds here.

Owns how long the demonstration is patient. Refuses to know what it waits for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cli.errors import StageFailed

T = TypeVar("T")

_PAUSE_SECONDS = 0.5
_LOOKS = 240
"""Two minutes."""


async def wait_for(look: Callable[[], Awaitable[T | None]], stage: str, problem: str) -> T:
    """Look again and again until there is something, and return it.

    Args:
        look: Asked twice a second; what is false is not there yet.
        stage, problem: Of the failure.

    Raises:
        StageFailed: It did not come.
    """
    for _ in range(_LOOKS):
        if found := await look():
            return found
        await asyncio.sleep(_PAUSE_SECONDS)
    raise StageFailed(stage, problem)
