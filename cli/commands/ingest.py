"""`tunefi ingest`: take in what happened elsewhere."""

import typer

from cli.commands.ingest_catalogue import catalogue
from cli.commands.ingest_chain import chain
from cli.commands.ingest_interactions import interactions

app = typer.Typer(help="Take in events and listening from elsewhere.", no_args_is_help=True)

app.command()(catalogue)
app.command()(chain)
app.command()(interactions)
