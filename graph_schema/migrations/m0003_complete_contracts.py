"""Properties and relationships for all eight contracts, in stores of the second version.

`Epoch.vetoed` becomes `Epoch.invalid`, because a lost challenge ends an epoch as well; delegations so far
were all of the token. What pending blocks replaced is read in its present form by `read_undo_record`.
"""

import pyarrow as pa

from graph_schema.edges import EDGES
from graph_schema.kinds import ARROW_TYPES, Kind
from graph_schema.migrations import m0001_labels_and_relationships as first
from graph_schema.nodes import NODES
from graph_schema.properties import Property, Source
from graph_schema.statements import Dialect

_CAUSE = "MATCH (e:Epoch) WHERE e.vetoed SET e.invalid_cause = 'veto'"
_INVALID = "MATCH (e:Epoch) WHERE e.vetoed IS NOT NULL SET e.invalid = e.vetoed"
_DELEGATIONS = "MATCH (:Account)-[d:DELEGATES_TO]->(:Account) WHERE d.votes IS NULL SET d.votes = 'token'"


def statements(dialect: Dialect) -> list[str]:
    """Return the statements of this step; a new store has what they make from the first step already."""
    if dialect is Dialect.NEO4J:
        return [_CAUSE, _INVALID + " REMOVE e.vetoed", _DELEGATIONS]
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
        _CAUSE,
        _INVALID,
        "ALTER TABLE Epoch DROP IF EXISTS vetoed",
        _DELEGATIONS,
    ]


def read_undo_record(kind: Kind, record: pa.Table) -> pa.Table:
    """Return an undo record, which a store of an earlier version may have written, in its present form."""
    if "vetoed" in record.column_names:
        causes = pa.array(
            ["veto" if vetoed else None for vetoed in record["vetoed"].to_pylist()], pa.string()
        )
        record = record.append_column("invalid_cause", causes).rename_columns({"vetoed": "invalid"})
    if kind.name.startswith("DELEGATES_TO|") and "votes" not in record.column_names:
        record = record.append_column("votes", pa.array(["token"] * record.num_rows, pa.string()))
    return record


def _add(table: str, item: Property) -> str:
    kind = first.LADYBUG_TYPES[ARROW_TYPES[item.type]]
    return f"ALTER TABLE {table} ADD IF NOT EXISTS `{item.name}` {kind}"
