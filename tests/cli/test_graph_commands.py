"""`tunefi graph`: digests at a block, the check that finds what is planted, the rebuild that mends it, and
the bisection of two keepers."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from graph_schema.open_store import open_store
from ingest.block_logs import decode_block_logs, joined_logs
from ingest.chain_journal import ChainJournal
from ingest.journal_payload import decode_payload, encode_payload
from tests.kit.chain_scenes import PRICE_WEI
from tests.kit.kept_home import build_home, plant, project_and_cut, run, with_entries
from tunefi.chain.anvil import AnvilNode
from tunefi.chain.deployment import Deployment, load_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.home import Home

pytestmark = pytest.mark.evm

Tunefi = Callable[..., Result]
PLANTED = "MATCH (t:Track {track_id: 'track:1'}) SET t.price_wei = '7'"


@pytest.fixture(scope="module")
def pristine(
    anvil_node: AnvilNode,
    deployment: Deployment,
    signers: list[Signer],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Home]:
    """A home that nobody has touched, beside the chain that it followed."""
    home = Home(tmp_path_factory.mktemp("keeper") / "home")
    snapshot = run(_call(anvil_node.url, "evm_snapshot"))
    run(build_home(home, anvil_node.url, deployment, signers))
    yield home
    run(_call(anvil_node.url, "evm_revert", snapshot))


async def _call(url: str, method: str, *params: Any) -> Any:
    async with JsonRpc(url) as rpc:
        return await rpc.call(method, *params)


@pytest.fixture
def home(pristine: Home, tmp_path: Path) -> Home:
    """A copy of it, to be damaged."""
    return copy_of(pristine, tmp_path / "home")


def copy_of(home: Home, folder: Path) -> Home:
    shutil.copytree(home.root, folder)
    return Home(folder)


@pytest.fixture
def tunefi(home: Home, anvil_node: AnvilNode, monkeypatch: pytest.MonkeyPatch) -> Tunefi:
    """A function that runs `tunefi graph` for this home."""
    monkeypatch.setenv("TUNEFI_HOME", str(home.root))
    monkeypatch.setenv("TUNEFI_RPC_URL", anvil_node.url)
    return lambda *words: CliRunner().invoke(app, ["graph", *map(str, words)])


def shown(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_digest_of_every_block_that_can_be_undone_can_be_told(tunefi: Tunefi) -> None:
    final = shown(tunefi("digest", "--json"))
    block = final["block"]
    assert shown(tunefi("digest", "--at", block, "--json")) == final
    later = [shown(tunefi("digest", "--at", block + ahead, "--json")) for ahead in (1, 4)]
    assert [one["block"] for one in later] == [block + 1, block + 4]
    for gone in (block - 1, block + 5):
        refused = tunefi("digest", "--at", gone, "--json")
        assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (3, "BlockNotKept")
        assert f"kept from block {block}, which is final, to block {block + 4}" in refused.stdout


def test_a_sound_graph_passes_every_check(tunefi: Tunefi) -> None:
    report = shown(tunefi("check", "--json"))
    assert report["ok"]
    assert [check["name"] for check in report["checks"]] == [
        *("keys", "pairs", "ends", "pending", "undo", "digest", "journal", "log"),
        *("holdings", "stakes"),
    ]
    details = {check["name"]: check["detail"] for check in report["checks"]}
    assert details["holdings"].startswith("2 holdings of 1 tracks")
    assert details["stakes"].startswith("1 stakes of 600000000000000000 wei")


@pytest.mark.parametrize(
    ("planted", "failing"),
    [
        ("MATCH ()-[h:HOLDS]->() SET h.amount = '9'", "holdings"),
        ("MATCH (a:Account)-[h:HOLDS]->() WITH h LIMIT 1 DELETE h", "holdings"),
        ("MATCH ()-[s:STAKED]->() SET s.amount_wei = '1'", "stakes"),
        ("MATCH (u:Undo) SET u.block_hash = '0xnone'", "undo"),
        ("MATCH (t:Track) SET t.uri = 'elsewhere'", "digest"),
        ("MATCH (b:Block) WHERE b.parent_hash <> '' SET b.parent_hash = '0xnone'", "pending"),
        ("MATCH (c:Cursor) WHERE c.source = 'log' SET c.hash = '0xnone'", "log"),
        ("MATCH (c:Cursor) WHERE c.source <> 'log' SET c.hash = '0xnone'", "journal"),
    ],
)
def test_what_is_planted_is_found_and_named(home: Home, tunefi: Tunefi, planted: str, failing: str) -> None:
    plant(home.graph, planted)
    report = shown(tunefi("check", "--json"), code=5)
    failed = {check["name"]: check for check in report["checks"] if not check["ok"]}
    assert failing in failed
    assert failed[failing]["remedy"]


def test_a_sound_graph_is_rebuilt_to_the_same_digest_and_switched(home: Home, tunefi: Tunefi) -> None:
    before = shown(tunefi("digest", "--json"))
    report = shown(tunefi("rebuild", "--json"))
    assert (report["same"], report["differences"]) == (True, 0)
    assert Path(report["kept"]).exists()
    assert not home.graph.with_name("graph.ladybug.rebuilding").exists()
    assert shown(tunefi("digest", "--json")) == before
    assert shown(tunefi("check", "--json"))["ok"]


def test_a_graph_that_went_wrong_is_named_and_only_replaced_when_told(home: Home, tunefi: Tunefi) -> None:
    sound = shown(tunefi("digest", "--json"))
    plant(home.graph, PLANTED)
    wrong = shown(tunefi("digest", "--json"))
    assert wrong["digest"] != sound["digest"]
    refused = tunefi("rebuild", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["differences"]) == (5, 1)
    told = f"Track ('track:1',): new {{'price_wei': '{PRICE_WEI}'}}, old {{'price_wei': '7'}}"
    assert told in refused.stderr
    assert shown(tunefi("digest", "--json")) == wrong
    report = shown(tunefi("rebuild", "--even-if-different", "--json"))
    assert shown(tunefi("digest", "--json")) == sound
    assert Path(report["kept"]).exists()


def test_a_rebuild_without_the_whole_journal_is_refused(home: Home, tunefi: Tunefi) -> None:
    with closing(sqlite3.connect(home.log)) as database, database:
        database.execute("DELETE FROM chain_journal WHERE position = 1")
    refused = tunefi("rebuild", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (3, "JournalIncomplete")
    assert shown(tunefi("digest", "--json"))["block"] > 0


def test_two_keepers_of_one_history_do_not_differ(pristine: Home, tunefi: Tunefi) -> None:
    for other in (pristine.root, pristine.log, *pristine.snapshots.iterdir()):
        report = shown(tunefi("bisect", other, "--json"))
        assert (report["same"], report["inputs"], report["rows"]) == (True, [], [])


def test_a_planted_row_is_found_in_the_graph(home: Home, pristine: Home, tunefi: Tunefi) -> None:
    plant(home.graph, PLANTED)
    report = shown(tunefi("bisect", pristine.root, "--json"), code=5)
    (row,) = report["rows"]
    assert (row["kind"], row["key"]) == ("Track", ["track:1"])
    assert (row["mine"], row["other"]) == ({"price_wei": "7"}, {"price_wei": str(PRICE_WEI)})
    minted = _block_of(home, "EditionMinted")
    assert (row["wrong"], row["since"]) == ("mine", {"source": "chain", "position": minted})
    told = tunefi("bisect", pristine.root).stdout
    assert f"they differ since block {minted}" in told
    assert f"other {{'price_wei': '{PRICE_WEI}'}}; wrong: mine, since block {minted}" in told


def _block_of(home: Home, event: str, which: int = 0) -> int:
    """Height of the block in which an event was emitted, by the journal."""
    deployment = load_deployment(home.deployments / "31337.json")
    with ChainJournal(f"sqlite:///{home.log}", 31337) as journal:
        found = [journal.load(record) for record in journal.after(-1, 1_000)]
    events = decode_block_logs(joined_logs(found), deployment.abis()).events
    return [one.log.block_number for one in events if one.name == event][which]


def test_the_block_and_the_entry_since_which_rows_are_wrong_are_named(
    home: Home, pristine: Home, tunefi: Tunefi
) -> None:
    """A change of a stake is missing, a holding is as before a transfer, a number of plays is wrong."""
    plant(home.graph, "MATCH (:Account)-[s:STAKED]->() WHERE s.amount_wei = '600000000000000000' DELETE s")
    plant(home.graph, "MATCH (:Account)-[h:HOLDS]->(:Track) WHERE h.amount = '1' SET h.amount = '3'")
    plant(home.graph, "MATCH (:Account)-[l:LISTENED_TO]->(t:Track {track_id: 'track:3'}) SET l.plays = 99")
    rows = {row["kind"]: row for row in shown(tunefi("bisect", pristine.root, "--json"), code=5)["rows"]}
    assert rows["STAKED"]["since"] == {"source": "chain", "position": _block_of(home, "Unstaked")}
    moved = _block_of(home, "TransferSingle", -1)
    assert rows["HOLDS"]["since"] == {"source": "chain", "position": moved}
    assert rows["LISTENED_TO"]["since"] == {"source": "log", "position": 4}
    assert {row["wrong"] for row in rows.values()} == {"mine"}


def test_a_row_that_nothing_wrote_is_said_to_be_planted(home: Home, pristine: Home, tunefi: Tunefi) -> None:
    plant(home.graph, "CREATE (:Tag {name: 'planted', from_log: true, from_chain: false})")
    (row,) = shown(tunefi("bisect", pristine.root, "--json"), code=5)["rows"]
    assert (row["kind"], row["since"], row["wrong"]) == ("Tag", None, "mine")
    assert "since no block or entry that wrote it" in tunefi("bisect", pristine.root).stdout


def test_a_planted_row_is_traced_to_the_first_snapshot_that_has_it(
    home: Home, pristine: Home, tmp_path: Path, tunefi: Tunefi
) -> None:
    """Both hold one log and cut four more snapshots; a row of one was tampered with before the third."""
    other = copy_of(pristine, tmp_path / "other")
    cuts = [shown(tunefi("digest", "--json"))["log_position"]]
    for number in range(4):
        if number == 2:
            plant(home.graph, PLANTED)
        with_entries(home, 100 + number, 101 + number)
        shutil.copy(home.log, other.log)
        for keeper in (home, other):
            run(project_and_cut(keeper))
        cuts.append(cuts[-1] + 1)
    report = shown(tunefi("bisect", other.root, "--json"), code=5)
    assert report["inputs"] == []
    assert (report["last_same_cut"][1], report["first_different_cut"][1]) == (cuts[2], cuts[3])
    (row,) = report["rows"]
    assert (row["key"], row["wrong"]) == (["track:1"], "mine")
    assert row["since"] is None, "between the two snapshots nothing wrote it"


def test_a_log_that_one_keeper_was_not_told_is_found(
    home: Home, tmp_path: Path, pristine: Home, tunefi: Tunefi
) -> None:
    """The journal of the other keeper lacks one log of a range, as if its node had left it out."""
    other = copy_of(pristine, tmp_path / "other")
    block = _leave_out_a_log(other.log)
    report = shown(tunefi("bisect", other.log, "--json"), code=5)
    (difference,) = report["inputs"]
    assert (difference["source"], difference["position"]) == ("chain", block)
    assert len(difference["mine"]) == 1
    assert difference["other"] == []
    assert f"first block that differs: {block}" in tunefi("bisect", other.log).stdout


def _leave_out_a_log(database: Path) -> int:
    with ChainJournal(f"sqlite:///{database}", 31337) as journal:
        records = journal.after(-1, 1_000)
        contents = [(record, journal.load(record)) for record in records]
    lacking = contents[len(contents) // 2][1]
    gone = lacking.logs.pop()
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("DELETE FROM chain_journal")
    with ChainJournal(f"sqlite:///{database}", 31337) as journal:
        for record, found in contents:
            assert decode_payload(encode_payload(found)).logs == found.logs
            journal.append(record.parent, found, record.state)
    return gone.block_number


def test_an_entry_that_only_one_keeper_has_is_found(
    home: Home, tmp_path: Path, pristine: Home, tunefi: Tunefi
) -> None:
    other = copy_of(pristine, tmp_path / "other")
    head = shown(tunefi("digest", "--json"))["log_position"]
    for keeper, first in ((home, 100), (other, 200)):
        with_entries(keeper, first, first + 40)
    (difference,) = shown(tunefi("bisect", other.root, "--json"), code=5)["inputs"]
    assert (difference["source"], difference["position"]) == ("log", head + 1)
    assert difference["mine"][0].startswith("listen of 0x")


def test_nothing_to_compare_with_is_said(tunefi: Tunefi, tmp_path: Path) -> None:
    refused = tunefi("bisect", tmp_path, "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (3, "NothingToCompare")


def test_an_interrupted_rebuild_goes_on(home: Home, tunefi: Tunefi, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends after its second write; the old graph is untouched, and the next run resumes."""
    from ingest import rebuild

    before = shown(tunefi("digest", "--json"))
    apply, applied = rebuild.GraphRebuild._apply, []

    async def apply_some(self: Any, record: Any, *args: Any, **options: Any) -> Any:
        if len(applied) == 2:
            raise KeyboardInterrupt
        applied.append(record.last.number)
        return await apply(self, record, *args, **options)

    monkeypatch.setattr(rebuild.GraphRebuild, "_apply", apply_some)
    assert tunefi("rebuild").exit_code == 130
    half = home.graph.with_name("graph.ladybug.rebuilding")
    assert run(_cursor_of(half)) == applied[1]
    applied.append(0)
    assert shown(tunefi("digest", "--json")) == before
    assert shown(tunefi("rebuild", "--json"))["same"]
    assert applied[1] < applied[3]


async def _cursor_of(graph: Path) -> int:
    store = await open_store(f"ladybug:{graph}")
    cursor = await store.read_cursor("chain:31337")
    await store.close()
    assert cursor is not None
    return cursor.position
