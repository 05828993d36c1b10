"""What the stages of the demonstration share: options, accounts, the running node, where things are.

Owns names only.
"""

from dataclasses import dataclass

from cli.demo.cast import Cast
from cli.demo.options import DemoOptions
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.settings import Settings


@dataclass(frozen=True, slots=True)
class World:
    """The surroundings of a stage. `settings` are those of the demonstration's own installation."""

    options: DemoOptions
    cast: Cast
    settings: Settings
    rpc: JsonRpc
    deployment: Deployment
