"""The shared JSON vectors of tests/vectors, as numpy arrays where a test needs them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "vectors"


@cache
def load_vectors(name: str) -> Any:
    """Return the content of one file of vectors; do not change it."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def to_bytes(text: str) -> bytes:
    """Return the bytes of 0x hex."""
    return bytes.fromhex(text[2:])


def to_int8(text: str, dimension: int) -> NDArray[np.int8]:
    """Return packed components as int8 (rows, dimension)."""
    return np.frombuffer(to_bytes(text), np.int8).reshape(-1, dimension)
