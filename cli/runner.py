"""How a command's work is run and how an error ends it.

Owns the way from an error to a message and an exit status. Refuses to know any command.
"""

import asyncio
import logging
import signal
import traceback
from collections.abc import Coroutine
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli.exit_codes import ExitCode, exit_code_of
from cli.output import messages, print_json
from tunefi.errors import FinalError, TuneFiError
from tunefi.log import configure_logging
from tunefi.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


class SettingsInvalid(FinalError):
    """A setting has a value that is not allowed."""

    def __init__(self, error: ValidationError) -> None:
        # The offending input is left out: it may be a key.
        self.problems = [
            f"TUNEFI_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        super().__init__("; ".join(self.problems) + "; see docs/settings.md")


def load_settings(**overrides: Any) -> Settings:
    """Read settings from the environment and `.env`, with the command's own options on top.

    Raises:
        SettingsInvalid: A value is out of its bounds; the message names the variable, never its value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsInvalid(error) from None
    configure_logging(settings.log_level)
    return settings


def run_command(work: Coroutine[Any, Any, ExitCode | None], *, as_json: bool) -> None:
    """Run a command's work and exit with its status.

    SIGTERM ends it like Ctrl-C: what the work holds, child processes too, is let go of in order.

    Args:
        work: The command; a status other than None or OK ends the process with it.
        as_json: Whether an error is printed as a JSON object too.

    Raises:
        typer.Exit: With the documented status, when it is not 0.
    """
    try:
        code = asyncio.run(_until_terminated(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        messages.print("interrupted; what was done is kept, and the same command goes on from there")
        code = ExitCode.INTERRUPTED
    except TuneFiError as error:
        code = _report(error, as_json=as_json)
    except Exception as error:
        logging.getLogger(__name__).debug("%s", traceback.format_exc())
        code = _report(error, as_json=as_json)
        messages.print(
            "this is a defect of TuneFi; please report it with the output of TUNEFI_LOG_LEVEL=DEBUG"
        )
    if code:
        raise typer.Exit(int(code))


async def _until_terminated(work: Coroutine[Any, Any, ExitCode | None]) -> ExitCode | None:
    """Do the work; SIGTERM cancels it."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _report(error: Exception, *, as_json: bool) -> ExitCode:
    code = exit_code_of(error)
    name = type(error).__name__
    if as_json:
        print_json({"error": name, "detail": str(error), "exit_code": int(code)})
    else:
        messages.print(f"{name}: {error}", markup=False)
    return code
