"""Which stages of the demonstration are done, for which inputs, at what cost.

A stage whose inputs have the digest that is written here is not done again. The file is replaced in one
step, so an interrupted run leaves the last complete state.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cli.demo.meter import Cost
from tunefi.hashing import keccak256
from tunefi.whole_file import save_whole


def digest_of(inputs: Mapping[str, Any]) -> str:
    """Return a digest of JSON-able inputs, independent of their order."""
    return keccak256(json.dumps(inputs, sort_keys=True, default=str).encode()).hex()


@dataclass(frozen=True, slots=True)
class Record:
    """One stage as it was done."""

    inputs: str
    outputs: dict[str, Any] = field(default_factory=dict)
    cost: Cost = field(default_factory=lambda: Cost(0.0, 0.0))


class Journal:
    """The records of one demo folder."""

    def __init__(self, path: Path) -> None:
        """Read the journal at `path`, or start an empty one; a torn or foreign file counts as empty."""
        self._path = path
        self._records: dict[str, Record] = {}
        try:
            raw = json.loads(path.read_text())
            self._records = {
                name: Record(item["inputs"], item["outputs"], Cost(**item["cost"]))
                for name, item in raw.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._records = {}

    def find(self, stage: str, inputs: str) -> Record | None:
        """Return the record of a stage done with these inputs, or None."""
        record = self._records.get(stage)
        return record if record is not None and record.inputs == inputs else None

    def cost_of(self, stage: str) -> Cost | None:
        """Return what the stage took when it was done, or None."""
        record = self._records.get(stage)
        return record.cost if record else None

    def add(self, stage: str, record: Record) -> None:
        """Write down that a stage is done."""
        self._records[stage] = record
        self._save()

    def forget(self, stage: str) -> None:
        """Have a stage done again."""
        if self._records.pop(stage, None) is not None:
            self._save()

    def _save(self) -> None:
        records = {name: asdict(record) for name, record in self._records.items()}
        save_whole(self._path, json.dumps(records, indent=1))
