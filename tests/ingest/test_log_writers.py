"""Writers of the log: several at once, killed ones, and databases that are full, gone, or back."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from ingest.appending import Receipt
from ingest.entries import Interaction
from ingest.errors import LogFull, LogUnavailable
from ingest.interaction_log import InteractionLog
from tests.kit.entries import build_listen
from tests.kit.log_fixtures import execute
from tests.kit.postgres_server import empty_database

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


def test_the_same_listen_from_ten_clients_at_once_is_one_entry(log_url: str) -> None:
    found = _at_once(log_url, 10, lambda log, _: log.append([build_listen(1)])[0])
    assert sorted(receipt.duplicate for receipt in found) == [False] + [True] * 9
    assert {(receipt.position, receipt.hash) for receipt in found} == {(1, found[0].hash)}


def test_writers_at_once_make_one_chain_and_lose_nothing(log_url: str) -> None:
    def append_some(log: InteractionLog, writer: int) -> list[Receipt]:
        numbers = range(writer * 100, writer * 100 + 60)
        return [receipt for number in numbers[::6] for receipt in log.append(_listens(number, number + 6))]

    found = _at_once(log_url, 4, append_some)
    positions = [receipt.position for receipts in found for receipt in receipts]
    assert sorted(positions) == list(range(1, 241))
    log = InteractionLog(log_url)
    assert log.check_chain().position == 240
    log.close()


def _at_once(url: str, clients: int, work: Callable[[InteractionLog, int], T]) -> list[T]:
    """What each client gets that has a log of its own open and starts at the same moment."""
    InteractionLog(url).close()
    ready = threading.Barrier(clients)

    def client(number: int) -> T:
        log = InteractionLog(url)
        try:
            ready.wait()
            return work(log, number)
        finally:
            log.close()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(client, range(clients)))


def test_two_programs_that_open_a_new_log_at_once_make_one(log_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        logs = list(pool.map(lambda _: InteractionLog(log_url), range(4)))
    for log in logs:
        log.append(_listens(0, 3))
        log.close()


def test_a_full_disk_loses_nothing_and_appending_goes_on_when_there_is_room(tmp_path: Path) -> None:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    log.append(_listens(0, 5))
    head = log.head()
    _limit_pages(log, 12)
    with pytest.raises(LogFull) as caught:
        log.append(_listens(5, 2_000))
    assert str(tmp_path) in str(caught.value)
    assert log.head() == head
    _limit_pages(log, 1_000_000)
    assert len(log.append(_listens(5, 2_000))) == 1_995
    assert log.check_chain().position == 2_000
    log.close()


def test_a_killed_writer_leaves_whole_batches_and_every_acknowledged_one(log_url: str) -> None:
    acknowledged = _append_until_killed(log_url)
    log = InteractionLog(log_url)
    head = log.check_chain()
    assert head.position % 50 == 0
    assert head.position >= acknowledged > 0
    resumed = log.append(_listens(0, head.position + 50))
    assert sum(not receipt.duplicate for receipt in resumed) == 50
    assert log.check_chain().position == head.position + 50
    log.close()


@pytest.mark.postgres
def test_an_append_fails_while_the_database_is_gone_and_goes_on_when_it_is_back(
    postgres_server: sa.URL,
) -> None:
    server = postgres_server.render_as_string(hide_password=False)
    with empty_database(postgres_server) as url:
        log = InteractionLog(url.render_as_string(hide_password=False))
        log.append(_listens(0, 5))
        execute(server, f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        execute(server, ended, name=url.database)
        with pytest.raises(LogUnavailable, match="nothing was appended"):
            log.append(_listens(5, 10))
        execute(server, f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
        assert [receipt.duplicate for receipt in log.append(_listens(0, 10))] == [True] * 5 + [False] * 5
        log.close()


def _listens(start: int, end: int) -> list[Interaction]:
    return [build_listen(number) for number in range(start, end)]


def _append_until_killed(url: str) -> int:
    """Let a child append batches of 50, kill it in the middle, and return the last acknowledged position."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.kit.append_forever", url],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    acknowledged = [int(child.stdout.readline()) for _ in range(3)]
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()
    child.wait()
    child.stdout.close()
    return int(rest[-1]) if rest and rest[-1].isdigit() else acknowledged[-1]


def _limit_pages(log: InteractionLog, pages: int) -> None:
    """Let SQLite answer as on a disk that is full."""
    log._engine.dispose()

    @sa.event.listens_for(log._engine, "connect")
    def _limit(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute(f"PRAGMA max_page_count={pages}")
