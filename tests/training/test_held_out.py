"""A served table on pairs that it did not learn from: which those are, and that its lists are the served."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from recsys.arrays import CsrRows
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import rank_top_k
from recsys.table import EmbeddingTable, build_table, save_table
from tests.kit.listening import Pair, address, block_pairs, interactions_of, save_listening, track
from training.data.errors import MalformedText
from training.data.interactions import Interactions, load_interactions
from training.data.text import load_text
from training.evaluation.errors import NothingHeldOut, OtherData
from training.evaluation.held_out import held_out_of_text, held_out_since
from training.evaluation.served import rank_served
from training.side_by_side import measure_side_by_side
from tunefi.ids import Hash32


def _table(learned: Interactions, seed: int = 0) -> EmbeddingTable:
    """Return a table whose vectors are leading singular vectors, as good a model as blocks need."""
    left, sizes, right = np.linalg.svd(learned.matrix().toarray(), full_matrices=False)
    width = min(3, len(sizes))
    pad = [(0, 0), (0, 32 - width)]
    return build_table(
        learned.track_ids,
        quantise_tracks(np.pad(right[:width].T, pad)),
        learned.addresses,
        quantise_listeners(np.pad(left[:, :width] * sizes[:width], pad)),
        snapshot_digest=learned.snapshot_digest,
        model_digest=Hash32(bytes(32)),
        model_name="singular vectors",
    )


@given(seed=st.integers(0, 10_000), gone=st.sets(st.integers(0, 9), max_size=4))
@settings(max_examples=30)
def test_lists_are_the_served_ones_in_the_rows_of_the_data(seed: int, gone: set[int]) -> None:
    generator = np.random.default_rng(seed)
    tracks = [track(n) for n in range(10)]
    vectors = generator.integers(-127, 128, (10, 32)).astype(np.int8)
    listeners = generator.integers(-127, 128, (5, 32)).astype(np.int8)
    table = build_table(
        tracks, vectors, [address(n) for n in range(5)], listeners,
        snapshot_digest=Hash32(bytes(32)), model_digest=Hash32(bytes(32)), model_name="x",
    )  # fmt: skip
    # The data knows a listener and a track that the table does not, and not all that it does.
    names = [n for n in range(12) if n not in gone]
    pairs = [(u, n) for u in range(2, 7) for n in names if generator.random() < 0.4 or n in names[:2]]
    known = interactions_of([(u, names.index(n)) for u, n in pairs], len(names))
    renamed = Interactions(
        known.addresses, tuple(track(names[int(t.split(":")[-1])]) for t in known.track_ids),
        known.listener_rows, known.track_rows, known.hidden, known.snapshot_digest,
    )  # fmt: skip
    found = rank_served(table, renamed, 6)
    for row, who in enumerate(renamed.addresses):
        listed = [renamed.track_ids[r] for r in found.list_of(row)[0]]
        if table.listener_row(who) is None:
            assert listed == []
            continue
        heard = {renamed.track_ids[r] for r in renamed.heard().row(row)}
        absent = set(table.track_ids) - set(renamed.track_ids)
        excluded = [n for n, t in enumerate(table.track_ids) if t in heard | absent]
        vector = table.listener_vectors[[table.listener_row(who)]]
        served = rank_top_k(vector, table.track_vectors, CsrRows.of_sets([excluded]), 6)
        assert listed == [table.track_ids[r] for r in served.list_of(0)[0]]


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a snapshot and a later one with more pairs, a new track and a new listener."""
    folder, pairs = tmp_path_factory.mktemp("snapshots"), block_pairs(heard=8)
    later: list[Pair] = [*pairs, (99, 0), (99, 3), (0, 30)]
    return (
        save_listening(folder / "older", [pair for pair in pairs if (sum(pair) * 7) % 5], 30),
        save_listening(folder / "later", later, 31),
    )


def test_what_was_heard_since_is_held_out_and_nothing_else(snapshots: tuple[Path, Path]) -> None:
    older, later = snapshots
    learned = load_interactions(older)
    split = held_out_since(_table(learned), older, later)
    assert len(split.train) == len(learned)
    assert len(split.train) + len(split.test) + len(split.newcomers) == len(load_interactions(later))
    counts = split.counts()
    assert (counts["new_listeners"], counts["pairs_of_new_listeners"], counts["new_tracks"]) == (1, 2, 1)


