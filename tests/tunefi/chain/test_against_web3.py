"""The chain client against web3, an independent implementation: the same bytes for the same calls."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web3 import Web3

from tunefi.chain.artifact import list_artifacts, load_abi

_CONTRACTS = [name for name in list_artifacts() if name != "Permissions"]


def _abi(name: str) -> list[dict[str, Any]]:
    text = (files("tunefi.chain") / "artifacts" / f"{name}.json").read_text()
    abi: list[dict[str, Any]] = json.loads(text)["abi"]
    return abi


def _functions(name: str) -> list[dict[str, Any]]:
    return [item for item in _abi(name) if item["type"] == "function"]


def _values(kind: str, components: list[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """Return a strategy for an ABI type, in the forms that both clients take."""
    if kind.endswith("[]"):
        return st.lists(_values(kind[:-2], components), max_size=3)
    if kind == "tuple":
        return st.tuples(*(_values(part["type"], part.get("components", [])) for part in components))
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: Web3.to_checksum_address("0x" + raw.hex()))
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        return st.text(max_size=40)
    if kind == "bytes":
        return st.binary(max_size=70)
    if kind.startswith("bytes"):
        size = int(kind[5:])
        return st.binary(min_size=size, max_size=size)
    assert kind.startswith("uint"), kind
    return st.integers(0, 2 ** int(kind[4:]) - 1)


def _signature(function: dict[str, Any]) -> str:
    return f"{function['name']}({','.join(_type_of(part) for part in function['inputs'])})"


def _type_of(part: dict[str, Any]) -> str:
    if not part["type"].startswith("tuple"):
        return str(part["type"])
    return f"({','.join(_type_of(inner) for inner in part['components'])}){part['type'][5:]}"


@pytest.mark.parametrize(
    ("name", "function"),
    [(name, function) for name in _CONTRACTS for function in _functions(name)],
    ids=lambda value: value if isinstance(value, str) else _signature(value)[:60],
)
def test_a_call_has_the_bytes_that_web3_gives_it(name: str, function: dict[str, Any]) -> None:
    theirs = Web3().eth.contract(abi=_abi(name))
    ours = load_abi(name)
    signature = _signature(function)
    kinds = [_values(part["type"], part.get("components", [])) for part in function["inputs"]]

    @settings(max_examples=5)
    @given(st.tuples(*kinds))
    def check(arguments: tuple[Any, ...]) -> None:
        expected = theirs.encode_abi(signature, arguments)
        assert "0x" + ours.encode_call(signature, *arguments).hex() == expected, signature

    check()


@pytest.mark.parametrize("name", _CONTRACTS)
def test_every_event_has_the_topic_that_web3_gives_it(name: str) -> None:
    theirs = Web3().eth.contract(abi=_abi(name))
    for item in _abi(name):
        if item["type"] == "event":
            signature = _signature(item)
            assert load_abi(name).event(item["name"]).topic == bytes(Web3.keccak(text=signature)), signature
            assert theirs.events[item["name"]] is not None
