"""A child process that the system ends when its parent dies, even by SIGKILL.

Owns the one system call that Python does not offer. Refuses to know what the child is.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

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
