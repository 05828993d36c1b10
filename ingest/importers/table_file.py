"""Rows of a tab-separated file of a data set, plain or compressed with xz.

Owns the finding of damage: a file that is cut short or was altered is named with its line. Refuses to know
what a column means.
"""

import hashlib
import lzma
from pathlib import Path

from ingest.errors import MalformedDataFile

_SUMS = "SHA256SUMS"


def load_rows(folder: Path, name: str, columns: int, *, encoding: str = "utf-8") -> list[list[str]]:
    """Return the rows below the header of a file.

    Args:
        folder: Holds `name` or `name`.xz, and maybe `SHA256SUMS`.
        columns: How many each line has.

    Raises:
        MalformedDataFile: Missing, cut short, damaged or altered; names file and line.
    """
    data = _load_bytes(folder, name)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MalformedDataFile(name, line, f"not {encoding}") from error
    lines = text.split("\n")
    rows = [line.rstrip("\r").split("\t") for line in lines[:-1]]
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise MalformedDataFile(name, number, f"{len(row)} columns, expected {columns}")
    if lines[-1]:
        raise MalformedDataFile(name, len(lines), "the file ends in the middle of a line")
    _check_sum(folder, name, data, len(rows))
    return rows[1:]


def load_numbers(folder: Path, name: str, columns: int) -> list[list[int]]:
    """Return the rows of a file that holds nothing but whole numbers."""
    rows = load_rows(folder, name, columns)
    numbers: list[list[int]] = []
    for line, row in enumerate(rows, start=2):
        try:
            numbers.append([int(cell) for cell in row])
        except ValueError as error:
            raise MalformedDataFile(name, line, "a column is not a number") from error
    return numbers


def _load_bytes(folder: Path, name: str) -> bytes:
    packed = folder / f"{name}.xz"
    if packed.exists():
        return _unpack(packed)
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise MalformedDataFile(name, None, f"cannot be read in {folder}: {error.strerror}") from error


def _unpack(path: Path) -> bytes:
    """Unpack as far as the file goes, so that the damage can be given a line."""
    unpacker = lzma.LZMADecompressor()
    data = bytearray()
    with path.open("rb") as file:
        try:
            while chunk := file.read(65_536):
                data += unpacker.decompress(chunk)
        except (lzma.LZMAError, EOFError) as error:
            raise MalformedDataFile(path.name, data.count(b"\n") + 1, f"damaged: {error}") from error
    if not unpacker.eof:
        raise MalformedDataFile(path.name, data.count(b"\n") + 1, "the compressed file is cut short")
    return bytes(data)


def _check_sum(folder: Path, name: str, data: bytes, lines: int) -> None:
    sums = folder / _SUMS
    if not sums.exists():
        return
    expected = {
        line.split()[1].lstrip("*"): line.split()[0]
        for line in sums.read_text(encoding="utf-8").splitlines()
        if len(line.split()) == 2
    }
    found = hashlib.sha256(data).hexdigest()
    if expected.get(name, found) != found:
        reason = f"the file ends here or was altered: its sha256 is {found}, {_SUMS} says {expected[name]}"
        raise MalformedDataFile(name, lines, reason)
