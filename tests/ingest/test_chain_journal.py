"""The journal keeps one branch of a chain, durably, and its outbox tells each change once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.block_logs import BlockLogs
from ingest.chain_journal import ChainJournal, RecordState
from ingest.errors import ChangesPruned, JournalElsewhere, JournalFull, JournalUnavailable
from ingest.journal_payload import NO_LOGS, decode_payload, encode_payload, extend_logs_hash
from ingest.journal_tables import RECORDS
from ingest.log_database import open_database
from tests.kit.chain_blocks import block_range, header, place, raw_log
from tests.kit.full_disk import limit_file_size
from tests.kit.log_fixtures import execute

OPEN, SETTLED = RecordState.OPEN, RecordState.SETTLED


@pytest.fixture
def journal(log_url: str) -> Iterator[ChainJournal]:
    with ChainJournal(log_url, 1) as journal:
        yield journal


def changes_of(journal: ChainJournal, after: int = 0) -> list[tuple[str, int, int]]:
    changes = journal.read_changes(after, 1_000)
    assert [change.position for change in changes] == list(range(after + 1, after + 1 + len(changes)))
    return [(change.kind.value, change.first_block, change.block) for change in changes]


def append_open(journal: ChainJournal, *numbers: int, branch: str = "a", fork: str = "a") -> None:
    """Append single blocks, the first of which is the child of a block of the branch `fork`."""
    for number in numbers:
        parent = place(number - 1, fork if number == numbers[0] else branch)
        journal.append(parent, block_range(number, number, branch), OPEN)


@pytest.mark.parametrize(
    "found",
    [
        block_range(1, 5),
        BlockLogs(header(9), [], []),
        BlockLogs(
            header(7), [header(5)], [raw_log(5, 0, data=b"", topics=0), raw_log(5, 3, data=bytes(10**6))]
        ),
    ],
    ids=["several blocks", "no log", "bare and long logs"],
)
def test_blocks_and_logs_come_back_as_they_were(found: BlockLogs) -> None:
    assert decode_payload(encode_payload(found)) == found


def test_the_branch_is_read_in_order_and_survives_a_restart(journal: ChainJournal, log_url: str) -> None:
    journal.append(place(0), block_range(1, 40), SETTLED)
    append_open(journal, 41, 42)
    with ChainJournal(log_url, 1) as again:
        records = again.after(0, 10)
        assert [(r.parent.number, r.last.number, r.state, r.logs) for r in records] == [
            (0, 40, SETTLED, 80),
            (40, 41, OPEN, 2),
            (41, 42, OPEN, 2),
        ]
        assert again.load(records[0]) == block_range(1, 40)
        assert again.oldest() == records[0]
        assert again.newest() == again.ending_at(place(42)) == records[2]
        assert again.ending_at(place(42, "b")) is None


def test_only_the_child_of_the_newest_block_is_taken(journal: ChainJournal) -> None:
    journal.append(place(0), block_range(1, 3), SETTLED)
    for wrong in (place(2), place(4), place(3, "b")):
        with pytest.raises(JournalElsewhere, match="another program writes to it"):
            journal.append(wrong, block_range(wrong.number + 1, wrong.number + 1), OPEN)
    assert journal.newest() == journal.ending_at(place(3))


def test_chains_in_one_database_do_not_see_each_other(journal: ChainJournal, log_url: str) -> None:
    journal.append(place(0), block_range(1, 3), SETTLED)
    with ChainJournal(log_url, 2) as other:
        assert other.newest() is None
        other.append(place(7), block_range(8, 9), SETTLED)
        other.publish(place(9), place(9))
        assert other.orphan_above(0) == 1
    assert journal.newest() == journal.ending_at(place(3))
    assert changes_of(journal) == []


def test_what_was_taken_back_stays_until_its_height_is_settled(journal: ChainJournal, log_url: str) -> None:
    append_open(journal, 1, 2, 3)
    assert journal.orphan_above(1) == 2
    append_open(journal, 2, branch="b")
    assert states_of(log_url) == [(1, "open"), (2, "orphaned"), (3, "orphaned"), (2, "open")]
    journal.settle(2)
    assert states_of(log_url) == [(1, "settled"), (3, "orphaned"), (2, "settled")]


def states_of(log_url: str) -> list[tuple[int, str]]:
    engine = open_database(log_url)
    with engine.connect() as connection:
        statement = sa.select(RECORDS.c.last_block, RECORDS.c.state).order_by(RECORDS.c.position)
        found = [(row.last_block, row.state) for row in connection.execute(statement)]
    engine.dispose()
    return found


def test_the_hash_of_all_logs_does_not_depend_on_where_ranges_end(
    journal: ChainJournal, log_url: str
) -> None:
    journal.append(place(0), block_range(1, 6), SETTLED)
    with ChainJournal(log_url, 2) as other:
        for first, last in ((1, 2), (3, 3), (4, 6)):
            other.append(place(first - 1), block_range(first, last), SETTLED)
        ends = journal.newest(), other.newest()
    assert len({end.logs_hash for end in ends if end} - {NO_LOGS}) == 1


@pytest.mark.parametrize(
    "change",
    [{"topics": 1}, {"data": b"\x02"}, {"index": 5}, {"branch": "b"}],
    ids=["topics", "data", "index", "block"],
)
def test_the_hash_of_all_logs_covers_every_part_of_a_log(change: dict[str, object]) -> None:
    def hash_with(**parts: object) -> bytes:
        log = raw_log(**{"number": 1, "index": 0, **parts})  # type: ignore[arg-type]
        return extend_logs_hash(NO_LOGS, BlockLogs(header(1), [header(1)], [log]))

    assert hash_with(**change) != hash_with()


def test_the_outbox_tells_each_change_once(journal: ChainJournal) -> None:
    journal.append(place(0), block_range(1, 10), SETTLED)
    assert [change.block for change in journal.publish(place(10), place(8))] == [10, 8]
    append_open(journal, 11, 12)
    assert journal.publish(place(10), place(8)) == []
    journal.publish(place(12), place(8))
    assert journal.publish(place(12), place(8)) == []
    journal.orphan_above(10)
    append_open(journal, 11, branch="b")
    journal.publish(place(11, "b"), place(10))
    assert changes_of(journal) == [
        ("applied", 1, 10),
        ("final", 8, 8),
        ("applied", 11, 11),
        ("applied", 12, 12),
        ("undone", 12, 12),
        ("undone", 11, 11),
        ("applied", 11, 11),
        ("final", 10, 10),
    ]
    undone = journal.read_changes(5, 1)[0]
    assert (undone.after, undone.hash) == (place(10), place(11).hash)


def test_a_graph_that_is_built_anew_tells_nothing_twice(journal: ChainJournal) -> None:
    journal.append(place(0), block_range(1, 5), SETTLED)
    journal.append(place(5), block_range(6, 9), SETTLED)
    journal.publish(place(9), None)
    assert journal.publish(place(5), None) == []
    assert journal.publish(place(9), None) == []
    assert changes_of(journal) == [("applied", 1, 5), ("applied", 6, 9)]


def test_the_first_branch_can_come_back(journal: ChainJournal) -> None:
    append_open(journal, 1, 2)
    journal.publish(place(2), None)
    for branch in ("b", "a"):
        journal.orphan_above(1)
        journal.publish(place(1), None)
        append_open(journal, 2, branch=branch)
        journal.publish(place(2, branch), None)
    kinds = [kind for kind, _, block in changes_of(journal) if block == 2]
    assert kinds == ["applied", "undone", "applied", "undone", "applied"]
    assert journal.newest() == journal.ending_at(place(2))


def test_old_changes_are_dropped_and_a_late_reader_is_told(journal: ChainJournal) -> None:
    for number in range(1, 21):
        append_open(journal, number)
        journal.publish(place(number), place(1) if number < 3 else None)
    assert journal.prune_changes(keep=5) == 1
    assert changes_of(journal, after=1)[0] == ("final", 1, 1)
    journal.publish(place(20), place(15))
    assert journal.prune_changes(keep=5) == 16
    with pytest.raises(ChangesPruned, match="oldest that is kept is 18"):
        journal.read_changes(16, 1)
    assert changes_of(journal, after=17)[-1] == ("final", 15, 15)
    append_open(journal, 21)
    assert [change.block for change in journal.publish(place(21), None)] == [21]


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    noise = BlockLogs(header(4), [header(4)], [raw_log(4, 0, data=random.Random(7).randbytes(2_000_000))])
    with ChainJournal(f"sqlite:///{tmp_path / 'log.sqlite'}", 1) as journal:
        journal.append(place(0), block_range(1, 3), SETTLED)
        with (
            limit_file_size((tmp_path / "log.sqlite").stat().st_size),
            pytest.raises(JournalFull, match="free disk space"),
        ):
            journal.append(place(3), noise, SETTLED)
        assert journal.newest() == journal.ending_at(place(3))
        assert journal.load(journal.append(place(3), noise, SETTLED)) == noise


def test_a_database_that_lost_its_table_is_named(journal: ChainJournal, log_url: str) -> None:
    execute(log_url, "DROP TABLE chain_journal")
    with pytest.raises(JournalUnavailable, match="chain_journal"):
        journal.newest()
