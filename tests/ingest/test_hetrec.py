"""The data set enters the log whole or not at all, and the graph says what it says."""

import hashlib
from pathlib import Path

import pytest

from graph_schema.store import GraphStore
from ingest.entries import Accounts, Catalogue, Interaction, Kind
from ingest.errors import MalformedDataFile
from ingest.importers.generated import GeneratedOptions, build_generated_entries
from ingest.importers.hetrec import (
    HetrecData,
    build_hetrec_entries,
    derive_listeners,
    import_hetrec,
    load_hetrec,
)
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import load_known_subjects
from ingest.projector import LogProjector
from ingest.signatures import recover_signer
from ingest.validation import Refusal, Validator
from tests.kit.anvil import MNEMONIC
from tests.kit.entries import NOON
from tests.kit.hetrec_files import write_hetrec
from tests.kit.rows import read_all_rows
from tunefi.chain.signing import Signer, derive_signer
from tunefi.ids import ChainId, Microseconds

DATASET = Path(__file__).parents[2] / "datasets" / "hetrec2011-lastfm-2k"
CHAIN = ChainId(31337)


@pytest.fixture(scope="module")
def operator() -> Signer:
    return derive_signer(MNEMONIC, 1)


@pytest.fixture
def data(tmp_path: Path) -> HetrecData:
    return load_hetrec(write_hetrec(tmp_path / "small", packed=True))


@pytest.fixture
def log(tmp_path: Path):  # type: ignore[no-untyped-def]
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    yield log
    log.close()


def test_the_packed_data_set_is_the_published_one() -> None:
    data = load_hetrec(DATASET)
    assert len(data.artists) == 17_632
    assert len(data.plays) == 1_892
    assert sum(len(counts) for counts in data.plays.values()) == 92_834
    assert sum(count for counts in data.plays.values() for _, count in counts) == 69_183_975
    assert len(data.friends) == 12_717
    assert data.unknown_tag_assignments + sum(data.tags.values()) == 186_478


async def test_the_graph_holds_what_the_files_say(
    data: HetrecData, log: InteractionLog, store: GraphStore, operator: Signer
) -> None:
    report = import_hetrec(log, data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN)
    assert (report.appended, report.duplicates, report.left_out) == (report.entries, 0, 1)
    await LogProjector(log, store).project()
    rows = await read_all_rows(store)
    address = {number: signer.address for number, signer in derive_listeners(data, MNEMONIC).items()}
    assert {(row["source"], row["target"], row["plays"]) for row in rows["LISTENED_TO"]} == {
        (address[2], "hetrec:track:1", 100),
        (address[2], "hetrec:track:2", 30),
        (address[3], "hetrec:track:5", 7),
        (address[9], "hetrec:track:1", 1),
    }
    assert all(row["signed_plays"] == 0 and row["first_at"] is None for row in rows["LISTENED_TO"])
    friends = {tuple(sorted((address[2], address[3]))), tuple(sorted((address[2], address[9])))}
    assert {(row["source"], row["target"]) for row in rows["FRIEND_OF"]} == friends
    tags = {(row["source"], row["target"], row["count"]) for row in rows["TAGGED"]}
    assert tags == {("hetrec:artist:1", "metal", 2), ("hetrec:artist:5", "café", 1)}
    assert {row["title"] for row in rows["Track"]} == {"Ärtist", "三船", "Café"}
    assert {row["stands_for"] for row in rows["Track"]} == {"body of work"}
    assert {(row["name"], row["generated"], row["public_listener"]) for row in rows["Account"]} == {
        (f"Listener {number}", True, True) for number in (2, 3, 9)
    }
    assert len(rows["CREATED"]) == 3


async def test_importing_twice_appends_nothing(
    data: HetrecData, log: InteractionLog, store: GraphStore, operator: Signer
) -> None:
    import_hetrec(log, data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN)
    await LogProjector(log, store).project()
    rows, head = await read_all_rows(store), log.head()
    again = import_hetrec(log, data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN)
    await LogProjector(log, store).project()
    assert (again.appended, again.duplicates) == (0, again.entries)
    assert log.head() == head
    assert await read_all_rows(store) == rows


