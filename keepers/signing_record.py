"""What the keepers of this home have signed, so that none signs against itself.

Owns a file of JSON lines that only grows and is on disk before a signature leaves. Two commitments of one
epoch that differ and overlap in time cost a keeper half its bond (design, section 5), so a crash or a
second run must not forget the first.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commitments.commitment import EpochCommitment
from commitments.typed_data import typed_data_digest
from keepers.errors import EquivocationRefused
from tunefi.ids import Address, ChainId, EpochId, hex_of


class SigningRecord:
    """The record in one file; made when the first signature is.

    Args:
        path: The file. Losing it is losing the protection, so it belongs into backups.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(
        self, keeper: Address, commitment: EpochCommitment, chain_id: ChainId, contract: Address
    ) -> None:
        """Write down that a keeper is about to sign a commitment.

        Signing the same commitment again is allowed: it is no second one.

        Raises:
            EquivocationRefused: The keeper signed another one whose validity may overlap.
        """
        digest = hex_of(typed_data_digest(commitment.typed_data(chain_id, contract)))
        mine = list(self._read(keeper, commitment.epoch, chain_id, contract))
        if any(line["digest"] == digest for line in mine):
            return
        signed_until = max((line["valid_until"] for line in mine), default=-1)
        if commitment.valid_from <= signed_until:
            raise EquivocationRefused(keeper, commitment.epoch, signed_until, commitment.valid_from)
        self._append(
            {
                "keeper": keeper,
                "chain_id": chain_id,
                "contract": contract,
                "epoch": commitment.epoch,
                "digest": digest,
                "valid_until": commitment.valid_until,
            }
        )

    def signed_until(
        self, keepers: tuple[Address, ...], epoch: EpochId, chain_id: ChainId, contract: Address
    ) -> int:
        """Return the last second that any of these keepers has signed this epoch for, or -1."""
        lines = (line for keeper in keepers for line in self._read(keeper, epoch, chain_id, contract))
        return max((line["valid_until"] for line in lines), default=-1)

    def _read(
        self, keeper: Address, epoch: EpochId, chain_id: ChainId, contract: Address
    ) -> Iterator[dict[str, Any]]:
        wanted = (keeper, chain_id, contract, epoch)
        if not self._path.exists():
            return
        for text in self._path.read_text(encoding="utf-8").splitlines():
            line = _parse(text)
            if line and (line["keeper"], line["chain_id"], line["contract"], line["epoch"]) == wanted:
                yield line

    def _append(self, line: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # The newline first: a line that a crash cut short must not swallow the next one.
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _parse(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
