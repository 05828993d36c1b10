"""What a file says, line by line, before account and track are known.

Owns the form in which every reader hands lines over, and the reasons for which a line is set aside before
anyone judges it. Refuses to know any format.
"""

from dataclasses import dataclass
from enum import StrEnum

from ingest.entries import Kind


class LineReason(StrEnum):
    """Why a line is set aside before it becomes an entry; `validation.Reason` has what comes after."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NO_ACCOUNT = "no_account"


@dataclass(frozen=True, slots=True)
class Found:
    """One interaction as a file tells it.

    Attributes:
        line: Its line or place in the file, from 1.
        at: When it began, microseconds UTC, as the file says it: any number.
        kind: What was done.
        account: Address that the file names, in any form.
        subject: Id of this system that the file names.
        seconds: How long, or None where the source does not know.
        idempotency_key: The sender's own, or None: one is derived from the content.
        signature: 65 bytes, or None.
    """

    line: int
    at: int
    kind: Kind = Kind.LISTEN
    account: str | None = None
    subject: str | None = None
    seconds: int | None = None
    idempotency_key: str | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line that is not imported, and why."""

    line: int
    reason: str
    detail: str
