"""Raw logs to typed events, by the ABIs of the contracts that emitted them.

Logs of one event are decoded together, column by column. Owns the decoding. Refuses to know what an event
means, and to stop for a log that does not decode: it is set aside with its reason.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from tunefi.chain.abi import ContractAbi, Member, is_hashed
from tunefi.chain.abi_columns import decode_columns
from tunefi.chain.logs import RawLog
from tunefi.ids import Address

_WORD = 32


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One decoded event; addresses in `arguments` are lower-case 0x hex."""

    contract: str
    name: str
    arguments: Mapping[str, Any]
    log: RawLog


@dataclass(frozen=True, slots=True)
class SetAside:
    """A log that does not decode, and why."""

    log: RawLog
    reason: str


@dataclass(frozen=True, slots=True)
class DecodedLogs:
    """Events in the order of their logs, and what was set aside."""

    events: list[ChainEvent]
    set_aside: list[SetAside]


def decode_logs(logs: Sequence[RawLog], abis: Mapping[Address, ContractAbi]) -> DecodedLogs:
    """Decode logs with the ABI of each address.

    Args:
        logs: In chain order.
        abis: ABI by address of the contract.

    Returns:
        Every log exactly once, as event or set aside.
    """
    groups: dict[tuple[Address, bytes], list[int]] = defaultdict(list)
    for index, log in enumerate(logs):
        groups[log.address, log.topics[0] if log.topics else b""].append(index)
    found: list[ChainEvent | SetAside | None] = [None] * len(logs)
    for (address, topic), indexes in groups.items():
        mine = [logs[index] for index in indexes]
        for index, one in zip(indexes, _decode_group(mine, abis.get(address), topic), strict=True):
            found[index] = one
    return DecodedLogs(
        [one for one in found if isinstance(one, ChainEvent)],
        [one for one in found if isinstance(one, SetAside)],
    )


def _decode_group(
    logs: Sequence[RawLog], abi: ContractAbi | None, topic: bytes
) -> Sequence[ChainEvent | SetAside]:
    """Return what logs of one address and first topic are, in their order."""
    if abi is None:
        return [SetAside(log, "no contract of this deployment has the address") for log in logs]
    member = abi.events.get(topic)
    if member is None:
        return [SetAside(log, f"{abi.name} has no event with this first topic") for log in logs]
    topics = decode_columns(_topic_types(member), [b"".join(log.topics[1:]) for log in logs])
    body = decode_columns(_body_types(member), [log.data for log in logs])
    of_topics, of_body = iter(topics.columns), iter(body.columns)
    columns = [next(of_topics) if indexed else next(of_body) for indexed in member.indexed]
    rows = zip(*columns, strict=True) if columns else [()] * len(logs)
    topic_bytes = _WORD * (1 + sum(member.indexed))
    good = (topics.good & body.good).tolist()
    return [
        ChainEvent(abi.name, member.name, dict(zip(member.names, row, strict=True)), log)
        if well and len(log.topics) * _WORD == topic_bytes == sum(map(len, log.topics))
        else _decode_odd(log, abi, member)
        for log, row, well in zip(logs, rows, good, strict=True)
    ]


def _topic_types(member: Member) -> list[str]:
    """Types of the indexed arguments; of one of dynamic type only the hash was kept."""
    kinds = zip(member.types, member.indexed, strict=True)
    return ["bytes32" if is_hashed(kind) else kind for kind, indexed in kinds if indexed]


def _body_types(member: Member) -> list[str]:
    return [kind for kind, indexed in zip(member.types, member.indexed, strict=True) if not indexed]


def _decode_odd(log: RawLog, abi: ContractAbi, member: Member) -> ChainEvent | SetAside:
    """Decode a log that is not as compilers write it, or say why it is none."""
    try:
        return ChainEvent(abi.name, member.name, _odd_arguments(member, log), log)
    except (DecodingError, OverflowError, UnicodeDecodeError, ValueError) as error:
        return SetAside(log, f"{abi.name}.{member.name} does not decode: {str(error)[:200]}")


def _odd_arguments(member: Member, log: RawLog) -> dict[str, Any]:
    if len(log.topics) - 1 != sum(member.indexed):
        raise ValueError(f"{len(log.topics) - 1} indexed arguments, expected {sum(member.indexed)}")
    topics = iter(
        [decode([kind], topic)[0] for kind, topic in zip(_topic_types(member), log.topics[1:], strict=True)]
    )
    body = iter(decode(_body_types(member), log.data))
    kinds = zip(member.names, member.indexed, strict=True)
    return {name: next(topics) if indexed else next(body) for name, indexed in kinds}
