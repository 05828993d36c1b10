"""What the exit status of `tunefi` tells a script; docs/cli.md lists the same numbers.

Owns the table from errors to numbers, as `api.errors` owns the one to HTTP.
"""

from enum import IntEnum

from tunefi.errors import FinalError, RetryableError


class ExitCode(IntEnum):
    """Exit status of the command."""

    OK = 0
    UNEXPECTED = 1
    """A defect of TuneFi: the message asks for a report."""
    USAGE = 2
    """Unknown command, option or value."""
    REFUSED = 3
    """The input or the state is wrong; the same call fails again."""
    TRY_AGAIN = 4
    """Something outside is missing for now; the same call may succeed later."""
    FALSE = 5
    """A verification ran to its end and found something false."""
    INTERRUPTED = 130


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the status for an error that ended a command."""
    match error:
        case KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case RetryableError():
            return ExitCode.TRY_AGAIN
        case FinalError():
            return ExitCode.REFUSED
        case _:
            return ExitCode.UNEXPECTED
