"""JSON of listens that apps send."""

from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from api.schemas.texts import EXAMPLE_ADDRESS, EXAMPLE_HASH, AddressText, SignatureText

LISTENS_MAX = 1000
"""Most listens of one request."""


class ListenItem(BaseModel):
    """One listen, signed by its account or not."""

    model_config = ConfigDict(extra="forbid")

    account: AddressText
    track_id: str = Field(min_length=1, max_length=2000)
    at: int = Field(ge=0, le=2**53, description="When it began, microseconds since 1970-01-01 UTC.")
    seconds: int = Field(ge=0, lt=2**32, description="How long it lasted; a play counts from 30 s.")
    idempotency_key: str = Field(
        min_length=1,
        max_length=200,
        description="The sender's own name for this listen: 0x hex of 32 bytes, or any text, which is "
        "hashed. Sent again it is the same listen.",
    )
    signature: SignatureText | None = Field(
        None,
        description="EIP-712 signature over `Interaction(address account,string kind,string subject,"
        "uint64 at,uint32 seconds,bytes32 idempotencyKey)`, domain `TuneFi Interactions`, version `1`. "
        "Rewards count signed listens only.",
    )


@dataclass(frozen=True, slots=True)
class MalformedItem:
    """An item that is no listen, and why; the others of its request are kept."""

    detail: str


def _keep_malformed(value: Any, read: ValidatorFunctionWrapHandler) -> ListenItem | MalformedItem:
    try:
        return cast("ListenItem", read(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        context = first.get("ctx", {}).get("error")
        where = ".".join(str(part) for part in first["loc"])
        return MalformedItem(f"{where}: {context or first['msg']}" if where else str(first["msg"]))


class Listens(BaseModel):
    """A batch of listens."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "account": EXAMPLE_ADDRESS,
                            "track_id": "hetrec:track:154",
                            "at": 1790000000000000,
                            "seconds": 240,
                            "idempotency_key": "player-7:1790000000",
                        }
                    ]
                }
            ]
        },
    )

    items: list[Annotated[ListenItem, WrapValidator(_keep_malformed)]] = Field(
        min_length=1, max_length=LISTENS_MAX, description="A malformed item is refused by itself."
    )

    def parsed(self) -> list[ListenItem | MalformedItem]:
        """Return the items, those that are no listens as `MalformedItem`."""
        return cast("list[ListenItem | MalformedItem]", self.items)


class Receipt(BaseModel):
    """Where a listen stands in the interaction log."""

    index: int = Field(description="Place of the item in the request, from 0.")
    position: int
    hash: str = Field(description="Hash of the log up to and including this entry.")
    idempotency_key: str = Field(description="As it was sent.")
    duplicate: bool = Field(description="It was there before; nothing was added.")


class RefusedItem(BaseModel):
    """A listen that was not taken."""

    index: int = Field(description="Place of the item in the request, from 0.")
    reason: str = Field(description="A word for programs, such as `unknown_track`.")
    detail: str = Field(description="A sentence for people.")


class ListenReceipts(BaseModel):
    """What became of each listen; every receipt is on disk."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "receipts": [
                        {
                            "index": 0,
                            "position": 4711,
                            "hash": EXAMPLE_HASH,
                            "idempotency_key": "player-7:1790000000",
                            "duplicate": False,
                        }
                    ],
                    "refused": [
                        {"index": 1, "reason": "unknown_track", "detail": "the catalogue has no track 'x'"}
                    ],
                }
            ]
        }
    )

    receipts: list[Receipt]
    refused: list[RefusedItem]
