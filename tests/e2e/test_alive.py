"""Listens that come in change what is recommended, in the next epoch that is committed."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cli.demo.cast import MNEMONIC
from ingest.entries import Interaction, Kind
from ingest.importers.hetrec import derive_listeners, load_hetrec
from ingest.signatures import sign_interaction
from tests.kit.demo import ROOT, RunningDemo
from tunefi.chain.signing import Signer
from tunefi.hashing import keccak256
from tunefi.ids import ChainId, Microseconds

pytestmark = pytest.mark.evm

JOBS = ("snapshot", "train", "build_epoch", "commit_epoch")
LISTENS = 30


def _get(demo: RunningDemo, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(demo.url + path, timeout=30) as response:
        body: dict[str, Any] = json.load(response)
        return body


def _post(demo: RunningDemo, path: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(demo.url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def _listens(signer: Signer, track_ids: list[str]) -> list[dict[str, Any]]:
    now = time.time_ns() // 1_000
    items = []
    for number, track_id in enumerate(track_ids):
        key = keccak256(f"alive {number} {now}".encode())
        entry = Interaction(
            Kind.LISTEN,
            signer.address,
            track_id,
            Microseconds(now - number * 60_000_000),
            200,
            key,
            subject_label="Track",
        )
        signed = sign_interaction(entry, signer, ChainId(31337))
        assert signed.signature is not None
        items.append(
            {
                "account": entry.account,
                "track_id": track_id,
                "at": entry.at,
                "seconds": entry.seconds,
                "idempotency_key": "0x" + key.hex(),
                "signature": "0x" + signed.signature.hex(),
            }
        )
    return items


def _run_job(demo: RunningDemo, job: str) -> dict[str, Any]:
    """Run a job through the service; again where the chain has to go on first."""
    for _ in range(60):
        report: dict[str, Any] = json.loads(demo.tunefi("keeper", "run", job, "--json", seconds=600).stdout)
        if report["outcome"] != "waiting":
            return report
        time.sleep(1)
    raise AssertionError(f"{job} keeps waiting: {report}")


@pytest.mark.timeout(1_500)
def test_listens_change_the_list_of_the_next_epoch(demo: RunningDemo, tmp_path: Path) -> None:
    signers = derive_listeners(load_hetrec(ROOT / "datasets/hetrec2011-lastfm-2k"), MNEMONIC)
    signer = signers[max(signers)]
    before = _get(demo, f"/v1/recommendations/{signer.address}")
    assert before["epoch"]["state"] == "final"
    listened = [item["track_id"] for item in before["items"][:LISTENS]]
    answer = _post(demo, "/v1/listens", {"items": _listens(signer, listened)})
    assert not answer["refused"], answer
    assert len(answer["receipts"]) == len(listened)

    reports = {job: _run_job(demo, job) for job in JOBS}
    epoch = int(reports["commit_epoch"]["epoch"])
    assert epoch > before["epoch"]["epoch"]
    after = _wait_for_epoch(demo, signer.address, epoch)

    listed = [item["track_id"] for item in after["items"]]
    assert not set(listened) & set(listed), "a track that was just listened to is recommended again"
    assert listed != [item["track_id"] for item in before["items"]]
    file = tmp_path / "opening.json"
    file.write_text(json.dumps(after["opening"]))
    contract = _get(demo, "/v1/chain")["contracts"]["RecommendationGraph"]
    words = ("--bundle", str(demo.home / f"epochs/{epoch}/bundle"), "--contract", contract)
    verified = demo.tunefi("epoch", "verify", str(epoch), *words, "--openings", str(file), "--json")
    assert json.loads(verified.stdout)["ok"]

    file.write_text(json.dumps(before["opening"]))
    refused = demo.tunefi(
        "epoch", "verify", str(epoch), *words, "--openings", str(file), "--json", check=False
    )
    assert refused.returncode == 5
    faults = [
        c["fault"]
        for part in json.loads(refused.stdout)["reports"].values()
        for c in part["checks"]
        if not c["ok"]
    ]
    assert faults[0] == "other_epoch"


def _wait_for_epoch(demo: RunningDemo, address: str, epoch: int) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = _get(demo, f"/v1/recommendations/{address}")
        if answer["epoch"]["epoch"] == epoch:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"epoch {epoch} is not served: {answer['epoch']}")
