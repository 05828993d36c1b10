"""The label Digest, in stores of the third version; the first write after it computes what it holds."""

from graph_schema.migrations import m0001_labels_and_relationships as first
from graph_schema.statements import Dialect


def statements(dialect: Dialect) -> list[str]:
    """Return the statements of this step; a new store has what they make from the first step already."""
    return [statement for statement in first.statements(dialect) if "Digest" in statement]
