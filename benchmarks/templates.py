"""Real logs as templates: where in the bytes of an event each argument lies, so that copies can differ there.

Owns the recording, one real log of each kind, made on a chain by `tests.kit.record_logs`. Refuses to know
what a copy says.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.dense_world import Column
from tunefi.chain.abi import ContractAbi, Member
from tunefi.chain.artifact import load_abi
from tunefi.chain.events import decode_logs
from tunefi.chain.logs import parse_log

RECORDING = Path(__file__).with_name("recorded_logs.json")
_WORD = 32
EventName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Recording:
    """Real logs as a node told them, by contract and event, and the contracts' addresses."""

    contracts: Mapping[str, str]
    logs: Mapping[EventName, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class EventCopies:
    """Copies of one event: topics (copies, topics, 32) and data (copies, bytes)."""

    topics: NDArray[np.uint8]
    data: NDArray[np.uint8]


def load_recording() -> Recording:
    """Return the recorded logs."""
    content = json.loads(RECORDING.read_text("utf-8"))
    logs = {_event_name(name): log for name, log in content["logs"].items()}
    return Recording(content["contracts"], logs)


def _event_name(name: str) -> EventName:
    contract, event = name.split(".")
    return contract, event


def build_copies(recording: Recording, name: EventName, edits: Mapping[str, Column]) -> EventCopies:
    """Return copies of a recorded event, one for each row of the columns.

    Args:
        recording: Holds a log of this kind.
        name: Contract and event.
        edits: Column by place, such as `order.3`; see `benchmarks.dense_world`.
    """
    abi = load_abi(name[0])
    arguments = _arguments(recording, name)
    for place, column in edits.items():
        arguments = _with(arguments, place, _sample(abi.event(name[1]), arguments, place, column, 0x11))
    topics, data = abi.encode_event(name[1], arguments)
    whole = np.frombuffer(b"".join(topics) + data, np.uint8)
    copies = np.tile(whole, (len(next(iter(edits.values()))), 1))
    for place, column in edits.items():
        _write(copies, whole, abi, name[1], arguments, place, column)
    split = _WORD * len(topics)
    return EventCopies(copies[:, :split].reshape(len(copies), -1, _WORD), copies[:, split:])


def _arguments(recording: Recording, name: EventName) -> dict[str, Any]:
    log = parse_log(recording.logs[name], "the recording")
    (event,) = decode_logs([log], {log.address: load_abi(name[0])}).events
    return dict(event.arguments)


def _write(
    copies: NDArray[np.uint8],
    whole: NDArray[np.uint8],
    abi: ContractAbi,
    event: str,
    arguments: Mapping[str, Any],
    place: str,
    column: Column,
) -> None:
    """Set one argument in all copies: it lies where the encoding changes with it."""
    other = _with(arguments, place, _sample(abi.event(event), arguments, place, column, 0xEE))
    topics, data = abi.encode_event(event, other)
    changed = np.flatnonzero(np.frombuffer(b"".join(topics) + data, np.uint8) != whole)
    if column.ndim == 1:
        end = changed[-1] // _WORD * _WORD + _WORD
        copies[:, end - 8 : end] = column.astype(">i8").view(np.uint8).reshape(-1, 8)
    else:
        copies[:, changed[0] : changed[0] + column.shape[1]] = column


def _sample(member: Member, arguments: Mapping[str, Any], place: str, column: Column, byte: int) -> Any:
    """Return a value of the type at a place, as wide as the column's, of one byte repeated."""
    if column.ndim == 1:
        return byte % 3 + 1
    filled = bytes([byte]) * column.shape[1]
    value = _at(arguments, place)
    if isinstance(value, bytes):
        return filled
    return (
        "0x" + filled.hex()
        if column.shape[1] == 20 and str(value).startswith("0x")
        else chr(byte % 94 + 33) * column.shape[1]
    )


def _at(arguments: Any, place: str) -> Any:
    first, *rest = place.split(".")
    value = arguments[first]
    for step in rest:
        value = value[int(step)]
    return value


def _with(arguments: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    first, *rest = place.split(".")
    return {**arguments, first: _replaced(arguments[first], rest, value)}


def _replaced(nested: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    index = int(steps[0])
    parts = list(nested)
    parts[index] = _replaced(parts[index], steps[1:], value)
    return tuple(parts)
