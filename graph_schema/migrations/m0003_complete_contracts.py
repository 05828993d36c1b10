"""Properties and relationships for all eight contracts, in stores of the second version.

`Epoch.vetoed` becomes `Epoch.invalid`, because a lost challenge ends an epoch as well; delegations so far
were all of the token.
"""

from graph_schema.edges import EDGES
from graph_schema.kinds import ARROW_TYPES
from graph_schema.migrations import m0001_labels_and_relationships as first
from graph_schema.nodes import NODES
from graph_schema.properties import Property, Source
from graph_schema.statements import Dialect

_INVALID = "MATCH (e:Epoch) WHERE e.vetoed IS NOT NULL SET e.invalid = e.vetoed"
_DELEGATIONS = "MATCH (:Account)-[d:DELEGATES_TO]->(:Account) WHERE d.votes IS NULL SET d.votes = 'token'"


def statements(dialect: Dialect) -> list[str]:
    """Return the statements of this step; a new store has what they make from the first step already."""
    if dialect is Dialect.NEO4J:
        return [_INVALID + " REMOVE e.vetoed", _DELEGATIONS]
    stored = [edge for edge in EDGES if edge.source is not Source.CUT]
    return [
        *first.statements(dialect),
        *(_add(node.label, item) for node in NODES for item in node.properties),
        *(
            f"ALTER TABLE {edge.type} ADD IF NOT EXISTS FROM {source} TO {target}"
            for edge in stored
            for source, target in edge.ends
        ),
        *(_add(edge.type, item) for edge in stored for item in edge.properties),
        "ALTER TABLE Epoch ADD IF NOT EXISTS vetoed BOOLEAN",
        _INVALID,
        "ALTER TABLE Epoch DROP IF EXISTS vetoed",
        _DELEGATIONS,
    ]


def _add(table: str, item: Property) -> str:
    kind = first.LADYBUG_TYPES[ARROW_TYPES[item.type]]
    return f"ALTER TABLE {table} ADD IF NOT EXISTS `{item.name}` {kind}"