def test_catalogue_and_accounts_carry_the_operators_signature(data: HetrecData, operator: Signer) -> None:
    entries = list(build_hetrec_entries(data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN))
    signed = [entry for entry in entries if isinstance(entry, Catalogue | Accounts)]
    assert signed
    assert {recover_signer(entry, CHAIN) for entry in signed} == {operator.address}
    assert {recover_signer(entry, ChainId(1)) for entry in signed} != {operator.address}


def cut_plain(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize(
    ("name", "size", "line"),
    [
        ("user_artists.dat", 34, 3),
        ("user_artists.dat", 29, 2),
        ("artist_names.tsv", 9, 2),
        ("tags.dat", 18, 2),
    ],
)
def test_a_file_cut_short_is_named_with_its_line(tmp_path: Path, name: str, size: int, line: int) -> None:
    folder = write_hetrec(tmp_path)
    cut_plain(folder / name, size)
    with pytest.raises(MalformedDataFile) as caught:
        load_hetrec(folder)
    assert (caught.value.file, caught.value.line) == (name, line)
    assert "nothing was imported" in str(caught.value)


def test_a_file_cut_between_two_lines_is_found_by_its_sum(tmp_path: Path) -> None:
    folder = write_hetrec(tmp_path)
    path = folder / "user_artists.dat"
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  user_artists.dat\n")
    assert load_hetrec(folder)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    with pytest.raises(MalformedDataFile) as caught:
        load_hetrec(folder)
    assert (caught.value.file, caught.value.line) == ("user_artists.dat", len(lines) - 1)


def test_a_compressed_file_cut_short_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    folder.mkdir()
    for path in DATASET.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    cut_plain(folder / "user_artists.dat.xz", 200_000)
    with pytest.raises(MalformedDataFile, match="cut short") as caught:
        load_hetrec(folder)
    assert caught.value.file == "user_artists.dat.xz"
    assert caught.value.line is not None
    assert 1_000 < caught.value.line < 92_834


def test_a_missing_file_and_a_strange_number_are_named(tmp_path: Path) -> None:
    folder = write_hetrec(tmp_path)
    (folder / "user_friends.dat").write_text("userID\tfriendID\n2\tx\n")
    with pytest.raises(MalformedDataFile, match=r"user_friends\.dat, line 2"):
        load_hetrec(folder)
    (folder / "user_friends.dat").unlink()
    with pytest.raises(MalformedDataFile, match=r"user_friends\.dat"):
        load_hetrec(folder)


def test_generated_entries_are_accepted_signed_marked_and_repeatable(
    data: HetrecData, operator: Signer
) -> None:
    options = GeneratedOptions(seed=7, until_at=NOON, listeners=3, listens=40)
    entries = list(build_generated_entries(data, options, mnemonic=MNEMONIC, chain_id=CHAIN))
    assert entries == list(build_generated_entries(data, options, mnemonic=MNEMONIC, chain_id=CHAIN))
    known = load_known_subjects(
        build_hetrec_entries(data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN)
    )
    validator = Validator(CHAIN, known)
    verdicts = [validator.judge(entry, NOON) for entry in entries]
    assert [verdict for verdict in verdicts if isinstance(verdict, Refusal)] == []
    assert verdicts == entries
    assert all(isinstance(entry, Interaction) and entry.generated for entry in entries)
    assert sum(entry.kind is Kind.LISTEN for entry in entries) == 40
    assert {entry.kind for entry in entries} == {Kind.LISTEN, Kind.LIKE, Kind.FOLLOW}
    assert len({entry.idempotency_key for entry in entries}) == len(entries)
    assert all(30 <= entry.seconds <= 600 for entry in entries if entry.kind is Kind.LISTEN)
    assert all(entry.at < NOON for entry in entries)
    other = GeneratedOptions(seed=8, until_at=Microseconds(NOON), listeners=3, listens=40)
    assert list(build_generated_entries(data, other, mnemonic=MNEMONIC, chain_id=CHAIN)) != entries
