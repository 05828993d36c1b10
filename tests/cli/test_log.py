"""`tunefi log` on a real log: what is whole, what is broken and where, what another keeper has."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from ingest.interaction_log import InteractionLog
from tests.kit.entries import build_listen
from tests.kit.log_fixtures import execute

Run = Callable[..., tuple[ExitCode, dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `tunefi log … --json` on the log of a fresh home."""
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TUNEFI_LOG_URL", f"sqlite:///{tmp_path / 'log.sqlite'}")

    def run_log(*arguments: str) -> tuple[ExitCode, dict[str, Any]]:
        result = CliRunner().invoke(app, ["log", *arguments, "--json"])
        return ExitCode(result.exit_code), json.loads(result.stdout)

    return run_log


@pytest.fixture
def log(tmp_path: Path, run: Run) -> InteractionLog:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    log.append([build_listen(number) for number in range(20)])
    log.close()
    return log


def test_a_whole_log_is_verified_with_its_head(run: Run, log: InteractionLog) -> None:
    code, report = run("verify")
    assert (code, report["ok"], report["entries"]) == (ExitCode.OK, True, 20)
    assert report["head"] == "0x" + log.head().hash.hex()
    assert run("verify", "--head", f"20:{report['head']}")[0] is ExitCode.OK


def test_the_first_broken_entry_is_named_with_what_is_wrong(run: Run, log: InteractionLog) -> None:
    execute(log.where, "UPDATE entries SET payload = x'a0' WHERE position IN (7, 9)")
    code, report = run("verify")
    assert (code, report["ok"], report["broken_entry"]) == (ExitCode.FALSE, False, 7)
    assert report["reason"] == "its payload was changed"


def test_a_head_that_is_not_on_the_chain_is_false_and_one_that_is_none_is_refused(
    run: Run, log: InteractionLog
) -> None:
    code, report = run("verify", "--head", f"3:0x{'00' * 32}")
    assert (code, report["broken_entry"]) == (ExitCode.FALSE, 3)
    code, report = run("verify", "--head", "3:beef")
    assert (code, report["error"]) == (ExitCode.REFUSED, "MalformedLogHead")


def test_the_log_of_another_keeper_is_taken_over_and_verified(run: Run, tmp_path: Path) -> None:
    other = InteractionLog.at_path(tmp_path / "other.sqlite")
    other.append([build_listen(number) for number in range(15)])
    code, report = run("replicate", f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert (code, report["entries"], report["position"]) == (ExitCode.OK, 15, 15)
    assert run("replicate", f"sqlite:///{tmp_path / 'other.sqlite'}")[1]["entries"] == 0
    assert run("verify")[1]["head"] == "0x" + other.head().hash.hex()
    other.close()


def test_a_fork_ends_the_replication_and_is_named(run: Run, log: InteractionLog, tmp_path: Path) -> None:
    other = InteractionLog.at_path(tmp_path / "other.sqlite")
    other.append([build_listen(99)])
    code, report = run("replicate", f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert (code, report["error"]) == (ExitCode.REFUSED, "LogFork")
    assert "entry 1" in report["detail"]
    other.close()
