"""What is decoded column by column is what `eth_abi` decodes, for any type and any bytes."""

import re
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from hypothesis import given, settings
from hypothesis import strategies as st

from tunefi.chain.abi import ContractAbi, is_hashed
from tunefi.chain.abi_columns import decode_columns
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.logs import RawLog
from tunefi.ids import Address

WORD = 32
EMITTER = Address("0x" + "e1" * 20)
_BASES = (
    "address",
    "bool",
    "string",
    "bytes",
    "bytes4",
    "bytes32",
    "uint8",
    "uint64",
    "uint256",
    "int16",
    "int256",
)
_BASE_TYPES = st.sampled_from(_BASES)
TYPES = st.recursive(
    _BASE_TYPES,
    lambda inner: st.one_of(
        st.builds("{}[]".format, inner),
        st.builds("{}[{}]".format, inner, st.integers(1, 3)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({','.join(parts)})"),
    ),
    max_leaves=4,
)


def values_of(kind: str) -> st.SearchStrategy[Any]:
    """Values that `eth_abi` encodes as this type."""
    if array := re.fullmatch(r"(.*)\[(\d*)\]", kind):
        least, most = (int(array[2]), int(array[2])) if array[2] else (0, 3)
        return st.lists(values_of(array[1]), min_size=least, max_size=most).map(tuple)
    if kind.startswith("("):
        return st.tuples(*map(values_of, split_members(kind)))
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("int"):
        bits = int(kind[3:])
        return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    sizes = {"address": 20, "bytes4": 4, "bytes32": 32}
    if kind in sizes:
        exact = st.binary(min_size=sizes[kind], max_size=sizes[kind])
        return exact.map(lambda raw: "0x" + raw.hex()) if kind == "address" else exact
    return {"bool": st.booleans(), "string": st.text(max_size=40), "bytes": st.binary(max_size=70)}[kind]


def split_members(kind: str) -> list[str]:
    """The types between the outermost parentheses."""
    parts, depth = [""], 0
    for letter in kind[1:-1]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes cut short, with a byte or a whole word replaced, or as they are."""
    if not data:
        return draw(st.binary(max_size=WORD))
    place = draw(st.integers(0, len(data) - 1))
    word = place // WORD * WORD
    replaced = draw(st.sampled_from([0, 1, 31, 32, 64, 2**40, 2**255, 2**256 - 1])).to_bytes(WORD, "big")
    return draw(
        st.sampled_from(
            [
                data[:place],
                data[:place] + bytes([data[place] ^ 0x80]) + data[place + 1 :],
                data[:word] + replaced + data[word + WORD :],
                data + b"\x07",
                data,
            ]
        )
    )


@st.composite
def encoded(draw: st.DrawFn) -> tuple[list[str], list[bytes], list[bytes]]:
    """Types, rows as a compiler writes them, and the same rows damaged."""
    types = draw(st.lists(TYPES, min_size=1, max_size=3))
    values = draw(st.lists(st.tuples(*map(values_of, types)), min_size=1, max_size=4))
    rows = [encode(types, row) for row in values]
    return types, rows, [draw(damaged(row)) for row in rows]


def told_by_eth_abi(types: list[str], row: bytes) -> Any:
    """The values, or None where there are none."""
    try:
        return decode(types, row)
    except (DecodingError, OverflowError, UnicodeDecodeError):
        return None


@settings(max_examples=150, deadline=None)
@given(encoded())
def test_columns_hold_what_eth_abi_decodes(case: tuple[list[str], list[bytes], list[bytes]]) -> None:
    types, rows, broken = case
    decoded = decode_columns(types, rows + broken)
    found = list(zip(*decoded.columns, strict=True))
    assert decoded.good[: len(rows)].all(), "what a compiler writes needs no second look"
    for row, values, good in zip(rows + broken, found, decoded.good, strict=True):
        if good:
            assert values == told_by_eth_abi(types, row)
    for values in found[: len(rows)]:
        assert all(type(one) in (int, bool, str, bytes, tuple) for one in values)


@settings(max_examples=100, deadline=None)
@given(encoded(), st.data())
def test_a_log_is_an_event_where_eth_abi_decodes_it_and_set_aside_with_its_reason_otherwise(
    case: tuple[list[str], list[bytes], list[bytes]], data: st.DataObject
) -> None:
    types, _rows, broken = case
    indexed = data.draw(st.lists(st.booleans(), min_size=len(types), max_size=len(types)))
    inputs = [event_input(place, *one) for place, one in enumerate(zip(types, indexed, strict=True))]
    abi = ContractAbi("Emitter", [{"type": "event", "name": "Happened", "inputs": inputs}])
    (member,) = abi.events.values()
    hidden = [
        "bytes32" if is_hashed(kind) else kind for kind, flag in zip(types, indexed, strict=True) if flag
    ]
    shown = [kind for kind, flag in zip(types, indexed, strict=True) if not flag]
    topics = data.draw(st.lists(st.binary(min_size=WORD, max_size=WORD), max_size=len(hidden) + 1))
    logs = [
        RawLog(EMITTER, (bytes(member.topic), *topics), row, 1, "0x01", "0x02", index)
        for index, row in enumerate([encode(shown, values) for values in shown_values(data, shown)] + broken)
    ]
    decoded = decode_logs(logs, {EMITTER: abi})
    found = {one.log.log_index: one for one in (*decoded.events, *decoded.set_aside)}
    assert sorted(found) == list(range(len(logs)))
    for log in logs:
        parts = [told_by_eth_abi([kind], topic) for kind, topic in zip(hidden, topics, strict=False)]
        body = told_by_eth_abi(shown, log.data)
        one = found[log.log_index]
        if len(topics) == len(hidden) and None not in parts and body is not None:
            assert isinstance(one, ChainEvent)
            told = iter([part[0] for part in parts]), iter(body)
            expected = [next(told[0] if flag else told[1]) for flag in indexed]
            assert list(one.arguments.values()) == expected
        else:
            assert "does not decode" in one.reason  # type: ignore[union-attr]


def shown_values(data: st.DataObject, types: list[str]) -> list[tuple[Any, ...]]:
    """Values of one or two logs."""
    return data.draw(st.lists(st.tuples(*map(values_of, types)), min_size=1, max_size=2))


def event_input(place: int, kind: str, indexed: bool) -> dict[str, Any]:
    """The argument of an event as the compiler describes it."""
    suffix = re.fullmatch(r"(?:\(.*\)|[^\[]*)((?:\[\d*\])*)", kind)
    if kind.startswith("("):
        assert suffix is not None
        members = split_members(kind.removesuffix(suffix[1]))
        parts = [event_input(number, member, False) for number, member in enumerate(members)]
        return {"name": f"a{place}", "type": f"tuple{suffix[1]}", "components": parts, "indexed": indexed}
    return {"name": f"a{place}", "type": kind, "indexed": indexed}


def test_nothing_decodes_to_nothing() -> None:
    assert decode_columns(["uint256", "string[]"], []).columns == [[], []]
    assert decode_logs([], {}).events == []
