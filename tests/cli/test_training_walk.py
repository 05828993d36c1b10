"""The way from pip install to a promoted model, as docs/training.md tells it, command by command."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from examples.small_listening import CHAIN_ID, load_part
from ingest.entries import Entry, Plays
from ingest.importers.hetrec import HetrecData, build_hetrec_entries
from ingest.interaction_log import InteractionLog
from tests.kit.anvil import MNEMONIC
from tunefi.chain.anvil import AnvilNode
from tunefi.chain.deployment import Deployment, save_deployment
from tunefi.chain.signing import Signer
from tunefi.hashing import keccak256
from tunefi.home import Home
from tunefi.promotions import Promotions

ROOT = Path(__file__).parents[2]
LISTENERS, SHARE_BEFORE = 80, 0.8


def read_walk() -> list[str]:
    """Return the blocks of commands of the section, in order."""
    page = (ROOT / "docs/training.md").read_text()
    section = page.split("\n## From pip install to a promoted model\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def heard(data: HetrecData, *, later: bool) -> HetrecData:
    """Return what listeners heard before a day, or from it on."""
    cut = {listener: int(SHARE_BEFORE * len(counts)) for listener, counts in data.plays.items()}
    parts = {
        listener: counts[cut[listener] :] if later else counts[: cut[listener]]
        for listener, counts in data.plays.items()
    }
    return replace(data, plays=parts)


def build_entries(data: HetrecData, operator: Signer, *, later: bool) -> Iterator[Entry]:
    """Yield the entries of all that is known before a day, or what was heard since."""
    for entry in build_hetrec_entries(
        heard(data, later=later), mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN_ID
    ):
        if not later:
            yield entry
        elif isinstance(entry, Plays):
            yield replace(entry, idempotency_key=keccak256(entry.idempotency_key))


def append(home: Home, signers: list[Signer], *, later: bool) -> None:
    log = InteractionLog.at_path(home.log)
    log.append(list(build_entries(load_part(LISTENERS), signers[1], later=later)))
    log.close()


class Shell:
    """Runs blocks of commands one after the other; what one sets, the next one knows."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self._state = folder, folder / "state"
        self._state.write_text("")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **environment}

    def run(self, block: str) -> str:
        """Run a block, each command of which must succeed, and return what it printed."""
        script = f"set -eu -a\n. '{self._state}'\n{block}\nexport -p > '{self._state}'\n"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", script],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def test_what_is_installed_first_are_extras_of_the_package() -> None:
    install, *_ = read_walk()
    named = re.fullmatch(r"pip install 'tunefi\[([\w,]+)\]'\n", install)
    assert named is not None
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(named[1].split(",")) <= set(extras)


@pytest.mark.evm
@pytest.mark.timeout(900)
def test_the_commands_lead_from_a_snapshot_to_a_promoted_model_and_back(
    anvil_node: AnvilNode, deployment: Deployment, signers: list[Signer], tmp_path: Path
) -> None:
    home = Home(tmp_path / "home").create()
    save_deployment(deployment, home.deployments)
    append(home, signers, later=False)
    shell = Shell(
        tmp_path,
        TUNEFI_HOME=str(home.root),
        TUNEFI_RPC_URL=anvil_node.url,
        TUNEFI_KEEPER_KEYS=signers[1].export_key(),
        TUNEFI_EPOCH_SECRET="05" * 32,
        TUNEFI_TRAINING_THREADS="1",
        OMP_NUM_THREADS="1",
    )
    _install, train, evaluate, tune, promote = read_walk()
    assert "item-kNN" in shell.run(train)
    append(home, signers, later=True)
    assert "int8 as served" in shell.run(evaluate)
    assert "over 80 listeners" in shell.run(tune)
    assert "promoted" in shell.run(promote)
    history = Promotions(home.promotions).history()
    assert [(line.action, line.why) for line in history] == [
        ("promote", "found by tuning"),
        ("roll_back", "worse for new listeners"),
    ]
    assert len(list(home.models.iterdir())) == 1
