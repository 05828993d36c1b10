"""What is erased is nowhere on the disk, the chain still holds, and the graph does not depend on it."""

import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_schema.store import GraphStore
from ingest.entries import AccountRecord, Accounts, Entry, Interaction, Kind
from ingest.errors import EntriesErased
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from tests.kit.entries import NOON, build_interaction, build_listen
from tests.kit.rows import read_all_rows
from tunefi.hashing import keccak256
from tunefi.ids import Address

NewStore = Callable[[], Coroutine[Any, Any, GraphStore]]
ONE, TWO, THREE = (Address(f"0x{number:040x}") for number in (1, 2, 3))


def deletion(account: Address, key: int = 9_000) -> Interaction:
    return build_interaction(Kind.DELETE, account, "", key=key, label="Account")


def erase_all(log: InteractionLog) -> int:
    return log.erase(log.find_deletions(log.head().position))


@settings(max_examples=10)
@given(
    lengths=st.lists(st.sampled_from([1, 40, 900, 4_000, 9_000]), min_size=1, max_size=12),
    earlier=st.integers(0, 60),
    batch=st.integers(1, 20),
)
def test_an_erased_payload_is_nowhere_in_the_database_file(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], earlier: int, batch: int
) -> None:
    folder = tmp_path_factory.mktemp("erased")
    log = InteractionLog.at_path(folder / "log.sqlite")
    secrets = [f"secret {number} " + "x" * length for number, length in enumerate(lengths)]
    entries: list[Entry] = [build_listen(number, account_number=2) for number in range(earlier)]
    for number, secret in enumerate(secrets):
        at = number * 3 % (len(entries) + 1)
        entries.insert(at, build_interaction(Kind.TAG, ONE, f"track:1#{secret}", key=number))
    for start in range(0, len(entries), batch):
        log.append(entries[start : start + batch])
    salts = [row.salt for row in log.read_rows(0, 1_000) if row.account == ONE]
    log.append([deletion(ONE)])
    assert _find_on_disk(folder, secrets[0].encode()[:12])
    assert erase_all(log) == len(secrets)
    for needle in [*(secret.encode()[:12] for secret in secrets), *(salt for salt in salts if salt)]:
        assert not _find_on_disk(folder, needle)
    assert log.check_chain() == log.head()
    log.close()


def _find_on_disk(folder: Path, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in folder.iterdir())


@pytest.mark.postgres
def test_an_erased_payload_is_in_no_row_of_postgres_and_gone_once_it_is_packed(postgres_url: str) -> None:
    log = InteractionLog(postgres_url)
    log.append(
        [build_interaction(Kind.TAG, ONE, "track:1#a secret", key=1), build_listen(2, account_number=2)]
    )
    log.append([deletion(ONE)])
    assert erase_all(log) == 1
    assert log.check_chain() == log.head()
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM FULL entries")
        file = "SELECT pg_read_binary_file(pg_relation_filepath('entries'))"
        assert b"a secret" not in bytes(connection.exec_driver_sql(file).scalar() or b"a secret")
    engine.dispose()
    log.close()


def test_only_what_was_said_before_the_deletion_is_erased(any_log: InteractionLog) -> None:
    any_log.append([build_listen(1), build_listen(2, account_number=2)])
    any_log.append([deletion(ONE, 1), build_listen(3), deletion(TWO, 2), build_listen(4)])
    assert any_log.find_deletions(3) == [(ONE, 3)]
    assert any_log.find_deletions(4) == [(ONE, 3)]
    assert any_log.find_deletions(2) == []
    assert any_log.erase(any_log.find_deletions(6)) == 2
    assert [row.position for row in any_log.read_rows(0, 10) if row.payload is None] == [1, 2]
    any_log.append([deletion(ONE, 3)])
    assert any_log.find_deletions(7) == [(ONE, 7)]
    assert erase_all(any_log) == 2
    assert any_log.check_chain() == any_log.head()


def test_what_was_erased_cannot_be_said_again(any_log: InteractionLog) -> None:
    any_log.append([build_listen(1), deletion(ONE)])
    erase_all(any_log)
    (again,) = any_log.append([build_listen(1)])
    assert (again.duplicate, again.position) == (True, 1)


def test_a_state_before_the_deletion_cannot_be_rebuilt_and_says_so(any_log: InteractionLog) -> None:
    any_log.append([build_listen(1), build_listen(2, account_number=2), build_listen(3), deletion(ONE)])
    any_log.check_rebuildable(0, 3)
    erase_all(any_log)
    for up_to in (1, 2, 3):
        with pytest.raises(EntriesErased, match="entry 1 ") as caught:
            any_log.check_rebuildable(0, up_to)
        assert caught.value.up_to == up_to
    with pytest.raises(EntriesErased):
        any_log.check_rebuildable(1, 3)
    any_log.check_rebuildable(1, 2)
    any_log.check_rebuildable(0, 4)


async def test_the_graph_is_the_same_whether_what_was_deleted_is_still_there_or_erased(
    tmp_path: Path, new_store: NewStore
) -> None:
    for seed in range(2):
        log = InteractionLog.at_path(tmp_path / f"log-{seed}.sqlite")
        log.append(_draw_entries(random.Random(seed)))
        whole, erased = await new_store(), await new_store()
        await LogProjector(log, whole, batch_entries=5).project()
        assert erase_all(log)
        await LogProjector(log, erased).project()
        assert await read_all_rows(erased) == await read_all_rows(whole), f"seed {seed}"
        log.close()


def _draw_entries(draw: random.Random) -> list[Entry]:
    """Thirty things that three accounts say, a deletion of one of them among the last."""
    kinds = ["listen", "like", "follow", "befriend", "tag", "tag again", "name"]
    entries = [
        _build_entry(number, draw.choice((ONE, TWO, THREE)), draw.choice(kinds)) for number in range(20)
    ]
    entries.insert(draw.randint(20, 30), deletion(ONE))
    return entries


def _build_entry(number: int, account: Address, what: str) -> Entry:
    other = {ONE: TWO, TWO: THREE, THREE: ONE}[account]
    match what:
        case "listen":
            return build_listen(number, account_number=int(account, 16), signature=bytes(65))
        case "like":
            return build_interaction(Kind.LIKE, account, f"track:{number % 4}", key=number)
        case "follow":
            return build_interaction(Kind.FOLLOW, account, other, key=number, label="Account")
        case "befriend":
            return build_interaction(Kind.BEFRIEND, account, other, key=number, label="Account")
        case "tag":
            return build_interaction(Kind.TAG, account, f"track:1#by {account[-1]}", key=number)
        case "tag again":
            return build_interaction(Kind.TAG, account, "track:1#rock", key=number)
        case _:
            return Accounts(keccak256(b"%d" % number), NOON, (AccountRecord(account, "Name"),))
