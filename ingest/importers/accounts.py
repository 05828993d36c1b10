"""Whose interactions a file holds.

Owns the way from the name that a source gives its user to an account here. Refuses to believe an address that
is only somebody's name elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from tunefi.hashing import keccak256
from tunefi.ids import Address, hex_of, parse_address


@dataclass(frozen=True, slots=True)
class ListenerAccounts:
    """Accounts of the users of a file.

    Attributes:
        default: Whose lines are that name no user.
        named: Accounts of the users that the operator named.
        derived: Every other user gets an account of its own, to which nobody has the key.
    """

    default: Address | None = None
    named: Mapping[str, Address] = field(default_factory=dict)
    derived: bool = False

    @classmethod
    def parse(cls, texts: Iterable[str], *, derived: bool) -> Self:
        """Return what `ADDRESS` and `USER=ADDRESS` say.

        Raises:
            MalformedAddress: An address is none.
        """
        default, named = None, {}
        for text in texts:
            user, _, address = text.rpartition("=")
            if user:
                named[user] = parse_address(address)
            else:
                default = parse_address(address)
        return cls(default, named, derived)

    def find(self, user: str | None) -> Address | None:
        """Return the account of a user, or None where nothing says whose it is."""
        if user is None:
            return self.default
        if user in self.named or not self.derived:
            return self.named.get(user)
        return Address(hex_of(keccak256(f"tunefi listener elsewhere\x1f{user}".encode())[12:]))
