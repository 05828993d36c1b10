"""`tunefi epoch challenge` and `epoch demand` against a real chain, by somebody who is no keeper."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from cli.demo.false_epoch import promote
from commitments.bundle import save_bundle
from commitments.commitment import EpochCommitment
from commitments.epoch import Epoch, hash_lists
from commitments.signed import Signed
from tests.kit.court import CHALLENGER, SECRET, Court, Size
from tests.kit.demo import run_tunefi
from tunefi.ids import ListenerRow

pytestmark = pytest.mark.evm

CHEATED = ListenerRow(5)
FALSE, KEY_MISSING, INVALID = 5, 3, 3


async def _committed(court: Court, folder: Path, *, cheat: bool) -> tuple[Epoch, Signed[EpochCommitment]]:
    """Commit an epoch, with a track that paid on top of one list where asked, and publish its bundle."""
    epoch = await court.build(Size())
    if cheat:
        lists, _ = promote(epoch, CHEATED)
        epoch = hash_lists(epoch.table, epoch.excluded, lists, epoch.terms, SECRET)
    cid = save_bundle(epoch, epoch.table.track_ids, folder / "bundle")
    signed = court.sign(epoch.commitment(cid))
    await court.post(signed)
    openings = [epoch.opening(CHEATED).to_json(), epoch.opening(ListenerRow(6)).to_json()]
    (folder / "openings.json").write_text(json.dumps(openings))
    return epoch, signed


async def _tunefi(
    court: Court, folder: Path, *words: str, key: bool = True
) -> subprocess.CompletedProcess[str]:
    secret = {"TUNEFI_CHALLENGER_KEY": court.stage.signers[CHALLENGER].export_key()} if key else {}
    return await asyncio.to_thread(
        run_tunefi,
        folder / "home",
        *("epoch", *words, "--json", "--contract", court.graph.address),
        check=False,
        rpc_url=court.stage.rpc.url,
        **secret,
    )


def _bundle(folder: Path, *, lists: bool = True) -> tuple[str, ...]:
    openings = ("--openings", str(folder / "openings.json")) if lists else ()
    return ("1", "--bundle", str(folder / "bundle"), *openings)


async def test_a_false_list_is_found_and_then_proven_by_whoever_holds_its_opening(
    court: Court, tmp_path: Path
) -> None:
    epoch, _ = await _committed(court, tmp_path, cheat=True)
    looked = await _tunefi(court, tmp_path, "challenge", *_bundle(tmp_path), key=False)
    assert looked.returncode == FALSE, looked.stderr
    found = {one["fault"]: one["challenge"] for one in json.loads(looked.stdout)["found"]}
    assert found == {"score": "challengeScore", "omission": "challengeOmission"}
    assert await court.state() == 1
    sent = await _tunefi(court, tmp_path, "challenge", *_bundle(tmp_path), "--send")
    assert sent.returncode == 0, sent.stderr
    events = {event["event"]: event for event in json.loads(sent.stdout)["events"]}
    assert events["BountyPaid"]["to"] == epoch.table.listener_addresses[CHEATED]
    assert events["EpochInvalidated"]["epoch"] == 1
    assert await court.state() == INVALID


async def test_without_its_opening_nothing_false_is_found(court: Court, tmp_path: Path) -> None:
    await _committed(court, tmp_path, cheat=True)
    looked = await _tunefi(court, tmp_path, "challenge", *_bundle(tmp_path, lists=False), "--send")
    assert (looked.returncode, json.loads(looked.stdout)["found"]) == (0, [])


async def test_nothing_is_sent_against_a_true_epoch(court: Court, tmp_path: Path) -> None:
    await _committed(court, tmp_path, cheat=False)
    looked = await _tunefi(court, tmp_path, "challenge", *_bundle(tmp_path), "--send")
    assert looked.returncode == 0, looked.stderr
    assert json.loads(looked.stdout)["events"] == []
    assert await court.state() == 1


async def test_a_key_that_is_missing_is_named_before_anything_is_read(court: Court, tmp_path: Path) -> None:
    for words in (("challenge", "1", "--send"), ("demand", "1")):
        refused = await _tunefi(court, tmp_path, *words, key=False)
        assert refused.returncode == KEY_MISSING
        assert "TUNEFI_CHALLENGER_KEY" in json.loads(refused.stdout)["detail"]


async def test_a_list_and_a_track_are_demanded_without_the_bundle(court: Court, tmp_path: Path) -> None:
    await _committed(court, tmp_path, cheat=False)
    mine = await _tunefi(court, tmp_path, "demand", "1")
    track = await _tunefi(court, tmp_path, "demand", "1", "--track", "3")
    assert (mine.returncode, track.returncode) == (0, 0), mine.stderr + track.stderr
    challenger = court.stage.signers[CHALLENGER].address
    assert json.loads(mine.stdout)["listener"] == challenger
    assert json.loads(track.stdout)["row"] == 3
    assert await court.graph.read(court.stage.rpc, "openDemands", 1) == 2
    again = await _tunefi(court, tmp_path, "demand", "1", "--track", "3")
    assert "AlreadyDemanded" in json.loads(again.stdout)["detail"]
    unknown = await _tunefi(court, tmp_path, "demand", "1", "--track", "500")
    assert "NoSuchTrack" in json.loads(unknown.stdout)["detail"]
