"""Who may be a keeper set and who of it a quorum, from the words of the design's section 5."""

from collections.abc import Sequence

MAX_KEEPERS = 64


def set_faults(members: Sequence[int], quorum: int) -> set[str]:
    """Return the names of all that is wrong with a set; members as numbers."""
    count = len(members)
    faults = {
        "BadKeeperCount": not 1 <= count <= MAX_KEEPERS,
        "BadQuorum": not count < 2 * quorum <= 2 * count,
        "NotAscending": not _ascends(members),
    }
    return {name for name, found in faults.items() if found}


def signer_faults(members: Sequence[int], quorum: int, signers: Sequence[int]) -> set[str]:
    """Return the names of all that keeps signers from being a quorum of a set."""
    faults = {
        "QuorumNotMet": len(signers) < quorum,
        "NotAscending": not _ascends(signers),
        "NotKeeper": not set(signers) <= set(members),
    }
    return {name for name, found in faults.items() if found}


def _ascends(numbers: Sequence[int]) -> bool:
    return list(numbers) == sorted(set(numbers)) and 0 not in numbers
