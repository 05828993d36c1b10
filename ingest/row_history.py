"""What the two streams said of a few rows, block by block and entry by entry.

Owns which of it concerns a row, and after which of it a graph can have gone wrong. Refuses to read journal,
log and graphs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph_schema.edges import EDGE_BY_TYPE
from graph_schema.nodes import NODE_BY_LABEL
from graph_schema.properties import Merge
from graph_schema.row_differences import RowDifference
from graph_schema.store import IN_BLOCK, WriteBatch

RowKey = tuple[str, tuple[str, ...]]
"""Label and key, or type, labels, keys and discriminators: as in `RowDifference`."""


@dataclass(frozen=True, slots=True)
class Said:
    """One block or entry that wrote a row.

    Attributes:
        source: `chain` or `log`.
        position: Height of the block, or position of the entry.
        values: Properties that it set; None: it took the row away.
    """

    source: str
    position: int
    values: Mapping[str, Any] | None


class RowHistory:
    """Collects what is said of some rows.

    Args:
        wanted: Their keys.
    """

    def __init__(self, wanted: Iterable[RowKey]) -> None:
        self.said: dict[RowKey, list[Said]] = {key: [] for key in wanted}
        self._texts = {text for _, key in self.said for text in key}

    def concerns(self, batch: WriteBatch) -> bool:
        """Return whether a batch may say something of the rows."""
        return any(True for _ in self._find(batch))

    def hear(self, source: str, batch: WriteBatch, *, above: int, entry: int | None = None) -> None:
        """Note what a batch says.

        Args:
            source: Its stream.
            batch: One of the chain says of each row in which block.
            above: What came up to this height or position is not noted.
            entry: Position of the log's entry.
        """
        for key, in_block, values in self._find(batch):
            position = in_block if entry is None else entry
            if position > above and (key in self.said):
                self.said[key].append(Said(source, position, values))

    def _find(self, batch: WriteBatch) -> Iterator[tuple[RowKey, int, Mapping[str, Any] | None]]:
        for nodes in batch.nodes:
            name = NODE_BY_LABEL[nodes.label].key
            for row in self._mentioned(nodes.rows, [name]):
                yield (nodes.label, (row.pop(name),)), row.pop(IN_BLOCK, 0), row
        for edges in batch.edges:
            for table, taken in ((edges.rows, False), (edges.deleted, True)):
                for row in self._mentioned(table, ["source", "target"]):
                    ends = (edges.source_label, row.pop("source"), edges.target_label, row.pop("target"))
                    block = row.pop(IN_BLOCK, 0)
                    rest = tuple(str(row.pop(name)) for name in EDGE_BY_TYPE[edges.type].discriminators)
                    yield (edges.type, (*ends, *rest)), block, None if taken else row
                    if not taken:
                        yield (ends[0], (ends[1],)), block, {}
                        yield (ends[2], (ends[3],)), block, {}
        for label, keys in batch.deleted_nodes.items():
            yield from self._find_deleted(label, set(keys))

    def _mentioned(self, rows: pa.Table | None, names: Sequence[str]) -> list[dict[str, Any]]:
        """Rows of which one of these columns names something that is wanted, as far as they say something."""
        if rows is None or not rows.num_rows:
            return []
        texts = pa.array(sorted(self._texts), pa.string())
        mask = pc.is_in(rows[names[0]], value_set=texts)
        for name in names[1:]:
            mask = pc.or_(mask, pc.is_in(rows[name], value_set=texts))
        found = rows.filter(mask).to_pylist()
        return [{name: value for name, value in row.items() if value is not None} for row in found]

    def _find_deleted(self, label: str, keys: set[str]) -> Iterator[tuple[RowKey, int, None]]:
        """A node that goes takes its relationships along."""
        for kind, key in self.said:
            is_node = kind in NODE_BY_LABEL
            ends = [(kind, key[0])] if is_node else [(key[0], key[1]), (key[2], key[3])]
            if any(end_label == label and end in keys for end_label, end in ends):
                yield (kind, key), 0, None


def find_parting(row: RowDifference, said: Sequence[Said], before: Mapping[str, Any] | None) -> Said | None:
    """Return the first block or entry after which a graph can have gone wrong, None where none wrote the row.

    Where a graph still holds what the row was before one of them, that one was not applied. Else the last
    one that set what differs was applied otherwise, or the row was changed after it; where values add up,
    that cannot be told from the sum, and it is the first one.

    Args:
        row: `mine` as it must be, `other` as the graph that went wrong holds it.
        said: What was said of the row since both graphs held it alike, in order.
        before: The row at that time; None: it was not there.
    """
    names = sorted({*(row.mine or {}), *(row.other or {})})
    whole = row.mine is None or row.other is None
    telling = [
        one for one in said if one.values is None or whole or any(name in one.values for name in names)
    ]
    if not telling:
        return None
    wrong = None if row.other is None else {name: row.other.get(name) for name in names}
    states = list(_states(before, telling, names))
    if _adds_up(row.kind, names):
        return telling[0]
    same = [place for place, state in enumerate(states) if state == wrong]
    return telling[min(same[-1], len(telling) - 1)] if same else telling[-1]


def _states(
    before: Mapping[str, Any] | None, said: Sequence[Said], names: Sequence[str]
) -> Iterator[dict[str, Any] | None]:
    """The row before all of it and after each, as far as it is set."""
    state = None if before is None else dict(before)
    yield None if state is None else {name: state.get(name) for name in names}
    for one in said:
        state = None if one.values is None else {**(state or {}), **one.values}
        yield None if state is None else {name: state.get(name) for name in names}


def _adds_up(kind: str, names: Iterable[str]) -> bool:
    properties = (NODE_BY_LABEL.get(kind) or EDGE_BY_TYPE[kind]).properties
    return any(prop.merge is not Merge.SET for prop in properties if prop.name in names)
