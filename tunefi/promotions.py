"""Which model of a home is promoted, and everything that was promoted or taken back before.

Owns the history, a file that is only ever appended to: what is promoted follows from it alone, so that a
promotion is there as a whole once its line is, and not before. Refuses to know what a model is and what
anybody does with the promoted one.

    {"at": "2026-01-31T09:30:00+00:00", "action": "promote", "model": "0x…", "by": "ada", "why": "…"}
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tunefi.errors import FinalError
from tunefi.ids import Hash32, hex_of, parse_hash32

Action = Literal["promote", "roll_back"]


class DamagedPromotions(FinalError):
    """A line of the history is not what was written."""

    def __init__(self, path: Path, line: int) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path}, line {line}: not a promotion; restore the file, nothing is promoted by it")


class NothingPromoted(FinalError):
    """There is no promotion to take back."""

    def __init__(self) -> None:
        super().__init__("no model is promoted, so none can be rolled back")


@dataclass(frozen=True, slots=True)
class Promotion:
    """One line of the history.

    Attributes:
        at: When, ISO 8601 with its offset.
        action: `roll_back` takes the model that was promoted back.
        model: Digest of the model that was promoted or taken back, 0x hex.
        by: Who did it.
        why: What they gave as the reason.
    """

    at: str
    action: Action
    model: str
    by: str
    why: str

    @property
    def model_digest(self) -> Hash32:
        """The model that was promoted or taken back."""
        return parse_hash32(self.model)


@dataclass(frozen=True, slots=True)
class PromotionState:
    """What follows from a history.

    Attributes:
        promoted: Models from the first that is still promoted to the one in use, which is the last.
        withdrawn: Models that were rolled back and not promoted again.
    """

    promoted: tuple[Hash32, ...] = ()
    withdrawn: frozenset[Hash32] = frozenset()

    @property
    def current(self) -> Hash32 | None:
        """The promoted model, or None."""
        return self.promoted[-1] if self.promoted else None


class Promotions:
    """The history of one home.

    Args:
        path: Its file, made with the first promotion.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def history(self) -> list[Promotion]:
        """Return all lines, the oldest first; one that a power cut left unfinished does not count.

        Raises:
            DamagedPromotions: A line is not what was written.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return []
        return [self._parse(line, number) for number, line in enumerate(_whole_lines(data), 1)]

    def state(self) -> PromotionState:
        """Return what is promoted now.

        Raises:
            DamagedPromotions: See `history`.
        """
        return _state_of(self.history())

    def promote(self, model: Hash32, *, at: str, by: str, why: str) -> None:
        """Promote a model; promoting the one that is promoted already changes nothing."""
        with self._locked():
            if self.state().current != model:
                self._append(Promotion(at, "promote", hex_of(model), by, why))

    def roll_back(self, *, at: str, by: str, why: str) -> PromotionState:
        """Take the promoted model back and return what is promoted then.

        Raises:
            NothingPromoted: There is none.
        """
        with self._locked():
            current = self.state().current
            if current is None:
                raise NothingPromoted
            self._append(Promotion(at, "roll_back", hex_of(current), by, why))
            return self.state()

    def _parse(self, line: bytes, number: int) -> Promotion:
        try:
            found = Promotion(**json.loads(line))
            parse_hash32(found.model)
            if found.action not in ("promote", "roll_back"):
                raise DamagedPromotions(self._path, number)
        except (ValueError, TypeError, FinalError) as error:
            raise DamagedPromotions(self._path, number) from error
        return found

    def _append(self, promotion: Promotion) -> None:
        line = (json.dumps(asdict(promotion), ensure_ascii=False) + "\n").encode()
        with self._path.open("ab") as file:
            kept = sum(len(whole) + 1 for whole in _whole_lines(self._path.read_bytes()))
            file.truncate(kept)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep others from deciding on a state that is about to change."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f"{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _whole_lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


def _state_of(history: list[Promotion]) -> PromotionState:
    promoted: list[Hash32] = []
    withdrawn: set[Hash32] = set()
    for one in history:
        if one.action == "promote":
            promoted.append(one.model_digest)
            withdrawn.discard(one.model_digest)
        elif promoted:
            # Taken back for good: also where it had been promoted before the one that it replaced.
            gone = promoted[-1]
            withdrawn.add(gone)
            promoted = [model for model in promoted if model != gone]
    return PromotionState(tuple(promoted), frozenset(withdrawn))
