"""Numbered steps that bring a store's schema to the newest version, each applied once.

Owns the order and the version. Refuses to know sessions: a store runs the statements of a step and notes
its number in the `SchemaVersion` node.
"""

from collections.abc import Callable

from graph_schema.migrations.m0001_labels_and_relationships import statements as _labels_and_relationships
from graph_schema.migrations.m0002_keeper_sets import statements as _keeper_sets
from graph_schema.migrations.m0003_complete_contracts import statements as _complete_contracts
from graph_schema.migrations.m0004_running_digest import statements as _running_digest
from graph_schema.statements import Dialect

STEPS: tuple[Callable[[Dialect], list[str]], ...] = (
    _labels_and_relationships,
    _keeper_sets,
    _complete_contracts,
    _running_digest,
)
"""Step i brings a store to version i + 1."""

SCHEMA_VERSION = len(STEPS)
