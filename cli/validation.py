"""The judge of what comes into the log, by the settings.

Owns which settings are its rules. Refuses to know where subjects are learnt from.
"""

from ingest.known_subjects import KnownSubjects
from ingest.validation import Rules, Validator
from tunefi.chain.signing import Signer
from tunefi.ids import Address, ChainId, parse_address
from tunefi.settings import Settings

_SECONDS_A_DAY = 86_400


def build_validator(settings: Settings, known: KnownSubjects) -> Validator:
    """Return a validator by the settings' rules; what is learnt of `known` later counts too."""
    rules = Rules(
        default_duration_seconds=settings.default_duration_seconds,
        max_age_seconds=settings.listen_max_age_days * _SECONDS_A_DAY,
    )
    return Validator(ChainId(settings.chain_id), known, operators_of(settings), rules)


def operators_of(settings: Settings) -> frozenset[Address]:
    """Return whose catalogue entries are accepted."""
    named = {parse_address(text) for text in settings.operators}
    if settings.operator_key is not None:
        named.add(Signer.from_hex(settings.operator_key.get_secret_value()).address)
    return frozenset(named)
