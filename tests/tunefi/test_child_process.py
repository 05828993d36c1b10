"""A child is gone once its end was awaited: of itself where it listens, by force where it does not."""

import asyncio
import signal
import sys
import time

import pytest

from tunefi.child_process import end_child

OBEDIENT = "print('ready', flush=True); import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {OBEDIENT}"
BUSY = (
    "import signal, sys, time; "
    "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), print('saved'), sys.exit(7))); " + OBEDIENT
)


async def start(program: str) -> asyncio.subprocess.Process:
    """Start a child and return when it is ready."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=pipe)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_a_child_is_asked_and_waited_for() -> None:
    process = await start(BUSY)
    await end_child(process, signal.SIGTERM, 60)
    assert process.returncode == 7


async def test_a_child_that_does_not_listen_is_killed_when_its_time_is_over() -> None:
    process = await start(DEAF)
    started = time.monotonic()
    await end_child(process, signal.SIGTERM, 0.2)
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - started < 60


async def test_a_child_is_killed_at_once_where_the_wait_for_it_is_cancelled() -> None:
    process = await start(DEAF)
    ending = asyncio.create_task(end_child(process, signal.SIGTERM, 600))
    await asyncio.sleep(0.1)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert process.returncode == -signal.SIGKILL


async def test_a_child_that_has_ended_is_left_alone() -> None:
    process = await start(OBEDIENT)
    await end_child(process, signal.SIGTERM, 60)
    await end_child(process, signal.SIGTERM, 60)
    assert process.returncode == -signal.SIGTERM
