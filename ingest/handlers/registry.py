"""Which function handles which event of which contract.

A handler takes an event as a dataclass whose name is the event's and whose fields are its arguments in
snake case. Owns the table. Refuses to know what a handler does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from ingest.chain_rows import ChainRows
from ingest.chain_state import ChainState
from tunefi.chain.events import ChainEvent
from tunefi.ids import Address, ChainId, Microseconds

E = TypeVar("E")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Context:
    """Where an event stands, what its handler may know, and where it puts its rows.

    Attributes:
        contracts: Address of each contract of the deployment.
        at: Time of the block.
        event_id: Identifier of the event.
    """

    chain_id: ChainId
    contracts: Mapping[str, Address]
    rows: ChainRows
    state: ChainState
    event: ChainEvent
    at: Microseconds
    event_id: str


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler and the form of the event it takes."""

    event_type: type
    handle: Callable[[Any, Context], None]

    def run(self, context: Context) -> None:
        """Handle one decoded event, whose arguments are in the order of the fields."""
        self.handle(self.event_type(*context.event.arguments.values()), context)


HANDLERS: dict[tuple[str, str], Handler] = {}
"""By contract and event name."""


def handles(
    contract: str, event_type: type[E]
) -> Callable[[Callable[[E, Context], None]], Callable[[E, Context], None]]:
    """Register a function as the handler of an event of a contract."""

    def register(handle: Callable[[E, Context], None]) -> Callable[[E, Context], None]:
        HANDLERS[contract, event_type.__name__] = Handler(event_type, handle)
        return handle

    return register


def argument_names(handler: Handler) -> tuple[str, ...]:
    """Return the arguments that a handler's event has, in snake case."""
    return tuple(field.name for field in fields(handler.event_type))


def snake_case(name: str) -> str:
    """Return a Solidity name in Python's form; Python's own words get an underscore."""
    snake = _CAMEL.sub("_", name).lower()
    return f"{snake}_" if snake == "from" else snake
