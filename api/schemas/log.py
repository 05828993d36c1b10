"""The log as other keepers see it."""

from pydantic import BaseModel, ConfigDict

_HASH = "0x" + "5e" * 32


class NewestEntry(BaseModel):
    """Head of the log."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 101_345, "hash": _HASH}]})

    position: int
    hash: str


class EntryHash(BaseModel):
    """Hash of one entry."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 17, "hash": _HASH}]})

    position: int
    hash: str | None
