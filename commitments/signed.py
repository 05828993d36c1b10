"""A struct with the signatures of a quorum, and its JSON.

Owns the order of signatures and the form on disk. Refuses to know keys and to judge a signature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.errors import MalformedEpoch
from commitments.typed_data import COMMITMENT_MEMBERS, REWARD_ROOT_MEMBERS
from tunefi.errors import FinalError
from tunefi.ids import Address, hex_of, parse_address

StructT = TypeVar("StructT", EpochCommitment, RewardRoot)


@dataclass(frozen=True)
class Signed(Generic[StructT]):
    """What a quorum signed.

    Attributes:
        struct: What was signed.
        signers: Addresses, strictly ascending, as contracts ask for them.
        signatures: 65 bytes each, in the order of the signers.
        transaction_hash: The transaction that carried it, 0x hex; None until it is in a block.
    """

    struct: StructT
    signers: tuple[Address, ...]
    signatures: tuple[bytes, ...]
    transaction_hash: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return members under their Solidity names: bytes as 0x hex, 256-bit numbers as text."""
        return {
            "struct": {name: _to_json(value) for name, value in self.struct.to_message().items()},
            "signers": list(self.signers),
            "signatures": [hex_of(signature) for signature in self.signatures],
            "transaction_hash": self.transaction_hash,
        }


def order_signatures(
    struct: StructT, signatures: Sequence[tuple[Address, bytes]], transaction_hash: str | None = None
) -> Signed[StructT]:
    """Return a struct with its signatures in the order that contracts ask for."""
    ordered = sorted(signatures)
    return Signed(
        struct,
        tuple(signer for signer, _ in ordered),
        tuple(signature for _, signature in ordered),
        transaction_hash,
    )


def parse_signed_commitment(content: Any) -> Signed[EpochCommitment]:
    """Return the signed commitment in a parsed JSON value.

    Raises:
        MalformedEpoch: A member is missing or of a wrong form.
    """
    return _parse_signed(content, EpochCommitment(*_parse_members(content, COMMITMENT_MEMBERS)))


def parse_signed_reward_root(content: Any) -> Signed[RewardRoot]:
    """Return the signed reward root in a parsed JSON value.

    Raises:
        MalformedEpoch: A member is missing or of a wrong form.
    """
    return _parse_signed(content, RewardRoot(*_parse_members(content, REWARD_ROOT_MEMBERS)))


def _parse_signed(content: Mapping[str, Any], struct: StructT) -> Signed[StructT]:
    try:
        return Signed(
            struct,
            tuple(parse_address(address) for address in content["signers"]),
            tuple(bytes.fromhex(signature[2:]) for signature in content["signatures"]),
            content.get("transaction_hash"),
        )
    except (KeyError, TypeError, ValueError, FinalError) as error:
        raise MalformedEpoch("signatures", f"missing or malformed ({error!r})") from error


def _parse_members(content: Any, members: Sequence[tuple[str, str]]) -> list[Any]:
    values = []
    for kind, name in members:
        try:
            values.append(_parse_value(content["struct"][name], kind))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MalformedEpoch(name, f"expected {kind}") from error
    return values


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return hex_of(value)
    # JavaScript reads numbers beyond 2^53 wrongly, so wei are text.
    return str(value) if isinstance(value, int) and value >= 2**53 else value


def _parse_value(value: Any, kind: str) -> Any:
    if kind == "string":
        return str(value)
    if kind != "bytes32":
        return int(value)
    digest = bytes.fromhex(value.removeprefix("0x"))
    if len(digest) != 32:
        raise ValueError(value)
    return digest
