"""The demonstration as a person runs it: to its end, again, and with what can go wrong on a machine."""

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest.handlers.market import Sale
from tests.e2e.conftest import FinishedDemo
from tests.kit.demo import ROOT, RunningDemo, run_tunefi, start_demo
from tunefi.chain.deployment import deployment_path, load_deployment
from tunefi.chain.history import fetch_events
from tunefi.chain.rpc import JsonRpc
from tunefi.home import Home

pytestmark = pytest.mark.evm

TITLES = (
    "chain and contracts",
    "events in",
    "graph and snapshot",
    "model",
    "epoch, commitment, rewards",
    "false epoch, challenge, vote, true epoch",
    "serve",
)


def _journal(home: Path) -> dict[str, dict[str, object]]:
    journal: dict[str, dict[str, object]] = json.loads((home / "stages.json").read_text())
    return journal


def test_it_runs_to_its_self_check_and_prints_what_each_stage_took(finished_demo: FinishedDemo) -> None:
    for title in TITLES:
        assert title in finished_demo.output
    assert "peak MiB" in finished_demo.output
    assert "/v1/recommendations/0x" in finished_demo.output


def test_the_accuracy_of_all_models_is_printed(finished_demo: FinishedDemo) -> None:
    for name in ("LightGCN, int8", "item-kNN", "popularity"):
        assert name in finished_demo.output


def test_freezing_loses_at_most_half_a_percent(finished_demo: FinishedDemo) -> None:
    outputs = _journal(finished_demo.home)["model"]["outputs"]
    assert isinstance(outputs, dict)
    assert outputs["metrics"]["quantisation"]["ndcg@20_lost"] <= 0.005


def test_a_fan_was_paid_what_the_ledger_says(finished_demo: FinishedDemo) -> None:
    outputs = _journal(finished_demo.home)["epoch"]["outputs"]
    assert isinstance(outputs, dict)
    assert int(outputs["claimed_wei"]) > 0


def test_a_false_epoch_lost_its_bond_and_what_was_final_stayed(finished_demo: FinishedDemo) -> None:
    outputs = _journal(finished_demo.home)["challenge"]["outputs"]
    assert isinstance(outputs, dict)
    assert int(outputs["bounty_wei"]) == 10_000 * 10**18, "half of two bonds of 10,000 TUNE"
    assert (outputs["kept_epoch"], outputs["false_epoch"], outputs["true_epoch"]) == (1, 2, 3)


def test_the_service_tells_the_whole_story(demo: RunningDemo) -> None:
    def items(path: str) -> list[dict[str, object]]:
        with urllib.request.urlopen(f"{demo.url}{path}", timeout=30) as answer:
            found: list[dict[str, object]] = json.load(answer)["items"]
        return found

    states = {item["epoch"]: item["state"] for item in items("/v1/epochs")}
    assert (states[1], states[2], states[3]) == ("final", "invalid", "final")
    (challenge,) = items("/v1/challenges")
    assert (challenge["kind"], challenge["epoch"], challenge["state"]) == ("score", 2, "won")
    assert challenge["by"] == challenge["bounty_to"]
    slashed = challenge["slashed"]
    assert isinstance(slashed, list)
    assert [loss["amount_wei"] for loss in slashed] == [str(10_000 * 10**18)] * 2
    assert challenge["by"] not in [loss["keeper"] for loss in slashed]
    (proposal,) = items("/v1/proposals")
    assert proposal["state"] == "executed"
    (sale,) = items("/v1/sales")
    assert sale["kind"] == "listing"
    price, royalty = int(str(sale["price_wei"])), int(str(sale["royalty_wei"]))
    assert royalty == price // 10


async def test_who_disproved_the_epoch_was_never_a_keeper_and_the_royalty_went_to_both_artists(
    demo: RunningDemo,
) -> None:
    """What the page tells, held against the events of the contracts themselves."""
    deployment = load_deployment(deployment_path(Home(demo.home).deployments, 31337))
    async with JsonRpc(demo.service["rpc_url"]) as rpc:
        head = int(await rpc.call("eth_blockNumber"), 16)

        async def events(contract: str, name: str) -> list[Mapping[str, Any]]:
            found = fetch_events(rpc, deployment.contract(contract), deployment.block, head)
            return [event.arguments async for event in found if event.name == name]

        (invalidated,) = await events("RecommendationGraph", "EpochInvalidated")
        keepers = [set(event["keepers"]) for event in await events("RecommendationGraph", "KeeperSetChanged")]
        (sold,) = await events("Marketplace", "Sold")
        credited = await events("RoyaltyDistributor", "Credited")
    assert invalidated["epoch"] == 2
    assert invalidated["by"] not in set.union(*keepers)
    assert len(keepers) == 2, "the first set, and the one that the vote filled up"
    sale = Sale(*sold["sale"])
    owed = [credit for credit in credited if credit["account"] == sale.royalty_receiver]
    assert (sale.royalty, sale.currency) in [(credit["amount"], credit["currency"]) for credit in owed]
    shares = [credit["amount"] for credit in credited if credit["from"] == sale.royalty_receiver]
    total = sum(credit["amount"] for credit in owed)
    assert sorted(shares) == [total * 3 // 10, total - total * 3 // 10]


def test_a_later_run_does_no_stage_again(demo: RunningDemo) -> None:
    output = demo.output.read_text(errors="replace")
    assert output.count("as before") == len(TITLES) - 1


def test_a_port_in_use_is_named_and_nothing_is_lost(finished_demo: FinishedDemo, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output = tmp_path / "output.log"
        home = tmp_path / "home"
        process = start_demo(home, "--rpc-port", str(port), "--until", "chain", output=output)
        assert process.wait(timeout=120) == 3
    text = output.read_text()
    assert f"port {port} is in use" in text
    assert "PortInUse" in text


def test_a_stage_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = run_tunefi(tmp_path, "demo", "--home", str(tmp_path / "home"), "--until", "nonsense", check=False)
    assert done.returncode == 3
    assert "stages are chain, events, graph, model, epoch, challenge, serve" in done.stderr


def test_an_operator_can_check_the_running_demonstration(demo: RunningDemo) -> None:
    command = f". {demo.home}/tunefi.env && {sys.executable} -m cli check --json"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert [item for item in report["checks"] if not item["ok"]] == []
    assert report["ok"]
    assert {"node", "finality", "contracts", "keeper"} <= {item["name"] for item in report["checks"]}
