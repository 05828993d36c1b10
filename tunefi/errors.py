"""The two roots of every error that TuneFi raises on purpose.

    TuneFiError
    ├── RetryableError      the same call may succeed later: a node is gone, a database restarts
    └── FinalError          the same call fails again: the input or the state is wrong
        ├── MalformedAddress
        └── MalformedHash

Each package adds its own nouns under one of the two. A message says what is wrong, where, and what to
do. How an error looks over HTTP is known to `api.errors` alone, the exit code to `cli.exit_codes`.
"""


class TuneFiError(Exception):
    """Whatever TuneFi raises on purpose; catch one of the two roots below instead."""


class RetryableError(TuneFiError):
    """The same call may succeed later; retry with backoff."""


class FinalError(TuneFiError):
    """The same call fails again until its input or the state changes; do not retry."""


class MalformedAddress(FinalError):
    """A text that should be an address is not one."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:80]!r} is not an address: expected 0x and 40 hexadecimal digits")


class MalformedHash(FinalError):
    """A text is not the 0x hex of 32 bytes."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"not a hash: {text[:80]!r}; expected 0x and 64 hexadecimal digits")