def test_a_model_of_other_data_and_data_without_news_are_refused(snapshots: tuple[Path, Path]) -> None:
    older, later = snapshots
    table = _table(load_interactions(older))
    with pytest.raises(OtherData, match="name the data that it learned from"):
        held_out_since(table, later, older)
    with pytest.raises(NothingHeldOut, match="name a later snapshot"):
        held_out_since(table, older, older)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a folder in text form and that of a table which learned from its train part."""
    folder = tmp_path_factory.mktemp("text")
    lines: dict[str, list[str]] = {"train": [], "test": []}
    for number, (user, item) in enumerate(block_pairs(heard=8)):
        lines["test" if number % 5 == 0 else "train"].append(f"{user} {item}")
    for name, rows in lines.items():
        (folder / f"{name}.txt").write_text("\n".join(rows) + "\n")
    save_table(_table(load_text(folder).train), folder / "model")
    return folder, folder / "model"


def test_text_that_the_model_did_not_learn_from_is_refused(text: tuple[Path, Path], tmp_path: Path) -> None:
    table = _table(load_text(text[0]).train)
    assert len(held_out_of_text(table, text[0]).test) == 58
    (tmp_path / "train.txt").write_text("0 1 2\n1 1 2\n")
    (tmp_path / "test.txt").write_text("0 3\n")
    with pytest.raises(OtherData):
        held_out_of_text(table, tmp_path)
    with pytest.raises(MalformedText):
        held_out_of_text(table, tmp_path / "nowhere")


def test_the_served_table_stands_beside_a_baseline_on_the_same_pairs(text: tuple[Path, Path]) -> None:
    table = _table(load_text(text[0]).train)
    found = measure_side_by_side(table, held_out_of_text(table, text[0]), baselines=("popularity",))
    served, popularity = found.rows
    assert served["ndcg@20"] > popularity["ndcg@20"]
    assert served["recall@20"] == pytest.approx(found.results.values["recall@20"].mean(), abs=1e-5)
    assert popularity["intervals"]["ndcg@20"][0] <= popularity["ndcg@20"]
    assert found.comparisons[0].verdict().startswith("singular vectors, int8 as served is better than popul")
    assert found.split["listeners_without_vector"] == 0


def test_evaluate_prints_a_table_and_one_object(
    text: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path))
    command = ["evaluate", str(text[1]), "--data", str(text[0])]
    people, program = (CliRunner().invoke(app, [*command, *more]) for more in ([], ["--json"]))
    assert (people.exit_code, program.exit_code) == (0, 0), people.output + program.output
    found = json.loads(program.stdout)
    assert f"{found['models'][0]['ndcg@10']:.4f}" in people.stdout
    assert found["split"]["test_pairs"] == 58
    assert len(found["breakdown"]["by_activity"]) >= 1


def test_two_served_tables_are_compared_on_data_that_both_learned_from(
    text: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path))
    learned = load_text(text[0]).train
    table = _table(learned)
    # The other knows one listener less, who is not asked then, and has every other track the wrong way round.
    signs = np.where(np.arange(30) % 2, 1, -1).astype(np.int8)[:, None]
    worse = replace(
        table,
        track_vectors=table.track_vectors * signs,
        listener_addresses=table.listener_addresses[1:],
        listener_vectors=table.listener_vectors[1:],
    )
    save_table(worse, tmp_path / "worse")
    command = ["compare", str(tmp_path / "worse"), str(text[1]), "--json"]
    found = json.loads(CliRunner().invoke(app, [*command, "--data", str(text[0])]).stdout)
    assert found["verdict"].startswith("model is better than worse: ")
    tested = load_text(text[0]).test
    first = learned.addresses.index(table.listener_addresses[0])
    assert found["listeners"] == len(np.setdiff1d(tested.listener_rows, [first]))
    unnamed = CliRunner().invoke(app, [*command, "--snapshot", str(text[0])])
    assert json.loads(unnamed.stdout)["error"] == "NothingToTestOn"


def test_evaluate_measures_what_was_heard_since_a_snapshot(
    snapshots: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path))
    older, later = snapshots
    save_table(_table(load_interactions(older)), tmp_path / "model")
    command = ["evaluate", str(tmp_path / "model"), "--snapshot", str(later), "--json"]
    found = json.loads(CliRunner().invoke(app, [*command, "--trained-on", str(older)]).stdout)
    assert found["split"]["new_listeners"] == 1
    assert found["models"][0]["recall@20"] > 0.5
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == ExitCode.REFUSED
    assert json.loads(refused.stdout)["error"] == "NothingToTestOn"
