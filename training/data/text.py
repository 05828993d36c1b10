"""The text form of published splits: `train.txt`, `test.txt`, perhaps `valid.txt`, `user item item …` a line.

Owns reading it, and naming the line that is wrong. Refuses to know where such data comes from.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.table_rows import track_key
from training.data.errors import MalformedText
from training.data.interactions import Interactions, Longs
from tunefi.hashing import keccak256
from tunefi.ids import Hash32

TRAIN, TEST, VALIDATION = "train.txt", "test.txt", "valid.txt"

_FORMAT = b"tunefi-text-split/1"
_DIGITS_MAX = 18
_BLANKS = np.isin(np.arange(256), list(b" \t\r\n"))
_DIGITS = np.isin(np.arange(256), list(b"0123456789"))


@dataclass(frozen=True, eq=False)
class TextParts:
    """What a directory holds, over the same listeners and tracks.

    User n is listener `0x…n` in hexadecimal, item n is track `item:n`.
    """

    train: Interactions
    test: Interactions
    validation: Interactions | None


@dataclass(frozen=True, eq=False)
class _File:
    """Pairs of a file in its order, int64 (P,) each, with the line each came from."""

    path: Path
    users: Longs
    items: Longs
    lines: Longs

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            data = path.read_bytes()
        except OSError as error:
            problem = f"it cannot be read ({error.strerror})"
            raise MalformedText(path, None, problem, "name a folder with train.txt and test.txt") from error
        values, lines = _numbers(path, data)
        heads = np.append(True, np.diff(lines) != 0)[: len(lines)]
        users = values[heads][np.cumsum(heads) - 1]
        found = cls(path, users[~heads], values[~heads], lines[~heads])
        if not len(found.users):
            raise MalformedText(path, None, "it holds no pair", "each line is a user and then its items")
        return found


def load_text(directory: Path) -> TextParts:
    """Return the parts of a directory.

    Users and items are non-negative integers in decimal, parted by spaces; a user may stand on several lines
    or on one without items.

    Args:
        directory: Holds `train.txt` and `test.txt`, and `valid.txt` where a validation part was published.

    Raises:
        MalformedText: A file is missing or empty, a line is not of the form, or a pair is in a file twice or
            in two files.
    """
    names = [TRAIN, TEST, *([VALIDATION] if (directory / VALIDATION).exists() else [])]
    files = [_File.read(directory / name) for name in names]
    users, owners = np.unique(np.concatenate([file.users for file in files]), return_inverse=True)
    items, places = np.unique(np.concatenate([file.items for file in files]), return_inverse=True)
    _check_pairs_once(files, owners << 32 | places)
    track_ids = [f"item:{item}" for item in items.tolist()]
    order = sorted(range(len(track_ids)), key=[track_key(text) for text in track_ids].__getitem__)
    rows = np.empty(len(order), np.int64)
    rows[order] = np.arange(len(order))
    whole = Interactions(
        addresses=tuple(f"0x{user:040x}" for user in users.tolist()),
        track_ids=tuple(track_ids[row] for row in order),
        listener_rows=owners.astype(np.int64),
        track_rows=rows[places],
        hidden=CsrRows.empty(len(users)),
        snapshot_digest=_digest(files),
    )
    source = np.repeat(np.arange(len(files)), [len(file.users) for file in files])
    parts = [_sorted(whole.part(source == number)) for number in range(len(files))]
    return TextParts(parts[0], parts[1], parts[2] if len(parts) > 2 else None)


def _numbers(path: Path, data: bytes) -> tuple[Longs, Longs]:
    """Return all numbers of a file and the line of each."""
    text = np.frombuffer(data, np.uint8)
    blank = np.append(_BLANKS[text], True)
    starts = np.flatnonzero(~blank & np.append(True, blank[:-1]))
    ends = np.flatnonzero(blank & np.append(False, ~blank[:-1]))
    newlines = np.flatnonzero(text == ord("\n"))
    strange = np.flatnonzero(~(_DIGITS[text] | blank[:-1]))
    long = starts[ends - starts > _DIGITS_MAX]
    for found, problem in ((strange, "is no number"), (long, "is too large")):
        if len(found):
            first = int(np.searchsorted(starts, found[0], "right")) - 1
            word = data[starts[first] : ends[first]][:40].decode(errors="replace")
            line = int(np.searchsorted(newlines, found[0])) + 1
            remedy = "each line is a user and then its items, non-negative integers parted by spaces"
            raise MalformedText(path, line, f"{word!r} {problem}", remedy)
    values: NDArray[np.int64] = np.fromstring(data, np.int64, sep=" ")
    return values, np.searchsorted(newlines, starts) + 1


def _check_pairs_once(files: list[_File], keys: Longs) -> None:
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(np.diff(keys[order]) == 0)
    if not len(again):
        return
    earlier, later = (_place(files, int(order[again[0] + step])) for step in (0, 1))
    (path, line, user, item), (other, other_line, _, _) = later, earlier
    raise MalformedText(
        path,
        line,
        f"user {user} has item {item} in {other.name} line {other_line} already ({len(again)} such pairs)",
        "leave each pair in one place, or what is tested was learned",
    )


def _place(files: list[_File], position: int) -> tuple[Path, int, int, int]:
    for file in files:
        if position < len(file.users):
            break
        position -= len(file.users)
    return file.path, int(file.lines[position]), int(file.users[position]), int(file.items[position])


def _digest(files: list[_File]) -> Hash32:
    hashes = [hashlib.sha256(file.path.read_bytes()).digest() for file in files]
    return keccak256(_FORMAT + b"".join(hashes))


def _sorted(part: Interactions) -> Interactions:
    order = np.argsort(part.keys())
    return Interactions(
        part.addresses,
        part.track_ids,
        part.listener_rows[order],
        part.track_rows[order],
        part.hidden,
        part.snapshot_digest,
    )
