"""What can be wrong with the inputs of a ledger, or with a ledger on disk.

    FinalError
    ├── SnapshotsOutOfOrder     the previous snapshot is not earlier than this one
    ├── LedgerMismatch          the previous ledger belongs to another snapshot, or is missing
    ├── NegativeBudget          more was promised than funded
    ├── BadParameters           a parameter of the rule is out of range
    └── DamagedLedger           a ledger on disk that is cut short or altered

Owns the nouns of this package. Refuses to know how an error looks over HTTP.
"""

from pathlib import Path

from tunefi.errors import FinalError


class SnapshotsOutOfOrder(FinalError):
    """A period must end later than it starts."""

    def __init__(self, previous_block: int, block: int) -> None:
        self.previous_block, self.block = previous_block, block
        super().__init__(
            f"the previous snapshot was cut at block {previous_block}, this one at {block}: "
            "rewards need an earlier snapshot as the previous one"
        )


class LedgerMismatch(FinalError):
    """The previous ledger was not made from the previous snapshot."""

    def __init__(self, snapshot: str, ledger: str) -> None:
        self.snapshot, self.ledger = snapshot, ledger
        super().__init__(
            f"the previous snapshot is {snapshot}, the previous ledger was made from {ledger}: "
            "give both of the newest root in force"
        )


class NegativeBudget(FinalError):
    """The budget is below zero."""

    def __init__(self, budget_wei: int) -> None:
        self.budget_wei = budget_wei
        super().__init__(f"a budget of {budget_wei} wei cannot be split; it must not be below zero")


class BadParameters(FinalError):
    """A parameter of the rule is out of its range."""

    def __init__(self, name: str, value: int, allowed: str) -> None:
        self.name, self.value, self.allowed = name, value, allowed
        super().__init__(f"reward parameter {name} is {value}; allowed is {allowed}")


class DamagedLedger(FinalError):
    """A ledger on disk that must not be used; compute it again."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"reward ledger at {path}: {problem}; compute the ledger again")
