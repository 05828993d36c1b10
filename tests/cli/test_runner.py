"""How a command ends: status, message, and nothing secret in either."""

import json

import pytest
import typer

from cli.exit_codes import ExitCode, exit_code_of
from cli.runner import SettingsInvalid, load_settings, run_command
from tunefi.errors import FinalError, RetryableError


class _Refused(FinalError):
    pass


class _Gone(RetryableError):
    pass


async def _raise(error: BaseException) -> None:
    raise error


def _run(error: BaseException, *, as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as ended:
        run_command(_raise(error), as_json=as_json)
    return ended.value.exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_Refused("no"), ExitCode.REFUSED),
        (_Gone("later"), ExitCode.TRY_AGAIN),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ZeroDivisionError("oops"), ExitCode.UNEXPECTED),
    ],
)
def test_each_kind_of_error_has_its_status(error: BaseException, code: ExitCode) -> None:
    assert exit_code_of(error) is code
    assert _run(error) == code


def test_a_command_that_succeeds_does_not_exit() -> None:
    async def work() -> None:
        return None

    run_command(work(), as_json=False)


def test_with_json_an_error_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    _run(_Refused("the reason"), as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "error": "_Refused",
        "detail": "the reason",
        "exit_code": 3,
    }


def test_errors_go_to_standard_error_so_that_pipes_see_results_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _run(_Refused("the reason"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "_Refused: the reason" in captured.err


def test_a_setting_out_of_bounds_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEFI_PORT", "70000")
    with pytest.raises(SettingsInvalid) as refused:
        load_settings()
    assert "TUNEFI_PORT" in str(refused.value)
    assert "70000" not in str(refused.value)


def test_a_key_never_appears_in_settings_or_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "ab" * 32
    monkeypatch.setenv("TUNEFI_KEEPER_KEYS", f"{key}, {'cd' * 32}")
    monkeypatch.setenv("TUNEFI_EPOCH_SECRET", key)
    settings = load_settings()
    assert len(settings.keeper_keys) == 2
    assert key not in repr(settings)
    assert key not in str(settings.model_dump())
