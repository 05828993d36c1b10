"""Progress as people see it: lines where there is no terminal, with the time left."""

import io

import pytest
from rich.console import Console

import cli.progress
from cli.progress import ConsoleProgress


@pytest.fixture
def every_step_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.progress, "_SECONDS_BETWEEN_LINES", 0.0)


@pytest.mark.usefixtures("every_step_is_shown")
def test_without_a_terminal_a_step_is_a_plain_line_with_the_time_left() -> None:
    output = io.StringIO()
    with ConsoleProgress("reading", Console(file=output, force_terminal=False, width=200)) as progress:
        progress.update(25, 100, "rows")
    line = output.getvalue()
    assert line.startswith("reading: 25 %")
    assert "left" in line
    assert line.rstrip().endswith("rows")
    assert "\x1b" not in line


@pytest.mark.usefixtures("every_step_is_shown")
def test_work_of_unknown_size_shows_no_time_left() -> None:
    output = io.StringIO()
    with ConsoleProgress("reading", Console(file=output, force_terminal=False, width=200)) as progress:
        progress.update(25, None)
    assert "left" not in output.getvalue()


def test_on_a_terminal_there_is_a_bar() -> None:
    output = io.StringIO()
    with ConsoleProgress("reading", Console(file=output, force_terminal=True, width=120)) as progress:
        progress.update(25, 100, "rows")
    assert "reading" in output.getvalue()
    assert "\x1b[" in output.getvalue()
