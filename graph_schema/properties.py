"""How one property of a node or relationship is typed, and how two writes of it become one.

Owns the vocabulary that `nodes` and `edges` are declared in. Refuses to know any store.
"""

from dataclasses import dataclass
from enum import StrEnum


class PropertyType(StrEnum):
    """Types that both stores, Parquet and the canonical row know."""

    TEXT = "text"
    INT = "int"
    """A signed 64-bit integer."""
    BOOL = "bool"
    TIME = "time"
    """Microseconds since 1970-01-01 UTC, stored as a 64-bit integer."""
    WEI = "wei"
    """A decimal string: 64 bits are too few for wei."""


class Merge(StrEnum):
    """What a second write of the same row does to a property.

    All but SET are commutative, so the order in which deliveries arrive changes nothing.
    """

    SET = "set"
    """The later write wins; an absent value leaves the old one."""
    ADD = "add"
    MIN = "min"
    MAX = "max"
    """Also the logical or of two booleans."""


class Source(StrEnum):
    """Which stream feeds a property. A property has one source, so that the streams never race."""

    CHAIN = "chain"
    LOG = "log"
    CUT = "cut"
    """Derived when a snapshot is cut, never stored."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a node or relationship."""

    name: str
    type: PropertyType
    source: Source
    merge: Merge = Merge.SET
