"""A file of openings as people have it: one opening, a list of them, or an answer of the API."""

from pathlib import Path
from typing import Any

from pydantic_core import from_json

from commitments.opening import Opening, parse_opening
from tunefi.errors import FinalError


class OpeningsUnreadable(FinalError):
    """A file of openings cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}; it holds an opening, a list of them, or an answer of the API")


def load_openings_file(path: Path) -> list[Opening]:
    """Return the openings of a file.

    Raises:
        OpeningsUnreadable: It is missing or not JSON.
        MalformedOpening: What it holds is no opening.
    """
    try:
        value: Any = from_json(path.read_bytes())
    except OSError as error:
        raise OpeningsUnreadable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise OpeningsUnreadable(path, f"not JSON ({error})") from error
    if isinstance(value, dict) and isinstance(value.get("opening"), dict):
        value = value["opening"]
    return [parse_opening(item) for item in (value if isinstance(value, list) else [value])]
