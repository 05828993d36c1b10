"""The judge of what comes into the log, filled with what the catalogue knows.

Owns where its knowledge comes from at the start of a service: the log's catalogue entries and the graph.
"""

from collections.abc import Iterable, Iterator

from ingest.entries import Entry
from ingest.interaction_log import InteractionLog
from ingest.validation import Rules, Validator, load_known_subjects
from tunefi.chain.signing import Signer
from tunefi.ids import Address, ChainId, parse_address
from tunefi.settings import Settings

_SECONDS_A_DAY = 86_400
_ENTRIES_A_READ = 100


def build_validator(settings: Settings, catalogue: Iterable[Entry]) -> Validator:
    """Return a validator that knows every subject of the catalogue; see `read_catalogue`."""
    known = load_known_subjects(catalogue)
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


def read_catalogue(log: InteractionLog) -> Iterator[Entry]:
    """Yield the catalogue's entries in the order of the log."""
    position = 0
    while entries := log.read_catalogue(position, _ENTRIES_A_READ):
        yield from (item.entry for item in entries if item.entry is not None)
        position = entries[-1].position
