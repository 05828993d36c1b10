"""One demonstration for the whole session: made once with `--exit`, then started again, as a person would."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.demo import DemoFailed, RunningDemo, make_demo, running_demo


@dataclass(frozen=True)
class FinishedDemo:
    """A demonstration that ran to its self-check and stopped."""

    home: Path
    output: str
    seconds: float


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> FinishedDemo:
    """The first run, `make demo` with `--exit`."""
    folder = tmp_path_factory.mktemp("demo")
    output = folder / "first.log"
    started = time.monotonic()
    process = make_demo(folder / "home", output=output)
    code = process.wait(timeout=1_200)
    text = output.read_text(errors="replace")
    if code:
        raise DemoFailed(f"ended with {code}:\n{text[-4_000:]}")
    return FinishedDemo(folder / "home", text, time.monotonic() - started)


@pytest.fixture(scope="session")
def demo(finished_demo: FinishedDemo) -> Iterator[RunningDemo]:
    """The second run, which resumes and serves."""
    with running_demo(finished_demo.home, output=finished_demo.home.parent / "second.log") as running:
        yield running


@pytest.fixture(scope="session")
def demo_url(demo: RunningDemo) -> str:
    """Where the page is."""
    return demo.url
