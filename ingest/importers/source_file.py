"""The file, pipe or packed file that interactions are imported from, opened as plain bytes.

Packing is recognised by content: gzip, bzip2, xz, Zstandard; tar, packed or not; zip. Owns the limits against
files that unpack to far more than they are, and the words for a file that cannot be read. Refuses to know
what the bytes say.
"""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

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
_ZIP, _TAR, _TAR_AT = b"PK\x03\x04", b"ustar", 257
_DAMAGES = (
    OSError,
    EOFError,
    RuntimeError,  # an encrypted file of a zip
    lzma.LZMAError,
    zlib.error,
    pa.ArrowException,
    tarfile.TarError,
    zipfile.BadZipFile,
)
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz"}


@dataclass(frozen=True, slots=True)
class Member:
    """One plain file within a source; `stream` is read once, from its start, before the next is taken."""

    name: str
    stream: "io.BufferedReader[Any]"
    archived: bool = False

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
        self.name, self.size, self.unpacked = name, size, 0
        self.head = self._read_head()

    @property
    def position(self) -> int:
        """How many of its bytes have been read."""
        return self._counted.count

    def count_unpacked(self, more: int) -> None:
        """Count unpacked bytes, as long as they are not too many."""
        self.unpacked += more
        if self.unpacked > _FREE_BYTES + _LARGEST_RATIO * self.position:
            raise UnpackedTooLarge(self.name, self.position, self.unpacked)

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
        if self.head.startswith(_ZIP):
            yield from self._zip_members()
            return
        stream = io.BufferedReader(self._unpacked(), _HEAD)
        if stream.peek(_TAR_AT + len(_TAR))[_TAR_AT:].startswith(_TAR):
            yield from self._tar_members(stream)
        else:
            yield Member(self.name, stream)

    def _tar_members(self, stream: "io.BufferedReader[Any]") -> Iterator[Member]:
        with self._damage("between the files of the tar"), tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                archive.members = []  # type: ignore[attr-defined]  # it would keep all it has seen
                if info.isfile() and (file := archive.extractfile(info)):
                    yield self._member(info.name, file)

    def _zip_members(self) -> Iterator[Member]:
        with self._damage("in the list of the zip's files"):
            self._counted.seek(0)
            with zipfile.ZipFile(io.BufferedReader(self._counted, _CHUNK)) as archive:
                for info in sorted(archive.infolist(), key=lambda info: info.filename):
                    if not info.is_dir():
                        with archive.open(info) as file:
                            yield self._member(info.filename, file)

    def _member(self, name: str, file: _Reads) -> Member:
        return Member(name, io.BufferedReader(_Guarded(file, self), _HEAD), archived=True)

    @contextmanager
    def _damage(self, where: str) -> Iterator[None]:
        try:
            yield
        except _DAMAGES as error:
            raise SourceUnreadable(self.name, where, str(error)) from error

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

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class _Guarded(io.RawIOBase):
    """Unpacked bytes, until they are too many or damaged."""

    def __init__(self, packed: _Reads, source: SourceFile) -> None:
        self._packed, self._source = packed, source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._packed.read(len(buffer))
        except _DAMAGES as error:
            where = f"after {self._source.unpacked:,} unpacked bytes"
            raise SourceUnreadable(self._source.name, where, str(error)) from error
        self._source.count_unpacked(len(data))
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
