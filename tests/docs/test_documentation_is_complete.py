"""The documents name what the code has: packages, layers, settings, commands, exit codes."""

import re
import tomllib
from pathlib import Path

import typer.main

from cli.exit_codes import ExitCode
from tunefi.settings import Settings

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = set(PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def _layers_of_the_linter() -> list[str]:
    contract = PYPROJECT["tool"]["importlinter"]["contracts"][0]
    assert contract["type"] == "layers"
    return list(contract["layers"])


def test_every_folder_with_python_code_is_a_declared_package() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert folders == PACKAGES


def test_the_documented_packages_are_the_packages() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == PACKAGES


def test_the_documented_layers_are_the_checked_layers() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    assert "\n".join(_layers_of_the_linter()) in text
    named = {name for layer in _layers_of_the_linter() for name in layer.split(" | ")}
    assert named == PACKAGES == set(PYPROJECT["tool"]["importlinter"]["root_packages"])


def test_every_setting_is_documented_with_its_description() -> None:
    text = (ROOT / "docs/settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"| `TUNEFI_{name.upper()}` |" in text, f"docs/settings.md lacks TUNEFI_{name.upper()}"
        assert field.description in text, f"docs/settings.md describes TUNEFI_{name.upper()} differently"


def test_every_documented_setting_exists() -> None:
    text = (ROOT / "docs/settings.md").read_text()
    documented = set(re.findall(r"^\| `TUNEFI_(\w+)` \|", text, re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_setting_that_a_document_names_exists() -> None:
    known = {f"TUNEFI_{name.upper()}" for name in Settings.model_fields}
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        named = set(re.findall(r"\bTUNEFI_[A-Z_]+\b", page.read_text()))
        assert named <= known, f"{page.relative_to(ROOT)} names {named - known}"


def test_every_command_that_a_document_tells_to_run_exists() -> None:
    from cli.main import app

    group = typer.main.get_command(app)
    commands: dict[str, set[str]] = {
        name: set(getattr(command, "commands", {}))
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for name, sub in re.findall(
            r"(?:^    |`)tunefi ([a-z]+)(?: ([a-z]+))?", page.read_text(), re.MULTILINE
        ):
            where = f"{page.relative_to(ROOT)} says tunefi {name} {sub}"
            assert name in commands, where
            assert not commands[name] or sub in commands[name], where


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs/cli.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert documented == {int(code) for code in ExitCode}


def test_every_command_is_documented() -> None:
    from cli.main import app

    text = (ROOT / "docs/cli.md").read_text()
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for full in [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]:
            assert f"`tunefi {full}" in text, f"docs/cli.md lacks tunefi {full}"


def test_every_link_in_the_documents_leads_to_a_file() -> None:
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_decision_records_are_short_and_complete() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text()
        assert len(text.split()) < 450, f"{record.name} is longer than a page"
        for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
            assert part in text, f"{record.name} lacks {part}"


def test_the_lock_file_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "http://" not in lock
    assert "https://" not in lock
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_the_npm_lock_files_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "contracts/package-lock.json", ROOT / "web/package-lock.json"):
        assert '"resolved": "http' not in lock.read_text(), f"{lock.name} holds addresses"
        assert '"integrity"' in lock.read_text()
