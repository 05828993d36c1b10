"""JSON of what happened on the chain: challenges, sales, proposals."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.texts import EXAMPLE_ADDRESS, AddressText, WeiText


class Loss(BaseModel):
    """What one keeper lost of its bond."""

    keeper: AddressText
    amount_wei: WeiText = Field(description="TuneToken.")


class Challenge(BaseModel):
    """A challenge that was won, or a demand."""

    challenge_id: str = Field(description="Of the graph: chain, contract, and epoch or demand.")
    kind: str = Field(
        description="score, order, omission, malformed, rows, equivocation, withheld, or demand."
    )
    state: str = Field(description="won; of a demand open, answered or expired.")
    at: int = Field(description="Microseconds since 1970-01-01 UTC.")
    epoch: int | None = Field(description="The epoch that it made invalid, or that was asked about.")
    by: AddressText = Field(description="Who sent it.")
    bounty_to: AddressText | None
    bounty_wei: WeiText | None = Field(description="Half of what was lost.")
    burned_wei: WeiText | None = Field(description="The other half.")
    slashed: list[Loss]


class Challenges(BaseModel):
    """Challenges and demands, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "challenge_id": "31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:2",
                            "kind": "score",
                            "state": "won",
                            "at": 1790000000000000,
                            "epoch": 2,
                            "by": EXAMPLE_ADDRESS,
                            "bounty_to": EXAMPLE_ADDRESS,
                            "bounty_wei": "10000000000000000000000",
                            "burned_wei": "10000000000000000000000",
                            "slashed": [
                                {"keeper": EXAMPLE_ADDRESS, "amount_wei": "10000000000000000000000"},
                            ],
                        }
                    ]
                }
            ]
        }
    )

    items: list[Challenge]


class Sale(BaseModel):
    """A resale on the market."""

    sale_id: str = Field(description="Of the graph: chain, market, and number of the sale there.")
    kind: str = Field(description="listing, offer, english or dutch.")
    at: int = Field(description="Microseconds since 1970-01-01 UTC.")
    track_id: str
    title: str | None
    amount: int = Field(description="Copies.")
    price_wei: WeiText = Field(description="For all copies, royalty and fee included.")
    royalty_wei: WeiText
    fee_wei: WeiText
    currency: str = Field(description="ether, token, or the address of another currency.")
    seller: AddressText | None
    buyer: AddressText | None


class Sales(BaseModel):
    """Resales, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "sale_id": "31337:0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0:1",
                            "kind": "listing",
                            "at": 1790000000000000,
                            "track_id": "hetrec:track:154",
                            "title": "Radiohead",
                            "amount": 1,
                            "price_wei": "100000000000000000",
                            "royalty_wei": "10000000000000000",
                            "fee_wei": "2500000000000000",
                            "currency": "ether",
                            "seller": EXAMPLE_ADDRESS,
                            "buyer": EXAMPLE_ADDRESS,
                        }
                    ]
                }
            ]
        }
    )

    items: list[Sale]


class Proposal(BaseModel):
    """A decision of governance."""

    proposal_id: str = Field(description="Of the graph: chain, Governance, and number of the proposal.")
    state: str = Field(description="open, queued, executed or cancelled; a defeated one stays open.")
    proposer: AddressText | None
    description: str
    vote_start_at: int | None = Field(description="Microseconds since 1970-01-01 UTC.")
    vote_end_at: int | None
    executable_at: int | None
    executed_at: int | None
    voters: int
    votes_for: WeiText = Field(description="TuneToken, held and staked.")
    votes_against: WeiText
    votes_abstain: WeiText


class Proposals(BaseModel):
    """Proposals, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "proposal_id": "31337:0xdc64a140aa3e981100a9beca4e685f962f0cf6c9:1",
                            "state": "executed",
                            "proposer": EXAMPLE_ADDRESS,
                            "description": "Take two keepers in",
                            "vote_start_at": 1790000000000000,
                            "vote_end_at": 1790000010000000,
                            "executable_at": 1790000013000000,
                            "executed_at": 1790000014000000,
                            "voters": 3,
                            "votes_for": "900000000000000000000000000",
                            "votes_against": "0",
                            "votes_abstain": "0",
                        }
                    ]
                }
            ]
        }
    )

    items: list[Proposal]
