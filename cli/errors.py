"""What only the command line can find wrong.

FinalError
├── KeyMissing          a command needs a key that is not set
├── UnknownJob          there is no keeper job of that name
├── PageMissing         the wheel or checkout has no built page
└── StageFailed         a stage of the demonstration did not give what it must
"""

from tunefi.errors import FinalError


class KeyMissing(FinalError):
    """A command needs a secret that no setting gives."""

    def __init__(self, variable: str, what: str) -> None:
        self.variable = variable
        super().__init__(f"{variable} is not set: it holds {what}")


class StageFailed(FinalError):
    """A stage of the demonstration did not give what it must."""

    def __init__(self, stage: str, problem: str) -> None:
        self.stage, self.problem = stage, problem
        super().__init__(f"stage {stage}: {problem}; `make demo-clean` starts anew")
