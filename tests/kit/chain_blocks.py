"""Made-up blocks and raw logs, for tests that need no chain."""

from ingest.block_logs import BlockLogs
from ingest.chain_journal import Place
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.logs import RawLog
from tunefi.ids import Address

ADDRESS = Address("0x" + "ab" * 20)


def block_hash(number: int, branch: str = "a") -> str:
    """Return a hash that names height and branch."""
    return f"0x{branch * 4}{number:060x}"


def place(number: int, branch: str = "a") -> Place:
    """Return a block of a branch."""
    return Place(number, block_hash(number, branch))


def header(number: int, branch: str = "a") -> BlockHeader:
    """Return the header of a block whose parent is of the same branch."""
    return BlockHeader(
        number, block_hash(number, branch), block_hash(number - 1, branch), number * 12_000_000
    )


def raw_log(number: int, index: int, branch: str = "a", *, data: bytes = b"\x01", topics: int = 2) -> RawLog:
    """Return a log of a block; its topics tell them apart."""
    values = tuple(bytes([number % 256, index, place]) + bytes(29) for place in range(topics))
    transaction = f"0x{number:032x}{index:032x}"
    return RawLog(ADDRESS, values, data, number, block_hash(number, branch), transaction, index)


def block_range(first: int, last: int, branch: str = "a", *, logs_each: int = 2) -> BlockLogs:
    """Return blocks with some logs each."""
    numbers = range(first, last + 1)
    logs = [raw_log(number, index, branch) for number in numbers for index in range(logs_each)]
    headers = [header(number, branch) for number in numbers] if logs_each else []
    return BlockLogs(header(last, branch), headers, logs)
