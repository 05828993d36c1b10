"""What the HTTP service itself refuses.

FinalError
├── SignInRefused          a sign-in message that does not hold
├── NotSignedIn            a token that is unknown or has expired
├── NotYours               something that is only shown to the account it belongs to
├── NoSuchEpoch            no epoch of this number is known here
├── NoSuchBundleFile       not a file of a public bundle
├── NoSuchListener, NoSuchTrack
├── NotTheOperator         a request for a job or metrics without the operator's token
├── NotAKeeper             a request for the log without the token that keepers share
├── NoSuchJob, NoSuchRun
└── PageNotBuilt           the browser app is not in this installation
RetryableError
└── NoServedEpoch          no epoch is final yet
"""

from collections.abc import Sequence

from tunefi.errors import FinalError, RetryableError


class SignInRefused(FinalError):
    """A sign-in message that does not hold; ask for a new nonce and sign again."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"sign-in refused: {reason}; ask for a nonce and sign a new message")


class NotSignedIn(FinalError):
    """No token where one is needed, or one that is unknown or has expired."""

    def __init__(self) -> None:
        super().__init__("this needs a valid token: sign in with /v1/auth/nonce and /v1/auth/verify")


class NotYours(FinalError):
    """Someone else's opening or listening history."""

    def __init__(self, what: str, address: str) -> None:
        self.what, self.address = what, address
        super().__init__(f"{what} of {address} is only shown to that account; sign in as {address}")


class NoSuchEpoch(FinalError):
    """An epoch that this service knows nothing of."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        super().__init__(f"epoch {epoch} is not known here; /v1/epochs lists those that are")


class NoSuchBundleFile(FinalError):
    """A name that no public bundle has, or a file that this epoch's bundle does not have."""

    def __init__(self, epoch: int, name: str) -> None:
        self.epoch, self.name = epoch, name
        super().__init__(
            f"the bundle of epoch {epoch} has no file {name[:80]!r}; /v1/epochs/{epoch} lists its files"
        )


class NoSuchTrack(FinalError):
    """A track that the graph and the served epoch do not hold."""

    def __init__(self, track_id: str) -> None:
        self.track_id = track_id
        super().__init__(f"track {track_id[:120]!r} is not known here")


class NoSuchListener(FinalError):
    """An account that the graph does not hold."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"listener {address} is not known here")


class NotTheOperator(FinalError):
    """A request for a job or for metrics by someone who does not hold the token for it."""

    def __init__(self) -> None:
        super().__init__("only for the operator: show the token of the service's `service.json`")


class NotAKeeper(FinalError):
    """A request for the interaction log by someone who does not hold the token for it."""

    def __init__(self) -> None:
        super().__init__("only for keepers who replicate the log: show the token of TUNEFI_REPLICA_TOKEN")


class NoSuchJob(FinalError):
    """This process has no keeper job of that name."""

    def __init__(self, job: str, known: Sequence[str]) -> None:
        self.job, self.known = job, tuple(known)
        listed = ", ".join(known) or "none: it keeps no keeper keys"
        super().__init__(f"this service has no job {job[:64]!r}; it has {listed}")


class NoSuchRun(FinalError):
    """No run has this number, or it was too long ago."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(f"run {run_id} is not known; start the job again")


class PageNotBuilt(FinalError):
    """The browser app's files are missing."""

    def __init__(self) -> None:
        super().__init__("the page is not built in this installation; run `make web` and reload")


class NoServedEpoch(RetryableError):
    """No epoch is final yet, so there are no vectors to answer from."""

    def __init__(self) -> None:
        super().__init__("no epoch is final yet; try again when /v1/epochs shows one")
