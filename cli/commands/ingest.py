"""`tunefi ingest`: take in what happened elsewhere."""

import typer

from cli.commands.ingest_interactions import interactions

app = typer.Typer(help="Take in events and listening from elsewhere.", no_args_is_help=True)


@app.callback()
def _ingest() -> None:
    """Keep `interactions` a command of its own while it is the only one."""


app.command()(interactions)
