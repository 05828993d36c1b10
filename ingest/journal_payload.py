"""Blocks and raw logs as one value of the journal: two compressed Arrow tables.

Owns the form, and the hash that two journals share however they cut the chain into ranges. Refuses to know
what a log means.
"""

import hashlib
from collections.abc import Iterator
from itertools import groupby

import pyarrow as pa

from ingest.block_logs import BlockLogs
from tunefi.chain.blocks import BlockHeader
from tunefi.chain.logs import RawLog
from tunefi.ids import Address

NO_LOGS = bytes(32)
"""Hash of a chain before its first log."""

_TOPIC_BYTES = 32
_HASH = pa.binary(32)
_BLOCKS = pa.schema(
    [("number", pa.int64()), ("hash", _HASH), ("parent_hash", _HASH), ("timestamp_at", pa.int64())]
)
_LOGS = pa.schema(
    [
        ("block", pa.int64()),
        ("index", pa.int64()),
        ("address", pa.binary(20)),
        ("topics", pa.binary()),
        ("data", pa.binary()),
        ("transaction", _HASH),
    ]
)


def encode_payload(found: BlockLogs) -> bytes:
    """Return the blocks and logs of a range as bytes; the last block is the last of the blocks."""
    sink = pa.BufferOutputStream()
    for table in (_block_table([*found.headers, found.last]), _log_table(found.logs)):
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def decode_payload(payload: bytes) -> BlockLogs:
    """Return the range that `encode_payload` was given."""
    source = pa.BufferReader(payload)
    blocks, logs = (pa.ipc.open_stream(source).read_all() for _ in range(2))
    *headers, last = _headers(blocks)
    return BlockLogs(last, headers, _logs(logs, {header.number: header.hash for header in headers}))


def extend_logs_hash(before: bytes, found: BlockLogs) -> bytes:
    """Return the hash of all logs of a branch, from the hash before this range.

    It goes block by block over the blocks that have logs, so that ranges cut elsewhere give the same.
    """
    for _, after in logs_hashes(before, found):
        before = after
    return before


def logs_hashes(before: bytes, found: BlockLogs) -> Iterator[tuple[int, bytes]]:
    """Yield each block that has logs, and the hash of all logs of the branch up to it."""
    for number, logs in groupby(found.logs, lambda log: log.block_number):
        hasher = hashlib.blake2b(before, digest_size=32)
        for log in logs:
            hasher.update(_log_bytes(log))
        before = hasher.digest()
        yield number, before


def _log_bytes(log: RawLog) -> bytes:
    place = f"{log.block_hash} {log.transaction_hash} {log.log_index} {log.address} {len(log.topics)} "
    return b"".join((place.encode(), *log.topics, len(log.data).to_bytes(8), log.data))


def _block_table(headers: list[BlockHeader]) -> pa.Table:
    columns = {
        "number": [header.number for header in headers],
        "hash": [bytes.fromhex(header.hash[2:]) for header in headers],
        "parent_hash": [bytes.fromhex(header.parent_hash[2:]) for header in headers],
        "timestamp_at": [header.timestamp_at for header in headers],
    }
    return pa.table(columns, schema=_BLOCKS)


def _log_table(logs: list[RawLog]) -> pa.Table:
    columns = {
        "block": [log.block_number for log in logs],
        "index": [log.log_index for log in logs],
        "address": [bytes.fromhex(log.address[2:]) for log in logs],
        "topics": [b"".join(log.topics) for log in logs],
        "data": [log.data for log in logs],
        "transaction": [bytes.fromhex(log.transaction_hash[2:]) for log in logs],
    }
    return pa.table(columns, schema=_LOGS)


def _headers(blocks: pa.Table) -> list[BlockHeader]:
    columns = (blocks[name].to_pylist() for name in _BLOCKS.names)
    return [
        BlockHeader(number, "0x" + hash_.hex(), "0x" + parent.hex(), timestamp_at)
        for number, hash_, parent, timestamp_at in zip(*columns, strict=True)
    ]


def _logs(logs: pa.Table, block_hashes: dict[int, str]) -> list[RawLog]:
    columns = (logs[name].to_pylist() for name in _LOGS.names)
    return [
        RawLog(
            Address("0x" + address.hex()),
            tuple(topics[at : at + _TOPIC_BYTES] for at in range(0, len(topics), _TOPIC_BYTES)),
            data,
            block,
            block_hashes[block],
            "0x" + transaction.hex(),
            index,
        )
        for block, index, address, topics, data, transaction in zip(*columns, strict=True)
    ]
