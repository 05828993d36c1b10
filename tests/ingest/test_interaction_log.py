"""The log keeps what it was given, in either database: in order, once, and it notices every change."""

import pytest
import sqlalchemy as sa

from ingest.appending import Receipt
from ingest.entries import Interaction, Kind, encode_entry, parse_idempotency_key
from ingest.erasure import Deletion
from ingest.errors import BrokenChain, IdempotencyConflict, MalformedEntry
from ingest.hash_chain import GENESIS_HASH, LogHead
from ingest.interaction_log import InteractionLog
from tests.kit.entries import build_interaction, build_listen
from tests.kit.log_fixtures import execute
from tunefi.hashing import keccak256
from tunefi.ids import Address, LogPosition


@pytest.fixture
def log(any_log: InteractionLog) -> InteractionLog:
    return any_log


def test_an_empty_log_has_head_zero(log: InteractionLog) -> None:
    assert log.head() == LogHead(LogPosition(0), GENESIS_HASH)
    assert log.check_chain() == log.head()


def test_entries_come_back_in_order_and_as_they_were_sent(log: InteractionLog) -> None:
    entries = [build_listen(number) for number in range(25)]
    receipts = log.append(entries[:10]) + log.append(entries[10:])
    assert [receipt.position for receipt in receipts] == list(range(1, 26))
    assert [stored.entry for stored in log.read(0, 100)] == entries
    assert [stored.position for stored in log.read(20, 3)] == [21, 22, 23]
    assert log.head() == LogHead(LogPosition(25), receipts[-1].hash)


def test_a_hash_is_the_one_that_the_design_states(log: InteractionLog, log_url: str) -> None:
    first, second = log.append([build_listen(1), build_listen(2)])
    engine = sa.create_engine(log_url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT salt, payload FROM entries ORDER BY position"))
        (salt_1, payload_1), (salt_2, payload_2) = rows.all()
    engine.dispose()
    assert payload_1 == encode_entry(build_listen(1))
    assert first.hash == keccak256(bytes(32) + (1).to_bytes(8) + keccak256(salt_1 + payload_1))
    assert second.hash == keccak256(first.hash + (2).to_bytes(8) + keccak256(salt_2 + payload_2))
    assert len({salt_1, salt_2}) == 2


def test_the_same_key_and_content_gets_the_first_receipt(log: InteractionLog) -> None:
    (first,) = log.append([build_listen(1)])
    again = log.append([build_listen(1), build_listen(2), build_listen(2)])
    assert again[0] == Receipt(first.position, first.hash, first.idempotency_key, duplicate=True)
    assert [(receipt.position, receipt.duplicate) for receipt in again] == [(1, True), (2, False), (2, True)]
    assert log.head().position == 2


def test_the_same_key_with_other_content_is_refused_and_nothing_is_appended(log: InteractionLog) -> None:
    log.append([build_listen(1)])
    with pytest.raises(IdempotencyConflict) as caught:
        log.append([build_listen(2), build_listen(1, seconds=77)])
    assert caught.value.position == 1
    assert log.head().position == 1


def test_conflicts_can_fall_out_one_by_one(log: InteractionLog) -> None:
    log.append([build_listen(1)])
    results = log.append_each([build_listen(2), build_listen(1, seconds=77), build_listen(3)])
    assert [type(result) for result in results] == [Receipt, IdempotencyConflict, Receipt]
    assert log.head().position == 3


def test_an_unsigned_entry_never_takes_a_key_from_a_signed_one(log: InteractionLog) -> None:
    log.append([build_listen(1, seconds=31)])
    (receipt,) = log.append([build_listen(1, signature=bytes(65))])
    assert (receipt.position, receipt.duplicate) == (2, False)


def test_a_key_of_the_wrong_size_is_refused(log: InteractionLog) -> None:
    entry = build_listen(1)
    with pytest.raises(MalformedEntry):
        log.append([Interaction(Kind.LISTEN, entry.account, entry.subject, entry.at, 60, b"short")])


def test_texts_become_keys_and_hexadecimal_stays_itself() -> None:
    assert parse_idempotency_key("0x" + "ab" * 32) == b"\xab" * 32
    assert parse_idempotency_key("my-key") == keccak256(b"my-key")


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE entries SET payload = :bytes WHERE position = 3", 3),
        ("UPDATE entries SET salt = :bytes WHERE position = 2", 2),
        ("UPDATE entries SET content_hash = :bytes, payload = NULL, salt = NULL WHERE position = 4", 4),
        ("UPDATE entries SET payload = NULL WHERE position = 2", 2),
        ("UPDATE entries SET kind = 'delete' WHERE position = 2", 2),
        ("UPDATE entries SET account = 'no one' WHERE position = 3", 3),
        ("UPDATE entries SET scope = 'operator' WHERE position = 3", 3),
        ("UPDATE entries SET idempotency_key = :bytes WHERE position = 5", 5),
        ("UPDATE entries SET hash = :bytes WHERE position = 5", 5),
        ("DELETE FROM entries WHERE position = 3", 3),
    ],
)
def test_every_change_is_found_at_its_entry(
    log: InteractionLog, log_url: str, statement: str, position: int
) -> None:
    log.append([build_listen(number) for number in range(6)])
    assert log.verify_chain()
    execute(log_url, statement, **({"bytes": bytes(32)} if ":bytes" in statement else {}))
    with pytest.raises(BrokenChain) as caught:
        log.check_chain()
    assert caught.value.position == position
    assert not log.verify_chain()


def test_a_log_cut_at_its_end_does_not_reach_the_committed_head(log: InteractionLog, log_url: str) -> None:
    log.append([build_listen(number) for number in range(4)])
    head = log.head()
    execute(log_url, "DELETE FROM entries WHERE position = 4")
    assert log.verify_chain()
    with pytest.raises(BrokenChain) as caught:
        log.check_chain(expected=head)
    assert caught.value.position == 4


def test_erasing_keeps_the_chain_and_the_receipts(log: InteractionLog) -> None:
    one = build_listen(1).account
    log.append([build_listen(1), build_listen(2, account_number=2), build_listen(3)])
    (deletion,) = log.append([build_interaction(Kind.DELETE, one, "", key=9, label="Account")])
    assert log.find_deletions(4) == [Deletion(one, LogPosition(4))]
    assert log.erase(log.find_deletions(4)) == 2
    assert [stored.entry is None for stored in log.read(0, 10)] == [True, False, True, False]
    assert log.check_chain().hash == deletion.hash
    assert log.append([build_listen(1)])[0].duplicate
    assert log.find_deletions(4) == []


def test_an_erased_entry_without_a_deletion_is_found(log: InteractionLog) -> None:
    log.append([build_listen(number, account_number=number) for number in range(1, 6)])
    log.append([build_interaction(Kind.DELETE, f"0x{2:040x}", "", key=9, label="Account")])
    for number in (2, 4):
        log.erase([Deletion(Address(f"0x{number:040x}"), LogPosition(6))])
    with pytest.raises(BrokenChain, match="no deletion") as caught:
        log.check_chain()
    assert caught.value.position == 4
