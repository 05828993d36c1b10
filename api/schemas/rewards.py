"""JSON of rewards."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.texts import EXAMPLE_ADDRESS, EXAMPLE_HASH, WeiText


class Rewards(BaseModel):
    """What one account has earned, by the newest reward root, and the proof to claim it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": EXAMPLE_ADDRESS,
                    "epoch": 3,
                    "root": EXAMPLE_HASH,
                    "in_force": True,
                    "cumulative_wei": "1250000000000000000",
                    "claimed_wei": "250000000000000000",
                    "claimable_wei": "1000000000000000000",
                    "proof": [EXAMPLE_HASH],
                    "points": 5400,
                    "trust_ppt": 1200000000,
                    "explanation": "5400 points times 1200000000 units of trust, of 10^12 units in all.",
                    "contract": "0x5fc8d32690cc91d4c39d9d3abcbd16989f875707",
                    "chain_id": 31337,
                }
            ]
        }
    )

    address: str
    epoch: int | None = Field(description="Epoch of the root, null where no root was computed yet.")
    root: str | None
    in_force: bool = Field(description="The root may be claimed against now.")
    cumulative_wei: WeiText = Field(description="All that the account has earned up to this root.")
    claimed_wei: WeiText = Field(description="All that it was paid.")
    claimable_wei: WeiText = Field(description="What a claim pays now; 0 while the root is not in force.")
    proof: list[str] = Field(description="Siblings of the account's leaf; empty where it has none.")
    points: int | None = Field(description="Points of the period.")
    trust_ppt: int | None = Field(description="Trust, in parts of 10^12.")
    explanation: str = Field(description="How the sum came about, for people.")
    contract: str | None = Field(description="FanEngagement, where the claim is sent.")
    chain_id: int
