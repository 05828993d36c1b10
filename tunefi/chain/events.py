"""Raw logs to typed events, by the ABIs of the contracts that emitted them.

Owns the decoding. Refuses to know what an event means, and to stop for a log that does not decode: it is
set aside with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from tunefi.chain.abi import ContractAbi, Member, is_hashed
from tunefi.chain.logs import RawLog
from tunefi.ids import Address


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
    decoded = DecodedLogs([], [])
    for log in logs:
        event = _decode(log, abis)
        (decoded.events if isinstance(event, ChainEvent) else decoded.set_aside).append(event)  # type: ignore[arg-type]
    return decoded


def _decode(log: RawLog, abis: Mapping[Address, ContractAbi]) -> ChainEvent | SetAside:
    abi = abis.get(log.address)
    if abi is None:
        return SetAside(log, "no contract of this deployment has the address")
    member = abi.events.get(log.topics[0]) if log.topics else None
    if member is None:
        return SetAside(log, f"{abi.name} has no event with this first topic")
    try:
        return ChainEvent(abi.name, member.name, _arguments(member, log), log)
    except (DecodingError, OverflowError, UnicodeDecodeError, ValueError) as error:
        return SetAside(log, f"{abi.name}.{member.name} does not decode: {str(error)[:200]}")


def _arguments(member: Member, log: RawLog) -> dict[str, Any]:
    kinds = list(zip(member.names, member.types, member.indexed, strict=True))
    topics = iter(log.topics[1:])
    if len(log.topics) - 1 != sum(member.indexed):
        raise ValueError(f"{len(log.topics) - 1} indexed arguments, expected {sum(member.indexed)}")
    body = iter(decode([kind for _, kind, indexed in kinds if not indexed], log.data))
    return {
        name: _topic_value(kind, next(topics)) if indexed else next(body) for name, kind, indexed in kinds
    }


def _topic_value(kind: str, topic: bytes) -> Any:
    """An indexed argument; of a dynamic one only the hash was kept."""
    if is_hashed(kind):
        return topic
    return decode([kind], topic)[0]
