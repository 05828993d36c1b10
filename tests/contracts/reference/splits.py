"""The rule of a split, from the words of IRoyaltyDistributor."""

from collections.abc import Sequence

WHOLE = 1_000_000
MAX_RECIPIENTS = 100


def split_amount(amount: int, parts: Sequence[int], remainder: int) -> list[int]:
    """Return each recipient's share: floored, and what that leaves over goes to the one at `remainder`."""
    shares = [amount * part // WHOLE for part in parts]
    shares[remainder] += amount - sum(shares)
    return shares


def split_faults(accounts: Sequence[int], parts: Sequence[int], remainder: int) -> set[str]:
    """Return the names of all that is wrong with a frozen split; accounts as numbers."""
    faults = {
        "WrongRecipientCount": not 1 <= len(accounts) <= MAX_RECIPIENTS,
        "UnknownRemainder": remainder >= len(accounts),
        "RecipientsNotAscending": list(accounts) != sorted(set(accounts)) or 0 in accounts,
        "NoParts": 0 in parts,
        "WrongSum": sum(parts) != WHOLE,
    }
    return {name for name, found in faults.items() if found}
