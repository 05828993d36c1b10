"""The `tunefi` command: every command's name.

Owns the entry point. A command's work is in `cli.commands`, one file each; how it ends, in `cli.runner`.
"""

import typer

from cli.commands import (
    bench,
    check,
    compare,
    demo,
    epoch,
    evaluate,
    graph,
    ingest,
    keeper,
    log,
    models,
    serve,
    snapshot,
    train,
    tune,
)

app = typer.Typer(
    name="tunefi",
    help="Recommendations that cannot be bought, fan rewards that cannot be farmed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("snapshot")(snapshot.snapshot)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("tune")(tune.tune)
app.command("compare")(compare.compare)
app.command("check")(check.check)
app.add_typer(keeper.app, name="keeper")
app.add_typer(epoch.app, name="epoch")
app.add_typer(graph.app, name="graph")
app.add_typer(ingest.app, name="ingest")
app.add_typer(log.app, name="log")
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")


def run() -> None:
    """Run the command line."""
    app()
