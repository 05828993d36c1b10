"""JSON of signing in."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.texts import EXAMPLE_ADDRESS, AddressText, SignatureText


class Nonce(BaseModel):
    """What goes into the message that is signed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "nonce": "9f86d081884c7d659a2feaa0c55ad015",
                    "expires_at": 1790000000000000,
                    "domains": ["127.0.0.1:8000"],
                    "chain_id": 31337,
                }
            ]
        }
    )

    nonce: str = Field(description="Good for one sign-in.")
    expires_at: int = Field(description="Microseconds since 1970-01-01 UTC.")
    domains: list[str] = Field(description="Domains that the message may name.")
    chain_id: int = Field(description="Chain that the message must name.")


class SignedMessage(BaseModel):
    """A message of EIP-4361 and its EIP-191 signature."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "message": "127.0.0.1:8000 wants you to sign in with your Ethereum account:\n"
                    f"{EXAMPLE_ADDRESS}\n\nShow me my list.\n\nURI: http://127.0.0.1:8000/\nVersion: 1\n"
                    "Chain ID: 31337\nNonce: 9f86d081884c7d659a2feaa0c55ad015\n"
                    "Issued At: 2026-09-21T12:00:00Z",
                    "signature": "0x" + "1b" * 65,
                }
            ]
        },
    )

    message: str = Field(min_length=1, max_length=4096)
    signature: SignatureText


class Token(BaseModel):
    """A signed-in session; send it as `Authorization: Bearer <token>`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "kY0Vq1o8m3E5rT7uI9oP2aS4dF6gH8jK0lZ1xC3vB5n",
                    "address": EXAMPLE_ADDRESS,
                    "expires_at": 1790043200000000,
                }
            ]
        }
    )

    token: str = Field(description="Secret; kept by this service as a hash only.")
    address: AddressText
    expires_at: int = Field(description="Microseconds since 1970-01-01 UTC.")
