"""`tunefi check`: each thing that can be wrong is named with a remedy, and none hides the next."""

import json
from pathlib import Path

from tests.kit.demo import run_tunefi
from tests.kit.lying_node import answer, lying_node


def _checks(home: Path, **environment: str) -> dict[str, dict[str, object]]:
    done = run_tunefi(home, "check", "--json", check=False, **environment)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 3)
    return {item["name"]: item for item in report["checks"]}


def test_a_node_that_is_gone_fails_with_a_remedy(tmp_path: Path) -> None:
    node = _checks(tmp_path / "home")["node"]
    assert not node["ok"]
    assert "TUNEFI_RPC_URL" in str(node["remedy"])


def test_each_of_several_nodes_is_told(tmp_path: Path) -> None:
    with lying_node(lambda _number, request: answer(request, "0x1")) as url:
        both = f"http://127.0.0.1:9,{url}"
        done = run_tunefi(tmp_path / "home", "check", "--json", check=False, rpc_url=both)
    nodes = [item for item in json.loads(done.stdout)["checks"] if item["name"] == "node"]
    assert [node["ok"] for node in nodes] == [False, False]
    assert "127.0.0.1:9:" in nodes[0]["detail"]
    assert "serves chain 1, expected 31337" in nodes[1]["detail"]
    assert "secret-key" not in done.stdout + done.stderr


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home = _checks(tmp_path / "file" / "home")["home"]
    assert not home["ok"]
    assert "TUNEFI_HOME" in str(home["remedy"])


def test_a_key_that_is_none_fails_without_being_shown(tmp_path: Path) -> None:
    done = run_tunefi(tmp_path / "home", "check", "--json", check=False, TUNEFI_KEEPER_KEYS="not-a-key-0123")
    keys = {item["name"]: item for item in json.loads(done.stdout)["checks"]}["keys"]
    assert not keys["ok"]
    assert "not-a-key-0123" not in done.stdout + done.stderr


def test_keeper_keys_need_the_shared_secret(tmp_path: Path) -> None:
    keys = _checks(tmp_path / "home", TUNEFI_KEEPER_KEYS="11" * 32)["keys"]
    assert not keys["ok"]
    assert "TUNEFI_EPOCH_SECRET" in str(keys["remedy"])


def test_an_unknown_job_is_refused_with_the_list_of_jobs(tmp_path: Path) -> None:
    done = run_tunefi(tmp_path / "home", "keeper", "run", "nonsense", check=False)
    assert done.returncode == 3
    assert "snapshot, train, build_epoch, commit_epoch" in done.stderr


def test_a_command_without_a_deployment_says_where_it_looked(tmp_path: Path) -> None:
    done = run_tunefi(tmp_path / "home", "snapshot", check=False)
    assert done.returncode == 3
    assert "31337.json" in done.stderr
