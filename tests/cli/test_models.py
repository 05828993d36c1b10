"""`tunefi models` on real runs: shown, promoted, rolled back, refused, and what a keeper then proposes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from keepers.errors import PromotedModelMissing
from keepers.model_choice import load_model_choice
from keepers.models import load_model
from tests.kit.listening import block_pairs, save_listening
from training.program import main
from tunefi.home import Home

ROOT = Path(__file__).parents[2]
SMALL = [
    "--dimension=32", "--threads=1", "--epochs=1", "--evaluate-every=1", "--allowed-quantisation-loss=0.5",
]  # fmt: skip
Run = Callable[..., tuple[ExitCode, dict[str, Any]]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two models of one snapshot, and one with the settings of the first of a later snapshot."""
    folder = tmp_path_factory.mktemp("trained")
    runs = {"first": (0, 30), "second": (1, 30), "later": (0, 31)}
    for name, (seed, tracks) in runs.items():
        snapshot = save_listening(folder / f"snapshot-{tracks}", block_pairs(), tracks)
        assert main([f"--snapshot={snapshot}", f"--out={folder / name}", f"--seed={seed}", *SMALL]) == 0
    return {name: folder / name for name in runs}


@pytest.fixture
def home(tmp_path: Path, trained: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with the first two, the second trained last."""
    home = Home(tmp_path / "home").create()
    monkeypatch.setenv("TUNEFI_HOME", str(home.root))
    for name in ("first", "second"):
        shutil.copytree(trained[name], home.model(digest_of(trained[name])))
    return home


@pytest.fixture
def run(home: Home) -> Run:
    def run_models(*arguments: str) -> tuple[ExitCode, dict[str, Any]]:
        result = CliRunner().invoke(app, ["models", *arguments, "--json"])
        return ExitCode(result.exit_code), json.loads(result.stdout)

    return run_models


def digest_of(run: Path) -> bytes:
    stored = load_model(run)
    assert stored is not None
    return stored.model_digest


def proposed(home: Home, run: Path) -> bytes | None:
    """Return the model that a keeper proposes for the snapshot of a run."""
    stored = load_model(run)
    assert stored is not None
    model = load_model_choice(home, 32).find(stored.snapshot_digest)
    return model.model_digest if model else None


def test_without_a_promotion_the_newest_model_of_the_dimension_is_proposed(
    home: Home, run: Run, trained: dict[str, Path]
) -> None:
    _, found = run("list")
    assert [row["promoted"] for row in found["models"]] == [False, False]
    assert found["promoted"] is None
    assert proposed(home, trained["first"]) == digest_of(trained["second"])
    assert load_model_choice(home, 64).find(load_model(trained["first"]).snapshot_digest) is None  # type: ignore[union-attr]


def test_a_promoted_model_is_proposed_and_its_settings_are_what_is_trained_next(
    home: Home, run: Run, trained: dict[str, Path]
) -> None:
    name = digest_of(trained["first"]).hex()
    code, said = run("promote", name[:10], "--why", "it knows more", "--by", "ada")
    assert (code, said["promoted"]) == (ExitCode.OK, f"0x{name}")
    assert proposed(home, trained["first"]) == digest_of(trained["first"])
    choice = load_model_choice(home, 128)
    assert choice.settings == home.model(digest_of(trained["first"])) / "settings.json"
    assert proposed(home, trained["later"]) is None
    shutil.copytree(trained["later"], home.model(digest_of(trained["later"])))
    assert proposed(home, trained["later"]) == digest_of(trained["later"])
    _, shown = run("show", name)
    assert [(one["action"], one["by"], one["why"]) for one in shown["history"]] == [
        ("promote", "ada", "it knows more")
    ]
    assert Path(shown["card"]).is_file()


def test_a_rolled_back_model_is_proposed_no_more(home: Home, run: Run, trained: dict[str, Path]) -> None:
    first, second = (digest_of(trained[name]).hex() for name in ("first", "second"))
    run("promote", first)
    run("promote", second)
    code, said = run("rollback", "--why", "worse for new listeners")
    assert (code, said["promoted"]) == (ExitCode.OK, f"0x{first}")
    assert proposed(home, trained["second"]) == bytes.fromhex(first)
    run("rollback")
    assert proposed(home, trained["first"]) is None
    withdrawn = load_model_choice(home, 32).find_withdrawn(load_model(trained["first"]).snapshot_digest)  # type: ignore[union-attr]
    assert withdrawn is not None
    assert run("rollback")[0] is ExitCode.REFUSED


def test_a_run_from_elsewhere_is_taken_into_the_home(home: Home, run: Run, trained: dict[str, Path]) -> None:
    assert run("promote", str(trained["later"]))[0] is ExitCode.OK
    assert proposed(home, trained["later"]) == digest_of(trained["later"])
    assert load_model(home.model(digest_of(trained["later"]))) is not None


def _interrupt(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "interrupted": True}))


def _flip(name: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        content = bytearray((run / name).read_bytes())
        content[-3] ^= 1
        (run / name).write_bytes(content)

    return damage


def _reseed(name: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        (run / name).write_text((run / name).read_text().replace('"seed": 0', '"seed": 7'))

    return damage


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_interrupt, "interrupted"),
        (_flip("track_vectors.npy"), "SHA-256"),
        (_flip("listeners.json"), "SHA-256"),
        (_reseed("metrics.json"), "the digest of the model"),
        (_reseed("settings.json"), "settings.json has other settings"),
        (lambda run: (run / "track_ids.json").unlink(), "missing"),
    ],
)
def test_an_interrupted_or_altered_run_is_refused_and_what_was_promoted_stays(
    home: Home, run: Run, trained: dict[str, Path], damage: Callable[[Path], None], reason: str
) -> None:
    first, second = (digest_of(trained[name]) for name in ("first", "second"))
    run("promote", second.hex())
    damage(home.model(first))
    code, said = run("promote", first.hex())
    assert code is ExitCode.REFUSED
    assert reason in said["detail"]
    assert run("list")[1]["promoted"] == f"0x{second.hex()}"


def test_a_name_that_fits_none_or_several_is_refused(home: Home, run: Run) -> None:
    assert run("promote", "nothing-like-it")[1]["error"] == "UnknownRun"
    assert run("show", "")[0] is ExitCode.REFUSED


def test_a_promoted_model_that_was_moved_away_is_an_error_of_the_keeper(
    home: Home, run: Run, trained: dict[str, Path]
) -> None:
    first = digest_of(trained["first"])
    run("promote", first.hex())
    shutil.rmtree(home.model(first))
    with pytest.raises(PromotedModelMissing, match="tunefi models rollback"):
        load_model_choice(home, 32)


def test_people_see_a_table_with_the_promoted_one_marked(
    home: Home, run: Run, trained: dict[str, Path]
) -> None:
    run("promote", digest_of(trained["first"]).hex())
    text = CliRunner().invoke(app, ["models", "list"]).stdout
    marked = [line for line in text.splitlines() if "promoted" in line]
    assert len(marked) == 1
    assert digest_of(trained["first"]).hex()[:16] in marked[0]
    assert "LightGCN" in CliRunner().invoke(app, ["models", "show", digest_of(trained["first"]).hex()]).stdout


def test_the_list_is_there_without_torch() -> None:
    script = "import sys, cli.main; sys.exit('torch' in sys.modules or 'mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_drift_between_two_models_is_told_and_drawn(
    run: Run, trained: dict[str, Path], tmp_path: Path
) -> None:
    picture = tmp_path / "drift.svg"
    code, found = run("drift", str(trained["first"]), str(trained["later"]), f"--picture={picture}")
    assert code is ExitCode.OK
    assert found["tracks"]["common"] == 30
    assert found["tracks"]["new"] == 1
    assert 0 <= found["drift"] <= 2
    assert picture.read_text().startswith("<?xml")
    code, same = run("drift", str(trained["first"]), digest_of(trained["first"]).hex())
    assert (code, same["drift"], same["list_jaccard"]) == (ExitCode.OK, 0.0, 1.0)
