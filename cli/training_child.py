"""A program of `training` as a child of a command: it is told of Ctrl-C once, and ends with the command.

Owns its start, its end and what its exit code means here. Refuses to know which program it is.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

from cli.exit_codes import ExitCode
from tunefi.child_process import end_child, end_with_parent

_SAVE_SECONDS = 60.0
"""What an interrupted training may take to measure and write the best model so far."""
_EXIT_CODES = {0: ExitCode.OK, 1: ExitCode.REFUSED, 2: ExitCode.USAGE, 130: ExitCode.INTERRUPTED}


async def run_training_program(module: str, arguments: Sequence[str]) -> ExitCode:
    """Run `python -m module` to its end and return how it ended."""
    # In its own session, so that it hears of Ctrl-C once, from here: at a second one it would save nothing.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGINT),
    )
    try:
        code = await process.wait()
    except BaseException:
        await end_child(process, signal.SIGINT, _SAVE_SECONDS)
        raise
    return _EXIT_CODES.get(code, ExitCode.UNEXPECTED)
