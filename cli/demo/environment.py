"""The demonstration's settings as a file of variables, so that every other command can use its home.

Owns the file `tunefi.env`. Its keys derive from a public mnemonic; it is still readable by its owner only.
"""

from pathlib import Path

from pydantic import SecretStr

from tunefi.settings import Settings
from tunefi.whole_file import save_whole

_WRITTEN = ("home", "rpc_url", "graph_url", "graph_user", "graph_password", "chain_id", "operator_key")
_KEEPERS = ("keeper_keys", "epoch_secret", "generated_notice", "seed", "epoch_interval_seconds")


def save_environment(settings: Settings, path: Path) -> None:
    """Write the settings that differ from the defaults; a shell reads the file with `. FILE`."""
    lines = [
        f"export TUNEFI_{name.upper()}='{_text(getattr(settings, name))}'"
        for name in (*_WRITTEN, *_KEEPERS)
        if getattr(settings, name) not in ("", None)
    ]
    save_whole(path, "\n".join(lines) + "\n", mode=0o600)


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(_text(item) for item in value)
    return str(value).replace("'", "’")
