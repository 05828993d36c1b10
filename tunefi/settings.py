"""Every setting of every program, read from the environment, a `.env` file, or given by a caller.

Owns names, defaults, bounds and a sentence for each. Only programs (`api`, `keepers`, `training`, `cli`)
read settings; the packages below get values. `docs/settings.md` lists them all, and a test fails when one
is missing there.
"""

import json
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tunefi.home import Home

Keys = Annotated[tuple[SecretStr, ...], NoDecode]
Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Settings of one installation; the variable of `rpc_url` is `TUNEFI_RPC_URL`."""

    model_config = SettingsConfigDict(env_prefix="TUNEFI_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("tunefi"),
        description="Folder of everything that this installation keeps.",
    )
    graph_url: str = Field(
        "",
        description="`ladybug:PATH`, `neo4j://HOST:PORT`, `bolt://HOST:PORT`; empty is Ladybug in the home.",
    )
    graph_user: str = Field("neo4j", description="User of the Neo4j server.")
    graph_password: SecretStr = Field(SecretStr(""), description="Password of the Neo4j server.")
    log_url: str = Field(
        "",
        description="Log: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; empty is SQLite in the home.",
    )
    rpc_url: Words = Field(
        ("http://127.0.0.1:8545",),
        min_length=1,
        description="JSON-RPC addresses of the nodes that are followed and sent to, separated by commas.",
    )
    rpc_ws_url: str = Field(
        "", description="WebSocket address of a node that tells of new blocks; empty: they are polled for."
    )
    rpc_sample_share: float = Field(
        0.05, ge=0, le=1, description="Share of final ranges that are read from a second node too."
    )
    public_hosts: Words = Field(
        (),
        description="Names (`host` or `host:port`) of the API for sign-in, separated by commas.",
    )
    generated_notice: str = Field(
        "",
        description="What in the data was made up; shown in the API, on the page and in bundles.",
    )
    public_rpc_url: str = Field(
        "", description="JSON-RPC address that browsers verify against; empty means the first of `rpc_url`."
    )
    chain_id: int = Field(
        31337, ge=1, description="Chain that the node must be on; anything else is refused."
    )
    deployment: Path | None = Field(
        None, description="File with the contracts' addresses; empty means the home's own."
    )
    operator_key: SecretStr | None = Field(None, description="Private key that signs catalogue entries.")
    artist_key: SecretStr | None = Field(
        None, description="Private key of an artist, who signs catalogue entries about its own work."
    )
    operators: Words = Field(
        (),
        description="Accounts whose catalogue entries are accepted, besides that of `operator_key`.",
    )
    keeper_keys: Keys = Field(
        (), description="Private keys of the keepers that this process signs for, separated by commas."
    )
    challenger_key: SecretStr | None = Field(
        None, description="Private key that challenges, demands, and pays for both."
    )
    epoch_secret: SecretStr | None = Field(
        None,
        description="32 bytes (hex) shared by the keepers, from which the salts of openings are derived.",
    )
    ipfs_api: str = Field(
        "", description="IPFS RPC API that bundles are published to; empty publishes nowhere."
    )
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that the API listens on; 0 takes a free one.")
    replica_token: SecretStr = Field(
        SecretStr(""),
        description="What keepers show each other to replicate the log over HTTP; empty: it is not shown.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What Prometheus shows to read `/metrics`; empty: only the token of `service.json` does.",
    )
    dimension: int = Field(128, ge=32, le=1024, multiple_of=32, description="Length of an embedding vector.")
    list_length: int = Field(50, ge=1, le=256, description="Tracks in a committed list.")
    epoch_interval_seconds: int = Field(
        3600, ge=1, description="How often the keeper jobs look for a new epoch to build."
    )
    poll_interval_seconds: float = Field(
        1.0, gt=0, description="How often the chain's head and the log are looked at."
    )
    max_lag_seconds: float = Field(
        300.0, gt=0, description="How far the graph may be behind chain or log before `/readyz` says no."
    )
    reorg_window_blocks: int = Field(
        64, ge=1, description="Deepest reorganisation that is followed; a deeper one halts ingestion."
    )
    listen_max_age_days: int = Field(14, ge=1, description="Listens older than this are refused.")
    default_duration_seconds: int = Field(
        600, ge=30, description="Longest play of a track whose duration is not known."
    )
    training_seconds: int | None = Field(
        None,
        ge=1,
        description="Stops training early by the clock, which no other keeper can repeat; empty: never.",
    )
    training_threads: int = Field(
        2, ge=1, description="Threads that training may use; part of what makes a table reproducible."
    )
    seed: int = Field(2026, ge=0, description="Seed of training.")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe message that is written."
    )

    @field_validator("keeper_keys", "operators", "rpc_url", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return tuple(key.strip() for key in value.split(",") if key.strip())

    @property
    def paths(self) -> Home:
        """Paths below the home folder."""
        return Home(self.home)
