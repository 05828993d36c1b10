"""JSON of the chain that this service follows."""

from pydantic import BaseModel, ConfigDict, Field


class Chain(BaseModel):
    """Where everything can be verified without this service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "chain_id": 31337,
                    "rpc_url": "http://127.0.0.1:8545",
                    "contracts": {"RecommendationGraph": "0x5fbdb2315678afecb367f032d93f642f64180aa3"},
                    "generated_notice": "Rows marked `generated` were made up for the demo.",
                }
            ]
        }
    )

    chain_id: int
    rpc_url: str = Field(description="Node that browsers may read from.")
    contracts: dict[str, str] = Field(description="Address of each contract by its name.")
    generated_notice: str = Field(
        description="What in this service's data was made up, empty where nothing was."
    )
