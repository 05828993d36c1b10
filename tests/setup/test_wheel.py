"""The wheel: built from this checkout, installed into an empty environment, and run there."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PROBE = """
import importlib.util, json
from importlib.resources import files
import api.app
import cli.main
from tunefi.chain.artifact import list_artifacts, load_abi
names = list_artifacts()
for name in names:
    load_abi(name)
page = files("api") / "page" / "index.html"
torch = importlib.util.find_spec("torch") is not None
print(json.dumps({"artifacts": names, "page": page.is_file(), "torch": torch}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert (ROOT / "api/page/index.html").exists(), "the page is not built; run make web"
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` folder of an empty environment that holds the wheel for serving."""
    folder = tmp_path_factory.mktemp("empty")
    locked = re.findall(
        r"^([a-z0-9][^ ]*==[^ ]+(?: ;[^\\\n]*)?)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    (folder / "constraints.txt").write_text("\n".join(locked))
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    pip = [folder / "env/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", folder / "constraints.txt", f"{wheel}[serve,keepers]"], check=True)
    return folder / "env/bin"


def test_the_wheel_holds_the_packages_the_page_and_the_artifacts(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if not name.startswith("tunefi-")}
    assert top == {
        *("tunefi", "graph_schema", "ingest", "training", "recsys"),
        *("engagement", "commitments", "keepers", "api", "cli", "benchmarks"),
    }
    assert "api/page/index.html" in names
    assert "tunefi/chain/artifacts/RecommendationGraph.json" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests")]


def test_serving_installs_without_torch_and_with_page_and_artifacts(installed: Path, tmp_path: Path) -> None:
    probe = subprocess.run(
        [installed / "python", "-c", _PROBE], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    found = json.loads(probe.stdout)
    assert found["torch"] is False
    assert found["page"] is True
    assert {"TuneToken", "RecommendationGraph", "FanEngagement"} <= set(found["artifacts"])


def test_the_installed_command_runs_and_says_what_is_missing(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "tunefi", "check", "--json"],
        cwd=tmp_path,
        env={
            "TUNEFI_HOME": str(tmp_path / "home"),
            "TUNEFI_RPC_URL": "http://127.0.0.1:1",
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert done.returncode != 0
    failed = {item["name"] for item in report["checks"] if not item["ok"]}
    assert "node" in failed
    assert all(item["remedy"] for item in report["checks"] if not item["ok"])
