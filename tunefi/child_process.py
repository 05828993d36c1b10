"""The end of a child process: with its parent, even one that SIGKILL ends, and when asked to.

Owns the one system call that Python does not offer, and how long a child is waited for. Refuses to know what
the child is.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """Return the `preexec_fn` that has Linux send a signal to the child when the starting thread ends.

    None on other systems, where the child outlives a killed parent.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # loaded here: after the fork only the call is safe
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the call
            os._exit(1)

    return ask


async def end_child(process: asyncio.subprocess.Process, how: signal.Signals, seconds: float) -> None:
    """Ask a child to end; kill it where it has not after some seconds, or where this wait is cancelled.

    Returns once it is gone and its pipes, which may hold its last words, are read to their end and closed.
    """
    with suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        async with asyncio.timeout(seconds):
            await process.communicate()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
