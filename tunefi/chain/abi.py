"""What a contract's ABI says: calls to encode, results, errors and events to decode.

Owns encoding by `eth_abi`, and reading of ABIs by `eth_utils`; why not `web3`: decision 0004. Refuses to
know any address, node or meaning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.abi import collapse_if_tuple

from tunefi.chain.errors import MalformedArguments, UnknownMember
from tunefi.hashing import keccak256

_PANIC = bytes.fromhex("4e487b71")
_ERROR_STRING = bytes.fromhex("08c379a0")


@dataclass(frozen=True, slots=True)
class Member:
    """A function, event or error: its inputs by name and canonical type."""

    name: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    indexed: tuple[bool, ...]
    outputs: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The canonical signature, such as transfer(address,uint256)."""
        return f"{self.name}({','.join(self.types)})"

    @property
    def topic(self) -> bytes:
        """keccak256 of the signature: the first topic of an event; its first 4 bytes select a call."""
        return keccak256(self.signature.encode())


@dataclass(frozen=True)
class ContractAbi:
    """The members of one contract.

    Args:
        name: The contract's name.
        entries: The ABI as the compiler writes it.
    """

    name: str
    entries: Sequence[Mapping[str, Any]] = field(repr=False)

    def __post_init__(self) -> None:
        members = {
            kind: _members(self.entries, kind) for kind in ("function", "event", "error", "constructor")
        }
        object.__setattr__(self, "functions", members["function"])
        object.__setattr__(self, "events", {member.topic: member for member in members["event"]})
        object.__setattr__(self, "errors", {member.topic[:4]: member for member in members["error"]})
        object.__setattr__(self, "constructor", next(iter(members["constructor"]), None))

    functions: Sequence[Member] = field(init=False, repr=False)
    events: Mapping[bytes, Member] = field(init=False, repr=False)
    """By first topic."""
    errors: Mapping[bytes, Member] = field(init=False, repr=False)
    """By selector."""
    constructor: Member | None = field(init=False, repr=False)

    def function(self, name: str) -> Member:
        """Return a function by its name, or by its signature where the name is overloaded."""
        found = [member for member in self.functions if name in (member.name, member.signature)]
        if len(found) != 1:
            raise UnknownMember(self.name, name)
        return found[0]

    def event(self, name: str) -> Member:
        """Return an event by its name or signature."""
        found = [member for member in self.events.values() if name in (member.name, member.signature)]
        if len(found) != 1:
            raise UnknownMember(self.name, name)
        return found[0]

    def encode_call(self, name: str, *arguments: Any) -> bytes:
        """Return the call data of a function.

        Raises:
            UnknownMember: No such function, or several.
            MalformedArguments: Wrong number or type of arguments.
        """
        member = self.function(name)
        return member.topic[:4] + _encode(member, arguments)

    def encode_constructor(self, *arguments: Any) -> bytes:
        """Return the encoded arguments of the constructor, to follow the bytecode."""
        return _encode(self.constructor or Member("constructor", (), (), (), ()), arguments)

    def encode_event(self, name: str, arguments: Mapping[str, Any]) -> tuple[list[bytes], bytes]:
        """Return topics and data of an event, as the contract emits them.

        Args:
            name: Of the event.
            arguments: By name; of an indexed argument of dynamic type its hash.

        Raises:
            UnknownMember: No such event, or several.
            MalformedArguments: Wrong names or types of arguments.
        """
        member = self.event(name)
        if set(arguments) != set(member.names):
            raise MalformedArguments(member.signature, f"given {sorted(arguments)}")
        kinds = zip(member.names, member.types, member.indexed, strict=True)
        topics, body = [bytes(member.topic)], []
        for argument, kind, indexed in kinds:
            if indexed:
                topics.append(
                    _encode_types(member, ["bytes32" if is_hashed(kind) else kind], [arguments[argument]])
                )
            else:
                body.append((kind, arguments[argument]))
        return topics, _encode_types(member, [kind for kind, _ in body], [value for _, value in body])

    def decode_result(self, name: str, data: bytes) -> tuple[Any, ...]:
        """Return the values that a function returned, in order."""
        member = self.function(name)
        try:
            return tuple(decode(member.outputs, data))
        except (DecodingError, OverflowError, UnicodeDecodeError) as error:
            raise MalformedArguments(f"the result of {member.signature}", str(error)) from error


def decode_revert(data: bytes, abis: Iterable[ContractAbi]) -> tuple[str, dict[str, Any]]:
    """Return name and arguments of the custom error in revert data.

    A contract passes on the errors of those it calls, so all known ABIs are looked through. Data that no
    ABI explains is returned as `unknown error` with its hex.
    """
    selector, body = data[:4], data[4:]
    try:
        if selector == _ERROR_STRING:
            return "Error", {"message": decode(["string"], body)[0]}
        if selector == _PANIC:
            return "Panic", {"code": decode(["uint256"], body)[0]}
        for abi in abis:
            if member := abi.errors.get(selector):
                return member.name, dict(zip(member.names, decode(member.types, body), strict=True))
    except (DecodingError, OverflowError, UnicodeDecodeError):
        pass
    return "unknown error" if data else "no reason", {"data": "0x" + data.hex()} if data else {}


def _members(entries: Sequence[Mapping[str, Any]], kind: str) -> list[Member]:
    return [
        _member(entry) for entry in entries if entry["type"] == kind and not entry.get("anonymous", False)
    ]


def _member(entry: Mapping[str, Any]) -> Member:
    inputs = entry.get("inputs", [])
    return Member(
        name=entry.get("name", "constructor"),
        names=tuple(item["name"] or f"argument_{index}" for index, item in enumerate(inputs)),
        types=tuple(collapse_if_tuple(dict(item)) for item in inputs),
        indexed=tuple(bool(item.get("indexed", False)) for item in inputs),
        outputs=tuple(collapse_if_tuple(dict(item)) for item in entry.get("outputs", [])),
    )


def _encode(member: Member, arguments: Sequence[Any]) -> bytes:
    if len(arguments) != len(member.types):
        raise MalformedArguments(member.signature, f"{len(arguments)} given, {len(member.types)} expected")
    return _encode_types(member, member.types, arguments)


def is_hashed(kind: str) -> bool:
    """Return whether an indexed argument of this type is kept as its hash alone."""
    return kind in ("string", "bytes") or "[" in kind or kind.startswith("(")


def _encode_types(member: Member, types: Sequence[str], arguments: Sequence[Any]) -> bytes:
    try:
        return encode(types, arguments)
    except (EncodingError, TypeError, ValueError) as error:
        raise MalformedArguments(member.signature, str(error)) from error
