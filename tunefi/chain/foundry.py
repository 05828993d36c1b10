"""Where Foundry's programs and the contracts' project are on this machine.

Owns finding them. Refuses to run anything.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunefi.chain.errors import ContractsMissing, FoundryMissing


def find_tool(name: str, roots: Sequence[Path] = ()) -> Path:
    """Return a program of Foundry: of contracts/node_modules in the given or current directory, or of PATH.

    The package's own binary is preferred to the npm launcher, which would not pass signals on.

    Args:
        name: `anvil`, `forge` or `cast`.
        roots: Directories that may hold contracts/node_modules, looked at first.

    Raises:
        FoundryMissing: There is none.
    """
    for root in _roots(roots):
        modules = root / "contracts" / "node_modules"
        for found in sorted((modules / "@foundry-rs").glob(f"{name}-*/bin/{name}*")):
            if os.access(found, os.X_OK):
                return found
    if on_path := shutil.which(name):
        return Path(on_path)
    raise FoundryMissing(name)


def find_contracts(roots: Sequence[Path] = ()) -> Path:
    """Return the folder of the contracts' sources, ready to be compiled.

    Raises:
        ContractsMissing: There is none, or its npm packages are not installed.
    """
    for root in _roots(roots):
        folder = root / "contracts"
        if (folder / "foundry.toml").is_file() and (folder / "node_modules").is_dir():
            return folder
    raise ContractsMissing


def _roots(roots: Sequence[Path]) -> Iterator[Path]:
    return iter((*roots, Path.cwd(), Path(__file__).parents[2]))
