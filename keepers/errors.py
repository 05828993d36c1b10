"""Why a keeper refuses, or cannot go on.

    FinalError
    ├── SigningRefused          something the keeper re-derived is not what it should sign
    ├── GatesRefused            a model fails a published gate
    ├── NoModelToGate           there is no such model, or its snapshot is gone
    ├── EpochVetoed             the guardian vetoed what this would commit again
    ├── EquivocationRefused     this keeper has signed another commitment for that time
    ├── ForeignEpoch            the chain has an epoch that this home knows nothing of
    ├── PreviousLedgerMissing   the ledger of the root in force is not here
    ├── PromotedModelMissing    the model that is promoted is not in this home
    └── TrainingFailed          the training program ended with an error
    RetryableError
    └── FinalityBehind          what is needed is on the chain, but not final yet

Owns the nouns of this package. Refuses to know exit codes and HTTP.
"""

from collections.abc import Sequence
from pathlib import Path

from tunefi.errors import FinalError, RetryableError
from tunefi.ids import Address


class SigningRefused(FinalError):
    """What this keeper re-derived differs from what it was asked to sign."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        self.what, self.expected, self.found = what, expected, found
        super().__init__(
            f"not signed: {what} should be {expected}, this keeper finds {found}; "
            "find out which of the two is wrong before anything is signed"
        )


class GatesRefused(FinalError):
    """A model fails a published gate, so it is neither built nor signed; the last final epoch stays."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__(
            f"the model fails {len(self.failures)} of the published gates: {'; '.join(self.failures)}. "
            "Nothing is signed and the last epoch stays in force; `tunefi epoch gate` shows all gates"
        )


class NoModelToGate(FinalError):
    """There is no model to hold against the gates."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        wanted = "of the newest snapshot" if name is None else f"whose digest alone begins with {name[:66]}"
        super().__init__(
            f"there is no model {wanted} here with its snapshot; `tunefi train` makes one, "
            "`tunefi models list` shows which there are"
        )


class EpochVetoed(FinalError):
    """Snapshot and model are those of an epoch that became invalid."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        super().__init__(
            f"epoch {epoch} with this snapshot and this model became invalid on the chain; "
            "it is not committed again: cut a new snapshot or train a new model"
        )


class EquivocationRefused(FinalError):
    """A second commitment for one epoch may overlap in time with one that this keeper signed."""

    def __init__(self, keeper: Address, epoch: int, signed_until: int, valid_from: int) -> None:
        self.keeper, self.epoch = keeper, epoch
        self.signed_until, self.valid_from = signed_until, valid_from
        super().__init__(
            f"keeper {keeper} has signed another commitment of epoch {epoch}, valid until {signed_until}; "
            f"one that is valid from {valid_from} would cost its bond: build the epoch again later"
        )


class ForeignEpoch(FinalError):
    """An epoch on the chain was committed from another home."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        super().__init__(
            f"epoch {epoch} is on the chain and not in this home; "
            "copy its folder from the keeper that committed it"
        )


class PreviousLedgerMissing(FinalError):
    """Rewards build on the ledger of the root in force, which is not here or is another one."""

    def __init__(self, epoch: int, problem: str) -> None:
        self.epoch, self.problem = epoch, problem
        super().__init__(
            f"the ledger of epoch {epoch}, whose root is in force, {problem}; "
            "copy `rewards/` of that epoch from the keeper that posted it"
        )


class PromotedModelMissing(FinalError):
    """The promoted model was moved away."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"the promoted model is not in {path}: bring it back, promote another one, or "
            "`tunefi models rollback`"
        )


class TrainingFailed(FinalError):
    """The training program ended with an error; its own last lines say why."""

    def __init__(self, exit_code: int, last_lines: str) -> None:
        self.exit_code, self.last_lines = exit_code, last_lines
        super().__init__(f"training ended with code {exit_code}: {last_lines or 'it wrote nothing'}")


class FinalityBehind(RetryableError):
    """A block is needed that `finalized` does not cover yet."""

    def __init__(self, block: int, finalized: int) -> None:
        self.block, self.finalized = block, finalized
        super().__init__(f"block {block} is needed, finalized is {finalized}; try again in a few blocks")
