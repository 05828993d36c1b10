"""Settings of training in a file, TOML or JSON, such as a run leaves behind or a search finds.

Owns reading and writing it. Refuses to know which settings there are: `training.config` does.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from training.errors import UnreadableSettings
from tunefi.whole_file import save_whole

_OF_THE_MACHINE = ("threads", "device", "budget_seconds")


def without_machine(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings without those that belong to the machine: threads, device, a limit of time."""
    return {name: value for name, value in settings.items() if name not in _OF_THE_MACHINE}


def load_settings_file(path: Path) -> dict[str, Any]:
    """Return the settings in a file, by name.

    Args:
        path: TOML when it ends in `.toml`, JSON otherwise; a table or object of settings.

    Raises:
        UnreadableSettings: There is no such file, or it is neither.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise UnreadableSettings(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise UnreadableSettings(path, str(error)) from error
    if not isinstance(found, dict):
        raise UnreadableSettings(path, "it is no table of settings")
    return found


def save_settings_file(path: Path, settings: dict[str, Any], comment: str) -> None:
    """Write settings as TOML, whole or not at all; those that are unset are left out.

    Args:
        path: The file.
        settings: Texts, numbers and truths by name.
        comment: One line on top.
    """
    # TOML writes these as JSON does.
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items() if value is not None]
    save_whole(path, "\n".join([f"# {comment}", *lines]) + "\n")
