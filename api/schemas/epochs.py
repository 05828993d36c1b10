"""JSON of epochs and their bundles."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.texts import EXAMPLE_CID, EXAMPLE_HASH
from commitments.epoch_state import StateName

_SUMMARY: JsonDict = {
    "epoch": 3,
    "state": "final",
    "committed_at": 1789999940000000,
    "final_at": 1790000000000000,
    "track_root": EXAMPLE_HASH,
    "listener_root": EXAMPLE_HASH,
    "bundle_cid": EXAMPLE_CID,
    "served": True,
    "has_bundle": True,
}


class EpochSummary(BaseModel):
    """One epoch in a list."""

    epoch: int
    state: StateName = Field(
        description="State on the chain when it was last read; verify it there yourself."
    )
    committed_at: int | None = Field(description="Microseconds since 1970-01-01 UTC.")
    final_at: int | None = Field(description="Microseconds since 1970-01-01 UTC from which it is final.")
    track_root: str | None
    listener_root: str | None
    bundle_cid: str | None
    served: bool = Field(description="Recommendations come from this epoch.")
    has_bundle: bool = Field(description="This service has the bundle's files.")


class Epochs(BaseModel):
    """The epochs, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SUMMARY]}]})

    items: list[EpochSummary]


class BundleFile(BaseModel):
    """One file of a public bundle."""

    name: str
    size: int = Field(description="Bytes.")


class BundleJson(BaseModel):
    """The public bundle of an epoch."""

    cid: str | None = Field(description="CIDv1 of the directory.")
    files: list[BundleFile]


class Epoch(EpochSummary):
    """One epoch with all that was committed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_SUMMARY,
                    "commitment": {"epoch": 3, "track_root": EXAMPLE_HASH, "tracks": 17632, "dimension": 128},
                    "signers": ["0x70997970c51812dc3a010c7d01b50e0d17dc79c8"],
                    "chain_id": 31337,
                    "contract": "0x5fbdb2315678afecb367f032d93f642f64180aa3",
                    "bundle": {"cid": EXAMPLE_CID, "files": [{"name": "track_vectors.bin", "size": 2256896}]},
                    "metrics": {"lightgcn": {"recall@20": 0.26}},
                }
            ]
        }
    )

    commitment: dict[str, Any] | None = Field(
        description="What the keepers signed, null where it is not held here."
    )
    signers: list[str] = Field(description="Keepers who signed, ascending.")
    chain_id: int
    contract: str | None
    bundle: BundleJson
    metrics: dict[str, Any] | None = Field(description="Table of accuracy, as training wrote it.")
