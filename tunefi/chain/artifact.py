"""Compiled contracts as they are packaged: ABI and bytecode by name.

Owns where artifacts lie. Refuses to compile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from tunefi.chain.abi import ContractAbi
from tunefi.chain.errors import UnknownArtifact


@dataclass(frozen=True, slots=True)
class Artifact:
    """A contract ready to deploy; `bytecode` is its creation code."""

    name: str
    abi: ContractAbi
    bytecode: bytes = field(repr=False)


@lru_cache(maxsize=64)
def load_artifact(name: str) -> Artifact:
    """Return a packaged contract.

    Raises:
        UnknownArtifact: There is none of this name.
    """
    file = resources.files("tunefi.chain") / "artifacts" / f"{name}.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnknownArtifact(name) from error
    return Artifact(name, ContractAbi(name, content["abi"]), _bytecode(content))


def load_abi(name: str) -> ContractAbi:
    """Return the ABI of a packaged contract."""
    return load_artifact(name).abi


def list_artifacts() -> list[str]:
    """Return the names of all packaged contracts, sorted."""
    folder = resources.files("tunefi.chain") / "artifacts"
    if not folder.is_dir():
        return []
    return sorted(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


def _bytecode(content: Mapping[str, Any]) -> bytes:
    """Creation code in either form that compilers write it."""
    code = content.get("bytecode", "0x")
    text = code["object"] if isinstance(code, Mapping) else code
    return bytes.fromhex(text.removeprefix("0x"))
