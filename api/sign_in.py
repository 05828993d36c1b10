"""Who is asking: nonces, sign-in, and the tokens that follow from it.

Owns sessions in memory; a token is kept as its SHA-256 only. Refuses to know what a token opens. One
process, one `SignIn`: behind several workers a token is only known to the worker that gave it, so they
need sticky routing.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from api.refusals import NotSignedIn, SignInRefused
from api.siwe import SiweMessage, parse_siwe
from tunefi.chain.typed_data import recover_message
from tunefi.ids import Address, Microseconds

NONCE_SECONDS = 600
SESSION_SECONDS = 12 * 3600
CLOCK_SKEW_SECONDS = 60
KEPT_MAX = 10_000
"""Most nonces, and most sessions; the oldest is forgotten first, so that memory is bounded."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in account until `expires_at`."""

    address: Address
    expires_at: Microseconds


@dataclass
class SignIn:
    """Nonces and sessions of one process.

    Args:
        clock: The time now, UTC.
        chain_id: Chain that a message must name.
        domains: `host[:port]` names that a message may be for. Never taken from a request: whoever relays
            a message that was signed for another site chooses the Host header too.
    """

    clock: Callable[[], Microseconds]
    chain_id: int
    domains: Collection[str]
    _nonces: OrderedDict[str, Microseconds] = field(default_factory=OrderedDict, repr=False)
    _sessions: OrderedDict[bytes, Session] = field(default_factory=OrderedDict, repr=False)

    def issue_nonce(self) -> tuple[str, Microseconds]:
        """Return a nonce for one sign-in and when it expires."""
        nonce, expires_at = secrets.token_hex(16), self._after(NONCE_SECONDS)
        self._nonces[nonce] = expires_at
        _forget_oldest(self._nonces)
        return nonce, expires_at

    def verify(self, text: str, signature: bytes) -> tuple[str, Session]:
        """Return a new token and its session for a signed message.

        Raises:
            SignInRefused: The message is malformed, for another site or chain, not valid now, used before,
                or not signed by the account it names.
        """
        message = parse_siwe(text)
        self._check_place(message)
        self._check_time(message)
        if recover_message(text, signature) != message.address:
            raise SignInRefused("the signature is not by the account that the message names")
        self._spend_nonce(message.nonce)
        token = secrets.token_urlsafe(32)
        session = Session(message.address, self._after(SESSION_SECONDS))
        self._sessions[_digest(token)] = session
        _forget_oldest(self._sessions)
        return token, session

    def session_of(self, token: str) -> Session:
        """Return the session of a token.

        Raises:
            NotSignedIn: The token is unknown or has expired; sign in again.
        """
        session = self._sessions.get(_digest(token))
        if session is None or session.expires_at <= self.clock():
            self._sessions.pop(_digest(token), None)
            raise NotSignedIn
        return session

    def sign_out(self, token: str) -> None:
        """Forget a token; an unknown one is no error."""
        self._sessions.pop(_digest(token), None)

    def _check_place(self, message: SiweMessage) -> None:
        if message.domain not in self.domains:
            raise SignInRefused(f"the message is for {message.domain}, which is not this service")
        if urlsplit(message.uri).netloc.lower() not in self.domains:
            raise SignInRefused("the URI of the message is not of this service")
        if message.chain_id != self.chain_id:
            raise SignInRefused(
                f"the message is for chain {message.chain_id}, this service follows {self.chain_id}"
            )

    def _check_time(self, message: SiweMessage) -> None:
        now, skew = self.clock(), CLOCK_SKEW_SECONDS * 1_000_000
        if message.expires_at is not None and message.expires_at <= now:
            raise SignInRefused("the message has expired")
        if message.not_before_at is not None and message.not_before_at > now:
            raise SignInRefused("the message is not valid yet")
        if not now - NONCE_SECONDS * 1_000_000 <= message.issued_at <= now + skew:
            raise SignInRefused(f"the message was not issued within the last {NONCE_SECONDS} s")

    def _spend_nonce(self, nonce: str) -> None:
        expires_at = self._nonces.pop(nonce, None)
        if expires_at is None or expires_at <= self.clock():
            raise SignInRefused("the nonce is unknown, was used before, or has expired")

    def _after(self, seconds: int) -> Microseconds:
        return Microseconds(self.clock() + seconds * 1_000_000)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _forget_oldest(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > KEPT_MAX:
        kept.popitem(last=False)
