"""The file, pipe or packed file that interactions are imported from, opened as plain bytes.

Packing is recognised by content: gzip, bzip2, xz, Zstandard. Owns the limits against files that unpack to
far more than they are, and the words for a file that cannot be read. Refuses to know what the bytes say.
"""

import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from ingest.errors import SourceUnreadable, UnpackedTooLarge
from tunefi.hashing import keccak256

_CHUNK = 1 << 20
_HEAD = 1 << 16
_XZ_MEMORY = 128 << 20
_LARGEST_RATIO = 250
"""Listens in JSON pack 10 to 30 times; a bomb packs a thousand times and more."""
_FREE_BYTES = 64 << 20
"""Below this much the ratio does not count: a small file of equal lines packs well."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz"}


@dataclass(frozen=True, slots=True)
class Member:
    """One plain file within a source; `stream` is read once, from its start."""

    name: str
    stream: io.BufferedReader

    @property
    def head(self) -> bytes:
        """Its first bytes, still to be read."""
        return self.stream.peek(_HEAD)[:_HEAD].removeprefix(BYTE_ORDER_MARK)


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...


class SourceFile:
    """A file that is read once, from start to end.

    Args:
        stream: The bytes as they lie on the disk or come through a pipe.
        name: What people call it, in messages and reports.
        size: Its bytes, or None of a pipe.
    """

    def __init__(self, stream: BinaryIO, name: str, size: int | None) -> None:
        self._counted = _Counted(stream)
        self._raw = io.BufferedReader(self._counted, _CHUNK)
        self.name, self.size = name, size
        self.head = self._read_head()

    @property
    def position(self) -> int:
        """How many of its bytes have been read."""
        return self._counted.count

    @property
    def fingerprint(self) -> str:
        """Tells files apart by size and first bytes."""
        return keccak256(f"{self.size}:".encode() + self.head).hex()[:16]

    def members(self) -> Iterator[Member]:
        """Yield the plain files in it.

        Raises:
            SourceUnreadable: It is damaged or cut short; what was yielded before is sound.
            UnpackedTooLarge: It unpacks to more than any honest file does.
        """
        yield Member(self.name, io.BufferedReader(self._unpacked(), _HEAD))

    def _read_head(self) -> bytes:
        try:
            return self._raw.peek(_HEAD)[:_HEAD]
        except OSError as error:
            raise SourceUnreadable(self.name, "at its start", error.strerror or str(error)) from error

    def _unpacked(self) -> "_Guarded":
        packing = next((name for magic, name in _MAGIC.items() if self.head.startswith(magic)), None)
        if packing is None:
            return _Guarded(self._raw, self)
        if packing == "xz":
            return _Guarded(_XzReader(self._raw), self)
        return _Guarded(pa.CompressedInputStream(pa.PythonFile(self._raw, mode="r"), packing), self)


@contextmanager
def open_source(path: Path) -> Iterator[SourceFile]:
    """Open a file.

    Raises:
        SourceUnreadable: It is not there, or may not be read.
    """
    try:
        file = path.open("rb", buffering=0)
        size = path.stat().st_size
    except OSError as error:
        raise SourceUnreadable(str(path), "opening it", error.strerror or str(error)) from error
    with file:
        yield SourceFile(file, path.name, size)


class _Counted(io.RawIOBase):
    """Counts what is read, for the progress, and has a pipe fill the buffer, for the recognition."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.count = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        filled = 0
        while filled < len(buffer) and (data := self._stream.read(len(buffer) - filled)):
            buffer[filled : filled + len(data)] = data
            filled += len(data)
        self.count += filled
        return filled


class _Guarded(io.RawIOBase):
    """Unpacked bytes, until they are too many or damaged."""

    def __init__(self, packed: _Reads, source: SourceFile) -> None:
        self._packed, self._source, self._count = packed, source, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._packed.read(len(buffer))
        except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
            where = f"after {self._count:,} unpacked bytes"
            raise SourceUnreadable(self._source.name, where, str(error)) from error
        self._count += len(data)
        if self._count > _FREE_BYTES + _LARGEST_RATIO * self._source.position:
            raise UnpackedTooLarge(self._source.name, self._source.position, self._count)
        buffer[: len(data)] = data
        return len(data)


class _XzReader:
    """Unpacks xz within a limit of memory, which `lzma.open` cannot be given."""

    def __init__(self, packed: _Reads) -> None:
        self._packed, self._unpacker = packed, self._new()

    def read(self, size: int, /) -> bytes:
        while True:
            if self._unpacker.eof:
                rest = self._unpacker.unused_data or self._packed.read(_CHUNK)
                if not rest.strip(b"\0"):
                    return b""
                self._unpacker = self._new()
                data = self._unpacker.decompress(rest, size)
            else:
                packed = self._packed.read(_CHUNK) if self._unpacker.needs_input else b""
                if self._unpacker.needs_input and not packed:
                    raise EOFError("the compressed file is cut short")
                data = self._unpacker.decompress(packed, size)
            if data:
                return data

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
