"""Who takes part in the demonstration: keys derived from one seeded mnemonic.

Owns the numbering of accounts. Everyone here is made up; the mnemonic is public and must hold nothing of
value on any real chain.
"""

from dataclasses import dataclass
from functools import cached_property

from tunefi.chain.signing import Signer, derive_signers

MNEMONIC = "test test test test test test test test test test test junk"
"""The mnemonic that every development chain knows; anvil funds its first accounts."""

FUNDED_ACCOUNTS = 10
"""Deployer, operator, five keepers, guardian, treasury and a spare one, funded at the genesis."""

_FIRST_ARTIST = 10_000
"""Listeners are numbered by the importer, from `ingest.importers.hetrec.FIRST_ACCOUNT`."""


@dataclass(frozen=True)
class Cast:
    """The accounts of one demonstration.

    Args:
        mnemonic: Seed of all keys.
        artists: How many artists take part on the chain.
    """

    mnemonic: str
    artists: int

    @cached_property
    def _staff(self) -> list[Signer]:
        return derive_signers(self.mnemonic, FUNDED_ACCOUNTS)

    @property
    def deployer(self) -> Signer:
        """Deploys, holds the token's supply, and votes with it; it keeps no permission."""
        return self._staff[0]

    @property
    def operator(self) -> Signer:
        """Signs the catalogue and registers artists."""
        return self._staff[1]

    @property
    def keepers(self) -> list[Signer]:
        """Three keepers, two of whom make a quorum."""
        return sorted(self._staff[2:5], key=lambda signer: signer.address)

    @property
    def newcomers(self) -> list[Signer]:
        """Two keepers whom governance takes in when others are out."""
        return sorted(self._staff[7:9], key=lambda signer: signer.address)

    @property
    def guardian(self) -> Signer:
        """May veto and pause."""
        return self._staff[5]

    @property
    def treasury(self) -> Signer:
        """Gets protocol fees."""
        return self._staff[6]

    @cached_property
    def artist_signers(self) -> list[Signer]:
        """Accounts that control the artists on the chain."""
        return derive_signers(self.mnemonic, self.artists, _FIRST_ARTIST)

    @property
    def epoch_secret(self) -> bytes:
        """What the three keepers share, from which salts are derived; made up like the rest."""
        return self.deployer.sign_message("TuneFi demonstration: epoch secret")[:32]
