"""Builders of log entries."""

from ingest.entries import Interaction, Kind
from tunefi.hashing import keccak256
from tunefi.ids import Address, Microseconds

NOON = Microseconds(1_764_072_000_000_000)
"""A fixed time: 2025-11-25 12:00 UTC."""


def build_listen(
    number: int, *, account_number: int = 1, seconds: int = 60, signature: bytes | None = None
) -> Interaction:
    """A listen whose key and time follow from its number."""
    return Interaction(
        Kind.LISTEN,
        Address(f"0x{account_number:040x}"),
        f"track:{number % 7}",
        Microseconds(NOON + number * 1_000_000),
        seconds,
        keccak256(b"listen %d" % number),
        signature,
    )


def build_interaction(
    kind: Kind, account: str, subject: str, *, key: int, label: str = "Track"
) -> Interaction:
    """An interaction whose signature only looks like one: what is in the log has been judged before."""
    return Interaction(
        kind, Address(account), subject, NOON, 0, keccak256(b"%d" % key), bytes(65), subject_label=label
    )


def build_mixed_entries() -> list[Interaction]:
    """One or two of each kind but listens and deletions, most by account 1."""
    one, two = f"0x{1:040x}", f"0x{2:040x}"
    return [
        build_interaction(Kind.LIKE, one, "track:1", key=1),
        build_interaction(Kind.HIDE, one, "track:2", key=2),
        build_interaction(Kind.FOLLOW, one, two.upper().replace("0X", "0x"), key=3, label="Account"),
        build_interaction(Kind.FOLLOW, one, "artist:1", key=4, label="Artist"),
        build_interaction(Kind.BEFRIEND, two, one, key=5, label="Account"),
        build_interaction(Kind.TAG, one, "track:1#rock#roll", key=6),
        build_interaction(Kind.TAG, two, "track:1#rock#roll", key=7),
    ]
