"""`tunefi models`: the models of this home, and which one its keeper proposes."""

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.commands.drift import drift
from cli.output import print_json, print_result, print_table, results
from cli.runner import AsJson, load_settings, run_command
from training.registry import RegisteredRun, find_run, list_runs, promote, roll_back
from training.run_files import CARD_PAGE
from tunefi.home import Home
from tunefi.ids import hex_of
from tunefi.promotions import Promotions, PromotionState

app = typer.Typer(help="List trained models, promote one, roll back.", no_args_is_help=True)

app.command("drift")(drift)

Model = Annotated[str, typer.Argument(help="The beginning of its digest, or the folder of a run.")]
Why = Annotated[str, typer.Option(help="The reason, for those who read the history.")]
By = Annotated[str | None, typer.Option(help="Who says so; default: this user.")]


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """List the models of this home, the latest first."""
    run_command(_list(as_json), as_json=as_json)


@app.command()
def show(model: Model, *, as_json: AsJson = False) -> None:
    """Show what a model is worth, where its card is, and when it was promoted or rolled back."""
    run_command(_show(model, as_json), as_json=as_json)


@app.command("promote")
def promote_model(model: Model, *, why: Why = "", by: By = None, as_json: AsJson = False) -> None:
    """Have the keeper propose a model, and train later ones with its settings.

    Refused for an interrupted run, and for one whose files are not those of its digests.
    """
    run_command(_promote(model, why, by, as_json), as_json=as_json)


@app.command()
def rollback(*, why: Why = "", by: By = None, as_json: AsJson = False) -> None:
    """Take the promoted model back: the one promoted before it holds again."""
    run_command(_roll_back(why, by, as_json), as_json=as_json)


async def _list(as_json: bool) -> None:
    home = load_settings().paths
    state = Promotions(home.promotions).state()
    rows = [_row(run, state) for run in list_runs(home.models)]
    if as_json:
        print_json({"models": rows, "promoted": _digest(state)})
    elif rows:
        print_table(_table(rows))
    else:
        results.print(f"no model in {home.models} yet; `tunefi train` makes one", markup=False)


async def _show(model: str, as_json: bool) -> None:
    home = load_settings().paths
    run = find_run(home, model)
    promotions = Promotions(home.promotions)
    history = [one for one in promotions.history() if one.model == run.model_digest]
    row = {**_row(run, promotions.state()), "card": str(run.path / CARD_PAGE), "folder": str(run.path)}
    if as_json:
        lines = [{"at": one.at, "action": one.action, "by": one.by, "why": one.why} for one in history]
        print_json({**row, "history": lines, "metrics": run.metrics})
        return
    print_result(row, as_json=False)
    print_table(_accuracy(run.metrics))
    for one in history:
        words = {"promote": "promoted", "roll_back": "rolled back"}[one.action]
        results.print(f"{one.at}  {words} by {one.by}{': ' if one.why else ''}{one.why}", markup=False)


async def _promote(model: str, why: str, by: str | None, as_json: bool) -> None:
    home = load_settings().paths
    state = promote(home, find_run(home, model), at=_now(), by=by or getpass.getuser(), why=why)
    _say(home, state, as_json)


async def _roll_back(why: str, by: str | None, as_json: bool) -> None:
    home = load_settings().paths
    _say(home, roll_back(home, at=_now(), by=by or getpass.getuser(), why=why), as_json)


def _say(home: Home, state: PromotionState, as_json: bool) -> None:
    promoted = _digest(state)
    if as_json:
        print_json({"promoted": promoted, "history": str(home.promotions)})
    else:
        print_result({"promoted": promoted or "none: the newest model is proposed"}, as_json=False)


def _row(run: RegisteredRun, state: PromotionState) -> dict[str, Any]:
    served: dict[str, Any] = next((row for row in run.metrics["models"] if row["key"].endswith("int8")), {})
    return {
        "written_at": datetime.fromtimestamp(run.written_seconds, UTC).isoformat(timespec="seconds"),
        "model_digest": run.model_digest,
        "name": run.metrics["model"],
        "dimension": run.metrics["dimension"],
        "ndcg@20": served.get("ndcg@20"),
        "recall@20": served.get("recall@20"),
        "snapshot_digest": run.metrics["snapshot_digest"],
        "promoted": run.model_digest == _digest(state),
        "interrupted": run.metrics["interrupted"],
        "rolled_back": run.model_digest in {hex_of(digest) for digest in state.withdrawn},
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("when", "model", "kind", "NDCG@20", "Recall@20", "snapshot", ""):
        table.add_column(name, justify="right" if "@" in name else "left", no_wrap=True)
    for row in rows:
        marks = [mark.replace("_", " ") for mark in ("promoted", "interrupted", "rolled_back") if row[mark]]
        table.add_row(
            row["written_at"][:16].replace("T", " "),
            row["model_digest"][2:18],
            f"{row['name']}, {row['dimension']}",
            f"{row['ndcg@20']:.4f}",
            f"{row['recall@20']:.4f}",
            row["snapshot_digest"][2:18],
            f"[bold]{', '.join(marks)}[/]" if marks else "",
        )
    return table


def _accuracy(metrics: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    columns = ("recall@10", "recall@20", "ndcg@10", "ndcg@20", "coverage@20")
    for name in ("", *columns):
        table.add_column(name, justify="right" if name else "left")
    for row in metrics["models"]:
        table.add_row(row["name"], *(f"{row[name]:.4f}" for name in columns))
    return table


def _digest(state: PromotionState) -> str | None:
    return None if state.current is None else hex_of(state.current)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
