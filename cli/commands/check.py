"""`tunefi check`: an operator's first command."""

from cli.checks import run_checks
from cli.compose import deployment_file
from cli.exit_codes import ExitCode
from cli.output import print_check, print_json
from cli.runner import AsJson, load_settings, run_command
from tunefi.check_result import CheckResult


def check(*, as_json: AsJson = False) -> None:
    """Check settings, disk, node, chain, contracts and keys; each failing line says what to do."""
    run_command(_check(as_json), as_json=as_json)


async def _check(as_json: bool) -> ExitCode:
    settings = load_settings()
    found: list[CheckResult] = []
    async for result in run_checks(settings, lambda: deployment_file(settings)):
        found.append(result)
        if not as_json:
            print_check(result)
    if as_json:
        print_json({"ok": all(item.ok for item in found), "checks": [item.as_dict() for item in found]})
    return ExitCode.OK if all(item.ok for item in found) else ExitCode.REFUSED
