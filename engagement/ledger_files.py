"""A reward ledger on disk.

Owns the files' columns and the check of what is read. Refuses to know who reads it.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engagement.errors import DamagedLedger
from engagement.ledger import ArtistEarning, LedgerRow, RewardLedger
from engagement.parameters import RewardParameters
from tunefi.ids import Address, ArtistId, Hash32, hex_of
from tunefi.whole_file import save_whole

FORMAT = "tunefi-reward-ledger/1"
_MANIFEST, _ACCOUNTS, _ARTISTS = "ledger.json", "accounts.parquet", "artists.parquet"
_WEI = ("seed_wei", "fan_wei", "artist_wei", "cumulative_wei")
_FLAGS = ("bought", "voted")


def save_ledger(ledger: RewardLedger, directory: Path) -> Path:
    """Write a ledger and return the path of its manifest, which is written last."""
    directory.mkdir(parents=True, exist_ok=True)
    manifest = directory / _MANIFEST
    manifest.unlink(missing_ok=True)
    pq.write_table(_account_table(ledger), directory / _ACCOUNTS, compression="zstd")
    pq.write_table(_artist_table(ledger), directory / _ARTISTS, compression="zstd")
    save_whole(manifest, json.dumps(_manifest(ledger), indent=1) + "\n")
    return manifest


def load_ledger(directory: Path) -> RewardLedger:
    """Return the ledger in a directory.

    Raises:
        DamagedLedger: A file is missing, cut short or altered.
    """
    manifest = load_ledger_manifest(directory)
    try:
        ledger = RewardLedger(
            snapshot_digest=_hash(manifest["snapshot_digest"]),
            previous_snapshot_digest=_hash(manifest["previous_snapshot_digest"]),
            budget_wei=int(manifest["budget_wei"]),
            parameters=RewardParameters(**{name: int(v) for name, v in manifest["parameters"].items()}),
            rows=tuple(_row(row) for row in _read(directory / _ACCOUNTS)),
            artist_earnings=tuple(_earning(row) for row in _read(directory / _ARTISTS)),
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise DamagedLedger(directory, f"it cannot be read ({error})") from error
    if hex_of(ledger.digest) != manifest["ledger_digest"]:
        raise DamagedLedger(directory, "its digest is not that of its manifest")
    return ledger


def load_ledger_manifest(directory: Path) -> dict[str, Any]:
    """Return totals, parameters and digests, without the rows.

    Raises:
        DamagedLedger: It is missing or of another format.
    """
    path = directory / _MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedLedger(path, f"it cannot be read ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DamagedLedger(path, f"the format is not {FORMAT!r}")
    return manifest


def load_ledger_row(directory: Path, account: Address) -> tuple[LedgerRow, tuple[ArtistEarning, ...]] | None:
    """Return the row and the artists of one account without checking the rest, or None if it has none."""
    rows = _read(directory / _ACCOUNTS, account)
    earnings = tuple(_earning(row) for row in _read(directory / _ARTISTS, account))
    return (_row(rows[0]), earnings) if rows else None


def _read(path: Path, account: Address | None = None) -> list[dict[str, Any]]:
    try:
        chosen = None if account is None else pc.field("account") == pc.scalar(account)
        rows: list[dict[str, Any]] = pq.read_table(path, filters=chosen).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise DamagedLedger(path, f"it cannot be read ({error})") from error
    return rows


def _account_table(ledger: RewardLedger) -> pa.Table:
    columns: dict[str, Any] = {}
    for place, name in enumerate(LedgerRow._fields):
        values = [row[place] for row in ledger.rows]
        if name in _WEI:
            columns[name] = pa.array([str(value) for value in values], pa.string())
        elif name == "account":
            columns[name] = pa.array(values, pa.string())
        else:
            columns[name] = pa.array(values, pa.bool_() if name in _FLAGS else pa.int64())
    return pa.table(columns)


def _artist_table(ledger: RewardLedger) -> pa.Table:
    rows = ledger.artist_earnings
    return pa.table(
        {
            "account": pa.array([row.account for row in rows], pa.string()),
            "artist_id": pa.array([row.artist_id for row in rows], pa.string()),
            "wei": pa.array([str(row.wei) for row in rows], pa.string()),
        }
    )


def _row(row: dict[str, Any]) -> LedgerRow:
    return LedgerRow._make(int(row[name]) if name in _WEI else row[name] for name in LedgerRow._fields)


def _earning(row: dict[str, Any]) -> ArtistEarning:
    return ArtistEarning(Address(row["account"]), ArtistId(row["artist_id"]), int(row["wei"]))


def _hash(text: str) -> Hash32:
    return Hash32(bytes.fromhex(text[2:]))


def _manifest(ledger: RewardLedger) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "snapshot_digest": hex_of(ledger.snapshot_digest),
        "previous_snapshot_digest": hex_of(ledger.previous_snapshot_digest),
        "ledger_digest": hex_of(ledger.digest),
        "budget_wei": str(ledger.budget_wei),
        "earned_wei": str(ledger.earned_wei),
        "carried_forward_wei": str(ledger.carried_forward_wei),
        "total_cumulative_wei": str(ledger.total_cumulative_wei),
        "total_weight": str(ledger.total_weight),
        "accounts": len(ledger.rows),
        "parameters": ledger.parameters.to_json(),
    }
