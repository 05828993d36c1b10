"""The page in a real Chromium, against a running service: green when honest, red with a reason when lied to.

The scenarios are in `web/e2e/scenarios.mjs` and `faults.mjs`; one node process runs them all in one browser.
Screenshots go to the folder that TUNEFI_SCREENSHOTS names.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
RUNNER = ROOT / "web" / "e2e" / "run.mjs"
RUN_SECONDS = 1500

SCENARIOS = [
    "an honest answer is green",
    "the whole list is green too",
    "the reward is held against the chain",
    "the card tells the challenge, the vote and the resale, and what is served",
    "the keyboard is enough",
    "an address that is pasted is found",
    "a narrow phone shows everything",
    "a contract that the visitor does not trust is red, and is remembered",
    "a node that is gone is not green",
    "an unknown listener gets a sentence",
    "red: one byte of a track vector",
    "red: one byte of the listener's vector",
    "red: one score",
    "red: two swapped rows",
    "red: an excluded track listed",
    "red: a better track left out",
    "red: a leaf of another epoch",
    "red: a proof that leads elsewhere",
    "red: another listener's opening",
    "red: a wrong root in the answer",
    "red: a wrong root in the event",
    "red: another title on the page",
    "red: two rows swapped on the page only",
    "red: a made-up reason",
]


@dataclass(frozen=True)
class Outcome:
    """What one scenario came to."""

    ok: bool
    problem: str


@pytest.fixture(scope="session")
def page_url(request: pytest.FixtureRequest) -> str:
    """Where the page is: TUNEFI_DEMO_URL, else the session's own demonstration."""
    return os.environ.get("TUNEFI_DEMO_URL") or str(request.getfixturevalue("demo_url"))


@pytest.fixture(scope="session")
def outcomes(page_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Every scenario's outcome by its name; the browser runs once for all of them."""
    shots = os.environ.get("TUNEFI_SCREENSHOTS") or str(tmp_path_factory.mktemp("screenshots"))
    done = _run_node("--url", page_url, "--shots", shots)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, f"the browser did not start:\n{done.stderr}"
    return {line["name"]: Outcome(line["ok"], line.get("problem", "")) for line in lines}


def _run_node(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["node", str(RUNNER), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)


def test_every_scenario_of_the_browser_is_asked_for() -> None:
    listed = [json.loads(line)["name"] for line in _run_node("--list").stdout.splitlines()]
    assert listed == SCENARIOS


@pytest.mark.timeout(RUN_SECONDS + 900)
@pytest.mark.parametrize("name", SCENARIOS)
def test_in_the_browser(name: str, outcomes: dict[str, Outcome]) -> None:
    assert name in outcomes, f"the browser ended before it came to {name!r}"
    assert outcomes[name].ok, outcomes[name].problem
