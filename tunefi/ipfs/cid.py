"""CIDv1 of a file and of a directory, computed without a node.

Owns the one form that bundles have: UnixFS in dag-pb, chunks of 262,144 bytes, raw leaves, 174 links a
node, balanced, SHA-256, base32. Refuses to know the network. Sources: the specifications of CID, dag-pb
and UnixFS 1.5 (specs.ipfs.tech); the numbers are the defaults of Kubo with `--cid-version=1`.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tunefi.ipfs.errors import MalformedCid, UnsupportedContent

CHUNK_BYTES = 262_144
LINKS_MAX = 174

_RAW = 0x55
_DAG_PB = 0x70
_SHA2_256 = bytes([0x12, 0x20])
# Above this size Kubo shards a directory into a HAMT, which has another CID.
_DIRECTORY_BYTES_MAX = 262_144

_DIRECTORY = 1
_FILE = 2


@dataclass(frozen=True)
class Node:
    """A block as its parent links to it.

    Attributes:
        cid: Binary CID.
        total_bytes: Size of the block and all below it, as encoded.
        file_bytes: Size of the file's content below it.
    """

    cid: bytes
    total_bytes: int
    file_bytes: int

    def text(self) -> str:
        """Return the CID in base32."""
        return "b" + base64.b32encode(self.cid).decode().lower().rstrip("=")


def file_cid(path: Path) -> str:
    """Return the CID of a file's content, reading one chunk at a time."""
    return build_file_node(path).text()


def bytes_cid(content: bytes) -> str:
    """Return the CID of content in memory."""
    return bytes_node(content).text()


def bytes_node(content: bytes) -> Node:
    """Return the root block of content in memory."""
    return _balanced(content[i : i + CHUNK_BYTES] for i in range(0, len(content), CHUNK_BYTES))


def directory_cid(directory: Path) -> str:
    """Return the CID of a directory of files.

    Raises:
        UnsupportedContent: It holds something that is not a plain file, or too many files for one block.
    """
    files: dict[str, Node] = {}
    for path in directory.iterdir():
        if path.is_symlink() or not path.is_file():
            raise UnsupportedContent(str(path), "a bundle holds plain files only")
        files[path.name] = build_file_node(path)
    return build_directory_node(files).text()


def build_file_node(path: Path) -> Node:
    """Return the root block of a file."""
    with path.open("rb") as file:
        return _balanced(_chunks(file))


def build_directory_node(files: Mapping[str, Node]) -> Node:
    """Return the block of a directory, its links sorted by the bytes of their names.

    Raises:
        UnsupportedContent: So many names that nodes would shard the directory.
    """
    links = sorted(files.items(), key=lambda entry: entry[0].encode())
    block = b"".join(_link(node, name.encode()) for name, node in links) + _field(
        1, _varint_field(1, _DIRECTORY)
    )
    if len(block) > _DIRECTORY_BYTES_MAX:
        raise UnsupportedContent("directory", f"{len(files)} files are too many for one block")
    return Node(_cid(_DAG_PB, block), len(block) + sum(node.total_bytes for node in files.values()), 0)


def check_cid(text: str) -> None:
    """Check that a text is a CIDv1 of SHA-256 in base32.

    Raises:
        MalformedCid: It is not.
    """
    padded = text[1:].upper() + "=" * (-len(text[1:]) % 8)
    try:
        cid = base64.b32decode(padded)
    except ValueError as error:
        raise MalformedCid(text) from error
    if not text.startswith("b") or cid[:1] != b"\x01" or cid[2:4] != _SHA2_256 or len(cid) != 36:
        raise MalformedCid(text)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _balanced(chunks: Iterable[bytes]) -> Node:
    nodes = [Node(_cid(_RAW, chunk), len(chunk), len(chunk)) for chunk in chunks]
    if not nodes:
        return Node(_cid(_RAW, b""), 0, 0)
    while len(nodes) > 1:
        nodes = [_parent(nodes[i : i + LINKS_MAX]) for i in range(0, len(nodes), LINKS_MAX)]
    return nodes[0]


def _parent(children: list[Node]) -> Node:
    size = sum(child.file_bytes for child in children)
    unixfs = _varint_field(1, _FILE) + _varint_field(3, size)
    unixfs += b"".join(_varint_field(4, child.file_bytes) for child in children)
    block = b"".join(_link(child, b"") for child in children) + _field(1, unixfs)
    return Node(_cid(_DAG_PB, block), len(block) + sum(child.total_bytes for child in children), size)


def _cid(codec: int, block: bytes) -> bytes:
    return bytes([1, codec]) + _SHA2_256 + hashlib.sha256(block).digest()


def _link(node: Node, name: bytes) -> bytes:
    return _field(2, _field(1, node.cid) + _field(2, name) + _varint_field(3, node.total_bytes))


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
