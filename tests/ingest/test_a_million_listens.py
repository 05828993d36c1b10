"""One account listens without end: memory stays bounded, the day's cap holds, graph and digest are right.

A tenth of a million here; `FULL_SIZES=1` runs it all (docs/measurements.md has the figures).
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engagement.parameters import RewardParameters
from engagement.points import build_activities
from graph_schema.snapshot import read_snapshot
from graph_schema.store import BlockRef, GraphStore
from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import Catalogue, Interaction, Kind
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from keepers.snapshots import build_snapshot_history
from tests.kit.entries import NOON, build_interaction, build_listen
from tunefi.ids import Address, ArtistId, Microseconds, TrackId
from tunefi.telemetry import SilentTelemetry

LISTENS = 1_000_000 if os.environ.get("FULL_SIZES") else 100_000
BATCH, SECONDS, TRACKS = 5_000, 60, 7
LISTENER = Address(f"0x{1:040x}")
LOG_MIB, GRAPH_MIB = 40, 250
"""A list of a hundred thousand entries takes more than the first, of a million more than the second."""
NOTHING_ON_CHAIN = BlockRef(0, "", "", NOON)


def listen(number: int) -> Interaction:
    """Minute after minute, signed, day and night."""
    heard = build_listen(number, signature=bytes(65), seconds=SECONDS)
    return replace(heard, at=Microseconds(NOON + number * SECONDS * 1_000_000))


def used_mib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


class Scale(SilentTelemetry):
    """Weighs the process after each write."""

    def __init__(self) -> None:
        self.start_mib = self.most_mib = used_mib()

    def wrote_graph(self, stream: str, rows: int, seconds: float) -> None:
        self.weigh()

    def weigh(self) -> int:
        """Return by how much the process has grown at most."""
        self.most_mib = max(self.most_mib, used_mib())
        return self.most_mib - self.start_mib


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractionLog]:
    """A log of all these listens, whose tracks are one artist's."""
    artist = ArtistId("artist:1")
    tracks = tuple(TrackRecord(TrackId(f"track:{number}"), artist, "") for number in range(TRACKS))
    log, scale = InteractionLog.at_path(tmp_path_factory.mktemp("listens") / "log.sqlite"), Scale()
    log.append([Catalogue(bytes(32), NOON, (ArtistRecord(artist, "Endless"),), tracks)])
    for start in range(0, LISTENS, BATCH):
        log.append([listen(number) for number in range(start, start + BATCH)])
        assert scale.weigh() < LOG_MIB
    assert log.check_chain().position == LISTENS + 1
    assert scale.weigh() < LOG_MIB
    yield log
    log.close()


@pytest.mark.timeout(1_800)
async def test_all_of_them_count_once_and_the_day_is_capped(log: InteractionLog, store: GraphStore) -> None:
    scale = Scale()
    await LogProjector(log, store, telemetry=scale).project(LISTENS + 1)
    assert scale.weigh() < GRAPH_MIB
    snapshot = await read_snapshot(store, NOTHING_ON_CHAIN, 31337)
    assert await store.read_digest(0) == snapshot.digest
    heard = snapshot.edges["LISTENED_TO"]
    assert {
        row["target"]: (row["plays"], row["signed_plays"], row["seconds"]) for row in heard.to_pylist()
    } == {f"track:{track}": (plays, plays, plays * SECONDS) for track, plays in _plays().items()}
    listened = snapshot.edges["LISTENED_ON"]
    days = _minutes_by_day()
    assert dict(
        zip(*(listened[name].to_pylist() for name in ("utc_day", "signed_seconds")), strict=True)
    ) == {day: minutes * SECONDS for day, minutes in days.items()}
    activity = build_activities(build_snapshot_history(snapshot), None, RewardParameters())[LISTENER]
    assert activity.seconds == sum(min(4 * 3_600, minutes * SECONDS) for minutes in days.values())
    await _check_deletion(log, store)


async def _check_deletion(log: InteractionLog, store: GraphStore) -> None:
    """The account goes, in one step that does not read its listens."""
    log.append([build_interaction(Kind.DELETE, LISTENER, "", key=1, label="Account")])
    scale = Scale()
    await LogProjector(log, store, telemetry=scale).project()
    assert scale.weigh() < LOG_MIB
    snapshot = await read_snapshot(store, NOTHING_ON_CHAIN, 31337)
    assert (snapshot.edges["LISTENED_TO"].num_rows, snapshot.nodes["Account"].num_rows) == (0, 0)
    assert await store.read_digest(0) == snapshot.digest


def _plays() -> Counter[int]:
    return Counter(number % TRACKS for number in range(LISTENS))


def _minutes_by_day() -> Counter[int]:
    return Counter((NOON + number * SECONDS * 1_000_000) // 86_400_000_000 for number in range(LISTENS))
