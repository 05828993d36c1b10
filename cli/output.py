"""What a command prints: one JSON object with `--json`, lines and tables for people otherwise.

Results go to standard output, everything else to standard error, so that a pipe sees results only.
"""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from tunefi.check_result import CheckResult

results = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)

_WIDTH_OF_PIPES = 200


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    results.print(json.dumps(value, ensure_ascii=False, default=_jsonable), markup=False)


def print_fields(fields: Mapping[str, Any]) -> None:
    """Print names and values in two columns."""
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        results.print(f"{name.replace('_', ' ').ljust(width)}  {_jsonable(value)}", markup=False)


def print_table(table: Table) -> None:
    """Print a table, on a pipe too, which has no width: there nothing of it is cut off."""
    console = results if results.is_terminal else Console(file=results.file, width=_WIDTH_OF_PIPES)
    console.print(table)


def print_result(fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a command's result in the form that was asked for."""
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


def print_check(result: CheckResult) -> None:
    """Print one line of a report, and below a failing one what to do."""
    results.print(f"{'ok  ' if result.ok else 'FAIL'}  {result.name:<12} {result.detail}", markup=False)
    if not result.ok:
        results.print(f"      {'':<12} {result.remedy}", markup=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if hasattr(value, "as_dict"):
        return value.as_dict()
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
