"""Which model is promoted follows from a history that is only appended to."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tunefi.ids import Hash32
from tunefi.promotions import DamagedPromotions, NothingPromoted, Promotions

WHO = {"at": "2026-01-31T09:30:00+00:00", "by": "ada", "why": "better"}


def model(number: int) -> Hash32:
    return Hash32(bytes([number]) * 32)


@pytest.fixture
def promotions(tmp_path: Path) -> Promotions:
    return Promotions(tmp_path / "home" / "promotions.jsonl")


def test_nothing_is_promoted_in_a_fresh_home(promotions: Promotions) -> None:
    assert promotions.state().current is None
    with pytest.raises(NothingPromoted):
        promotions.roll_back(**WHO)


def test_rolling_back_returns_to_the_model_before_and_withdraws_the_other(promotions: Promotions) -> None:
    for number in (1, 2, 2):
        promotions.promote(model(number), **WHO)
    assert [one.model_digest for one in promotions.history()] == [model(1), model(2)]
    state = promotions.roll_back(**WHO)
    assert (state.current, state.withdrawn) == (model(1), frozenset({model(2)}))
    state = promotions.roll_back(**WHO)
    assert (state.current, state.withdrawn) == (None, frozenset({model(1), model(2)}))
    promotions.promote(model(2), **WHO)
    assert (promotions.state().current, promotions.state().withdrawn) == (model(2), frozenset({model(1)}))
    assert [(one.action, one.by, one.why) for one in promotions.history()][2] == (
        "roll_back",
        "ada",
        "better",
    )


def test_a_line_that_a_power_cut_left_unfinished_is_none_and_is_written_over(
    promotions: Promotions, tmp_path: Path
) -> None:
    promotions.promote(model(1), **WHO)
    file = tmp_path / "home" / "promotions.jsonl"
    whole = file.read_bytes()
    promotions.promote(model(2), **WHO)
    for length in range(len(whole), len(file.read_bytes())):
        file.write_bytes((whole * 2)[:length])
        assert promotions.state().current == model(1)
    promotions.promote(model(3), **WHO)
    assert [one.model_digest for one in promotions.history()] == [model(1), model(3)]


def test_a_line_that_is_no_promotion_is_named(promotions: Promotions, tmp_path: Path) -> None:
    promotions.promote(model(1), **WHO)
    file = tmp_path / "home" / "promotions.jsonl"
    file.write_bytes(file.read_bytes().replace(b"promote", b"demote!") * 2)
    with pytest.raises(DamagedPromotions, match="line 1"):
        promotions.state()


@settings(max_examples=25)
@example(steps=[2, 1, 2, None, None])
@given(steps=st.lists(st.one_of(st.integers(1, 4), st.none()), max_size=12))
def test_any_sequence_gives_the_state_of_a_simple_stack(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int | None]
) -> None:
    promotions = Promotions(tmp_path_factory.mktemp("home") / "promotions.jsonl")
    stack: list[int] = []
    for step in steps:
        if step is not None:
            promotions.promote(model(step), **WHO)
            stack += [step] if stack[-1:] != [step] else []
        elif stack:
            promotions.roll_back(**WHO)
            stack = [other for other in stack if other != stack[-1]]
    assert promotions.state().promoted == tuple(map(model, stack))
    assert not set(promotions.state().withdrawn) & {promotions.state().current}
