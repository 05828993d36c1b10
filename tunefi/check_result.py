"""What a check found: one line of a report.

Owns the form. Refuses to know what is checked and how it is shown.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the report; `remedy` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return asdict(self)
