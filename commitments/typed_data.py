"""EIP-712 data of what keepers sign: commitments and reward roots.

Owns names, order and types of the members, and the digest. Refuses to know keys: signing is
`tunefi.chain`. Source: EIP-712; design, sections 5 and 6.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from commitments.leaves import address_word, number_word
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, Hash32

Members = Sequence[tuple[str, str]]

COMMITMENT_MEMBERS: Members = (
    ("uint64", "epoch"),
    ("bytes32", "trackRoot"),
    ("bytes32", "listenerRoot"),
    ("uint32", "tracks"),
    ("uint32", "listeners"),
    ("uint16", "dimension"),
    ("uint16", "listLength"),
    ("bytes32", "snapshotDigest"),
    ("bytes32", "modelDigest"),
    ("uint64", "referenceBlock"),
    ("bytes32", "referenceHash"),
    ("uint32", "keeperSetVersion"),
    ("uint64", "validFrom"),
    ("uint64", "validUntil"),
    ("string", "bundleCid"),
)
REWARD_ROOT_MEMBERS: Members = (
    ("uint64", "epoch"),
    ("bytes32", "root"),
    ("bytes32", "previousRoot"),
    ("uint256", "totalCumulative"),
    ("bytes32", "snapshotDigest"),
    ("uint32", "keeperSetVersion"),
)
DOMAIN_MEMBERS: Members = (
    ("string", "name"),
    ("string", "version"),
    ("uint256", "chainId"),
    ("address", "verifyingContract"),
)

COMMITMENT_DOMAIN = "TuneFi RecommendationGraph"
REWARD_ROOT_DOMAIN = "TuneFi FanEngagement"


def build_typed_data(
    primary_type: str,
    members: Members,
    message: Mapping[str, Any],
    *,
    domain_name: str,
    chain_id: ChainId,
    contract: Address,
) -> dict[str, Any]:
    """Return the full message of `eth_signTypedData_v4`; bytes32 values are bytes.

    Args:
        primary_type: Name of the struct.
        members: Type and name of each member, in order.
        message: Value of each member by name.
        domain_name: Name of the domain; its version is 1.
        chain_id: Chain of the contract.
        contract: The contract that verifies the signature.
    """
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for kind, name in DOMAIN_MEMBERS],
            primary_type: [{"name": name, "type": kind} for kind, name in members],
        },
        "primaryType": primary_type,
        "domain": {
            "name": domain_name,
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": contract,
        },
        "message": dict(message),
    }


def type_string(primary_type: str, members: Members) -> str:
    """Return the type string, without a space after commas."""
    return f"{primary_type}({','.join(f'{kind} {name}' for kind, name in members)})"


def struct_hash(primary_type: str, members: Members, message: Mapping[str, Any]) -> Hash32:
    """Return the EIP-712 hash of a struct."""
    type_hash = keccak256(type_string(primary_type, members).encode())
    return keccak256(type_hash + b"".join(_word(kind, message[name]) for kind, name in members))


def typed_data_digest(typed_data: Mapping[str, Any]) -> Hash32:
    """Return the 32 bytes that are signed, of a message that `build_typed_data` made."""
    primary_type = typed_data["primaryType"]
    members = [(member["type"], member["name"]) for member in typed_data["types"][primary_type]]
    separator = struct_hash("EIP712Domain", DOMAIN_MEMBERS, typed_data["domain"])
    return keccak256(b"\x19\x01" + separator + struct_hash(primary_type, members, typed_data["message"]))


def _word(kind: str, value: Any) -> bytes:
    if kind == "string":
        return keccak256(str(value).encode())
    if kind == "bytes32":
        return bytes(value)
    if kind == "address":
        return address_word(value)
    return number_word(value)
