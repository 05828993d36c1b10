"""What can go wrong with content that is named by its hash.

    FinalError
    ├── MalformedCid            a text that is not a CIDv1 in base32
    ├── UnsupportedContent      a directory that this encoder does not name
    ├── ForeignCid              the node returned another CID than the content has
    └── RefusedByNode           the node answered with an error
    RetryableError
    └── UnreachableNode         no answer

Owns the nouns of this package. Refuses to know who publishes.
"""

from tunefi.errors import FinalError, RetryableError


class MalformedCid(FinalError):
    """A text that should be a CID and is not."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:120]!r} is not a CIDv1 in base32 (it begins with 'b')")


class UnsupportedContent(FinalError):
    """Content that cannot be named the way bundles are."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class ForeignCid(FinalError):
    """A node that names the content otherwise; it must not be committed."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"the IPFS node answered with {found} for content whose CID is {expected}: "
            "check that the node chunks by 262,144 bytes with raw leaves"
        )


class RefusedByNode(FinalError):
    """A node that answered, but not with what was asked."""

    def __init__(self, url: str, problem: str) -> None:
        self.url = url
        self.problem = problem
        super().__init__(f"the IPFS node at {url} refused: {problem}")


class UnreachableNode(RetryableError):
    """A node that does not answer; start it or correct its address."""

    def __init__(self, url: str, problem: str) -> None:
        self.url = url
        self.problem = problem
        super().__init__(f"the IPFS node at {url} does not answer ({problem}); start it or correct IPFS_API")
