"""Sign-In with Ethereum messages (EIP-4361): text to fields.

Owns the form of the message. Refuses to judge it: nonces, times and domains are checked by `api.sign_in`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from api.refusals import SignInRefused
from tunefi.errors import MalformedAddress
from tunefi.ids import Address, Microseconds, parse_address

_MESSAGE = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?P<domain>[^\s/?#]+) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n"
    r"\n"
    r"(?:(?P<statement>[^\n]+)\n)?"
    r"\n"
    r"URI: (?P<uri>\S+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]{1,18})\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9]{8,64})\n"
    r"Issued At: (?P<issued_at>\S+)"
    r"(?:\nExpiration Time: (?P<expires_at>\S+))?"
    r"(?:\nNot Before: (?P<not_before>\S+))?"
    r"(?:\nRequest ID: \S*)?"
    r"(?:\nResources:(?:\n- \S+)*)?"
)


@dataclass(frozen=True, slots=True)
class SiweMessage:
    """What someone signed to sign in; times in microseconds UTC."""

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: Microseconds
    expires_at: Microseconds | None
    not_before_at: Microseconds | None


def parse_siwe(text: str) -> SiweMessage:
    """Return the fields of a message.

    Raises:
        SignInRefused: The text has not the form of EIP-4361, version 1.
    """
    found = _MESSAGE.fullmatch(text)
    if found is None:
        raise SignInRefused("the message has not the form of EIP-4361, version 1")
    try:
        return SiweMessage(
            domain=found["domain"].lower(),
            address=parse_address(found["address"]),
            uri=found["uri"],
            chain_id=int(found["chain_id"]),
            nonce=found["nonce"],
            issued_at=_parse_time(found["issued_at"]),
            expires_at=_parse_time(found["expires_at"]) if found["expires_at"] else None,
            not_before_at=_parse_time(found["not_before"]) if found["not_before"] else None,
        )
    except (ValueError, MalformedAddress) as error:
        raise SignInRefused(f"the message has a field that cannot be read: {error}") from error


def build_siwe(message: SiweMessage, statement: str = "") -> str:
    """Return the text that a wallet signs; `parse_siwe` reads it back."""
    lines = [
        f"{message.domain} wants you to sign in with your Ethereum account:",
        message.address,
        "",
        *([statement] if statement else []),
        "",
        f"URI: {message.uri}",
        "Version: 1",
        f"Chain ID: {message.chain_id}",
        f"Nonce: {message.nonce}",
        f"Issued At: {_show_time(message.issued_at)}",
    ]
    if message.expires_at is not None:
        lines.append(f"Expiration Time: {_show_time(message.expires_at)}")
    if message.not_before_at is not None:
        lines.append(f"Not Before: {_show_time(message.not_before_at)}")
    return "\n".join(lines)


def _parse_time(text: str) -> Microseconds:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time {text!r} has no time zone")
    return Microseconds(round(moment.timestamp() * 1_000_000))


def _show_time(at: Microseconds) -> str:
    seconds, micros = divmod(at, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros).isoformat().replace("+00:00", "Z")
