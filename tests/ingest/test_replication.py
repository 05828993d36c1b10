"""A log is taken over from another keeper as it is, from where ours ends, and nothing of it is believed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ingest.entries import Entry, Interaction, Kind
from ingest.errors import LogFork, LogMoved, MalformedEntry, UnusableReplica
from ingest.hash_chain import EMPTY_LOG, LogHead, entry_hash
from ingest.interaction_log import InteractionLog
from ingest.log_rows import LogRow, decode_rows, encode_rows
from ingest.replication import Replication, Witness
from ingest.signatures import find_forgery, sign_interaction
from tests.kit.anvil import MNEMONIC
from tests.kit.entries import NOON, build_interaction, build_listen
from tests.kit.log_fixtures import execute
from tunefi.chain.signing import derive_signers
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, LogPosition

CHAIN = ChainId(31337)
ALICE, BOB = derive_signers(MNEMONIC, 2)


def believe(_entry: Entry) -> str | None:
    return None


def replicate(source: object, log: InteractionLog, witness: Witness = believe) -> LogHead:
    work = Replication(source, log, witness)  # type: ignore[arg-type]
    while work.run_page():
        pass
    return work.head


@pytest.fixture
def source(tmp_path: Path) -> Iterator[InteractionLog]:
    log = InteractionLog.at_path(tmp_path / "source.sqlite")
    log.append([build_listen(number, account_number=number % 3) for number in range(30)])
    yield log
    log.close()


class Altered:
    """A source that changes what it hands over."""

    def __init__(self, source: InteractionLog, change: Callable[[LogRow], LogRow | None]) -> None:
        self._source, self._change, self.where = source, change, "a liar"
        self.head, self.hash_at = source.head, source.hash_at

    def rows_after(self, head: LogHead, limit: int) -> list[LogRow]:
        rows = [self._change(row) for row in self._source.rows_after(head, limit)]
        return [row for row in rows if row is not None]


def test_a_log_is_taken_over_row_by_row_and_then_only_what_is_new(
    source: InteractionLog, any_log: InteractionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.replication.PAGE_ROWS", 7)
    assert replicate(source, any_log) == source.head()
    source.append([build_listen(number) for number in range(100, 110)])
    work = Replication(source, any_log, believe)
    assert (work.start.position, work.source_head.position) == (30, 40)
    while work.run_page():
        pass
    assert any_log.read_rows(0, 100) == source.read_rows(0, 100)
    assert any_log.check_chain() == source.head()
    assert any_log.append([build_listen(5, account_number=2)])[0].duplicate


def test_an_interrupted_replication_goes_on_where_it_was(
    source: InteractionLog, any_log: InteractionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.replication.PAGE_ROWS", 8)
    assert Replication(source, any_log, believe).run_page()
    assert any_log.head().position == 8
    assert replicate(source, any_log) == source.head()


def test_a_source_that_is_behind_gives_nothing(source: InteractionLog, tmp_path: Path) -> None:
    ahead = InteractionLog.at_path(tmp_path / "ahead.sqlite")
    replicate(source, ahead)
    (newest,) = ahead.append([build_listen(500)])
    assert replicate(source, ahead).position == newest.position
    ahead.close()


@pytest.mark.parametrize("common", [0, 1, 13, 30])
def test_a_fork_is_named_at_its_first_entry(source: InteractionLog, tmp_path: Path, common: int) -> None:
    forked = InteractionLog.at_path(tmp_path / "forked.sqlite")
    if common:
        forked.append_rows(source.read_rows(0, common), EMPTY_LOG)
    forked.append([build_listen(number) for number in range(900, 905)])
    source.append([build_listen(800)])
    head = forked.head()
    with pytest.raises(LogFork) as caught:
        replicate(source, forked)
    assert caught.value.position == common + 1
    assert forked.head() == head
    with pytest.raises(LogFork):
        source.rows_after(LogHead(LogPosition(common + 1), forked.hash_at(common + 1) or b""), 10)
    forked.close()


def _forge(row: LogRow) -> LogRow:
    """A payload of someone else, with all that can be made to fit it."""
    assert row.payload is not None
    content_hash = keccak256(bytes(32) + row.payload[:-1])
    return row._replace(payload=row.payload[:-1], salt=bytes(32), content_hash=content_hash)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row: row._replace(payload=b"\xa0"), "payload was changed"),
        (lambda row: row._replace(account="0x" + "99" * 20), "account is not"),
        (lambda row: row._replace(hash=bytes(32)), "does not follow"),
        (lambda row: row._replace(payload=None, salt=None), "no deletion asks"),
        (lambda row: None, "missing"),
        (_forge, "no entry"),
    ],
)
def test_a_source_that_lies_is_named_with_its_entry(
    source: InteractionLog, any_log: InteractionLog, change: Callable[[LogRow], LogRow | None], reason: str
) -> None:
    liar = Altered(source, lambda row: change(row) if row.position == 17 else row)
    with pytest.raises(UnusableReplica, match=reason) as caught:
        replicate(liar, any_log)
    assert (caught.value.position, caught.value.where) == (17, "a liar")


def test_a_key_that_comes_twice_is_refused(source: InteractionLog, any_log: InteractionLog) -> None:
    (row,) = source.read_rows(29, 1)
    twice = row._replace(position=LogPosition(31), hash=entry_hash(row.hash, 31, row.content_hash))

    class Repeating(Altered):
        def rows_after(self, head: LogHead, limit: int) -> list[LogRow]:
            return [*source.rows_after(head, limit), twice]

    repeating = Repeating(source, lambda row: row)
    repeating.head = lambda: LogHead(LogPosition(31), twice.hash)
    with pytest.raises(UnusableReplica, match="idempotency key"):
        replicate(repeating, any_log)


def test_what_was_erased_comes_erased_when_a_deletion_asks_for_it(
    source: InteractionLog, any_log: InteractionLog
) -> None:
    account = Address(f"0x{1:040x}")
    (deletion,) = source.append([build_interaction(Kind.DELETE, account, "", key=9, label="Account")])
    assert source.erase(source.find_deletions(deletion.position)) == 10
    replicate(source, any_log)
    assert any_log.check_chain() == source.head()
    assert sum(stored.entry is None for stored in any_log.read(0, 100)) == 10


def test_a_log_that_someone_else_writes_to_is_left_as_it_is(
    source: InteractionLog, any_log: InteractionLog
) -> None:
    work = Replication(source, any_log, believe)
    any_log.append([build_listen(700)])
    with pytest.raises(LogMoved):
        work.run_page()
    assert any_log.head().position == 1


def test_an_entry_that_its_account_did_not_sign_is_refused(tmp_path: Path, any_log: InteractionLog) -> None:
    like = Interaction(Kind.LIKE, ALICE.address, "track:1", NOON, 0, keccak256(b"like"))
    true = sign_interaction(like, ALICE, CHAIN)
    forged = replace(sign_interaction(like, BOB, CHAIN), idempotency_key=keccak256(b"another"))
    source = InteractionLog.at_path(tmp_path / "forger.sqlite")
    source.append([build_listen(1), true, forged])
    with pytest.raises(UnusableReplica, match="signature") as caught:
        replicate(source, any_log, partial(find_forgery, chain_id=CHAIN, operators=()))
    assert caught.value.position == 3
    source.close()


def test_reading_another_log_neither_makes_nor_changes_it(tmp_path: Path) -> None:
    from ingest.errors import UnusableLogUrl

    with pytest.raises(UnusableLogUrl, match="no file"):
        InteractionLog.existing(f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert not (tmp_path / "none.sqlite").exists()
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    InteractionLog(url).close()
    execute(url, "UPDATE alembic_version SET version_num = 'm9999'")
    old = InteractionLog.existing(url)
    assert old.head().position == 0
    old.close()


def test_rows_travel_as_they_are_and_other_bytes_are_refused(source: InteractionLog) -> None:
    rows = source.read_rows(0, 100)
    rows[3] = rows[3]._replace(payload=None, salt=None, account=None)
    assert decode_rows(encode_rows(rows)) == rows
    assert decode_rows(encode_rows([])) == []
    for stream in (b"", b"nonsense", encode_rows(rows)[:-40], encode_rows(rows)[:100]):
        with pytest.raises(MalformedEntry):
            decode_rows(stream)
