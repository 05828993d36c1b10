"""What verification can find, each with a name of its own, and the report that lists it.

Owns the names. Refuses to know how a fault is found. The names are those of `tests/vectors`, so that the
page and the contracts speak of the same things.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from commitments.errors import RefusedReport


class Fault(StrEnum):
    """Why a bundle or an opening is false."""

    COUNTS = "counts"
    """Counts or lengths of the bundle are not those of the commitment."""
    DIGESTS = "digests"
    """Snapshot or model digest is not that of the commitment."""
    TERMS = "terms"
    """Epoch, reference block, keeper set, validity or place is another one."""
    TRACK_VECTORS = "track_vectors"
    """A byte of a track's vector or identity was changed after the commitment."""
    TRACK_ORDER = "track_order"
    """Track rows do not ascend by the hash of their identity."""
    LISTENERS = "listeners"
    """A listener's address or opening hash was changed after the commitment."""
    LISTENER_ORDER = "listener_order"
    """Listener rows do not ascend by address."""
    WRONG_ROOT = "wrong_root"
    """The committed root is not the root of the bundle."""
    CID = "cid"
    """The bytes of the bundle are not those that the committed CID names."""
    MALFORMED = "malformed"
    """Bytes of bad form."""
    EXCLUDED = "excluded"
    """The list holds a track that is excluded."""
    UNKNOWN_ROW = "unknown_row"
    """The list holds a row that no track has."""
    REPEATED = "repeated"
    """The list holds a track twice."""
    ORDER = "order"
    """Two listed tracks stand in the wrong order."""
    LIST_LENGTH = "list_length"
    """The list is longer or shorter than it must be."""
    SCORE = "score"
    """A listed score is not the product of the vectors."""
    OMISSION = "omission"
    """A better track was left out."""
    OTHER_EPOCH = "other_epoch"
    """The opening belongs to another epoch."""
    LEAF = "leaf"
    """The opening is not the one that the epoch commits to for this listener."""
    PROOF = "proof"
    """The proof does not lead from the leaf to the committed root."""


@dataclass(frozen=True)
class Check:
    """One thing that was checked.

    Attributes:
        name: What was checked.
        fault: What is false, or None.
        sentence: What was found, for people.
    """

    name: str
    fault: Fault | None
    sentence: str

    @property
    def ok(self) -> bool:
        """Whether nothing false was found."""
        return self.fault is None


@dataclass(frozen=True)
class Report:
    """All that was checked, in order; a check that is not listed was not done."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(check.ok for check in self.checks)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Names of everything false, in the order of the checks."""
        return tuple(check.fault for check in self.checks if check.fault is not None)

    @property
    def first_fault(self) -> Check | None:
        """The first check that failed, or None."""
        return next((check for check in self.checks if not check.ok), None)

    def check(self) -> None:
        """Check that nothing false was found.

        Raises:
            RefusedReport: Something is; its sentence is that of the first fault.
        """
        if self.first_fault is not None:
            raise RefusedReport(self.first_fault.sentence)

    def to_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        checks = [{"name": c.name, "ok": c.ok, "fault": c.fault, "sentence": c.sentence} for c in self.checks]
        return {"ok": self.ok, "checks": checks}

    @classmethod
    def of(cls, *parts: Iterable[Check]) -> "Report":
        """Return the report of several groups of checks, in order."""
        return cls(tuple(check for part in parts for check in part))


def passed(name: str, sentence: str) -> Check:
    """Return a check that found nothing false."""
    return Check(name, None, sentence)


def judged(name: str, fault: Fault, problem: str | None, sentence: str) -> Check:
    """Return a check that failed with `problem`, or passed with `sentence` where there is none."""
    return passed(name, sentence) if problem is None else Check(name, fault, problem)
