"""Who signed an entry: the EIP-712 documents of the log, and the recovery of their signers.

Owns the type strings. Refuses to know any key and to judge anything but the signature.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ingest.entries import Accounts, Catalogue, Entry, Interaction, Kind, Plays, encode_content, kind_of
from tunefi.chain.signing import Signer
from tunefi.chain.typed_data import recover_typed_data
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId

_DOMAIN_TYPE = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
]
_INTERACTION_TYPE = [
    {"name": "account", "type": "address"},
    {"name": "kind", "type": "string"},
    {"name": "subject", "type": "string"},
    {"name": "at", "type": "uint64"},
    {"name": "seconds", "type": "uint32"},
    {"name": "idempotencyKey", "type": "bytes32"},
]
_OPERATOR_TYPE = [
    {"name": "kind", "type": "string"},
    {"name": "payloadHash", "type": "bytes32"},
    {"name": "at", "type": "uint64"},
    {"name": "idempotencyKey", "type": "bytes32"},
]


def build_interaction_document(entry: Interaction, chain_id: ChainId) -> dict[str, Any]:
    """Return the typed data that a person signs for an interaction."""
    message = {
        "account": entry.account,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "at": entry.at,
        "seconds": entry.seconds,
        "idempotencyKey": entry.idempotency_key,
    }
    return _document("Interaction", _INTERACTION_TYPE, message, chain_id)


def build_operator_document(entry: Catalogue | Accounts, chain_id: ChainId) -> dict[str, Any]:
    """Return the typed data that the operator, or an artist, signs for a batch of records."""
    message = {
        "kind": kind_of(entry).value,
        "payloadHash": keccak256(encode_content(entry)),
        "at": entry.at,
        "idempotencyKey": entry.idempotency_key,
    }
    return _document("Operator", _OPERATOR_TYPE, message, chain_id)


def sign_interaction(entry: Interaction, signer: Signer, chain_id: ChainId) -> Interaction:
    """Return the interaction with its signature."""
    return replace(entry, signature=signer.sign_typed_data(build_interaction_document(entry, chain_id)))


def sign_catalogue(entry: Catalogue, signer: Signer, chain_id: ChainId) -> Catalogue:
    """Return the batch with the signature of the operator, or of the artist who is its author."""
    return replace(entry, signature=signer.sign_typed_data(build_operator_document(entry, chain_id)))


def sign_accounts(entry: Accounts, operator: Signer, chain_id: ChainId) -> Accounts:
    """Return the batch with the operator's signature."""
    return replace(entry, signature=operator.sign_typed_data(build_operator_document(entry, chain_id)))


def recover_signer(entry: Interaction | Catalogue | Accounts, chain_id: ChainId) -> Address | None:
    """Return who signed an entry, or None where it has no valid signature."""
    if entry.signature is None:
        return None
    if isinstance(entry, Interaction):
        return recover_typed_data(build_interaction_document(entry, chain_id), entry.signature)
    return recover_typed_data(build_operator_document(entry, chain_id), entry.signature)


def find_forgery(entry: Entry, chain_id: ChainId, operators: Collection[Address]) -> str | None:
    """Return what is wrong with the signature of an entry that someone else accepted, or None.

    Args:
        entry: Of another keeper's log.
        chain_id: Of the EIP-712 domain.
        operators: Who may sign catalogue and account entries; empty where that is not known here.
    """
    match entry:
        case Plays():
            return None
        case Interaction(signature=None):
            return None if entry.kind is Kind.LISTEN else f"a {entry.kind} without a signature"
        case Interaction():
            true = recover_signer(entry, chain_id) == entry.account
            return None if true else f"its signature is not that of {entry.account}"
        case Catalogue(author=str() as author):
            # Whether the author controlled the artist was judged by whoever appended it, when it came.
            true = recover_signer(entry, chain_id) == author
            return None if true else f"its signature is not that of {author}"
    signer = recover_signer(entry, chain_id)
    if signer is None or (operators and signer not in operators):
        return f"signed by {signer or 'nobody'}, who is no operator"
    return None


def _document(
    name: str, fields: list[dict[str, str]], message: Mapping[str, Any], chain_id: ChainId
) -> dict[str, Any]:
    return {
        "types": {"EIP712Domain": _DOMAIN_TYPE, name: fields},
        "primaryType": name,
        "domain": {"name": "TuneFi Interactions", "version": "1", "chainId": chain_id},
        "message": dict(message),
    }
