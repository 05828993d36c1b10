"""`tunefi graph`: what the graph holds, whether it is right, and how it is built anew; one file a command."""

import typer

from cli.commands.graph_bisect import bisect
from cli.commands.graph_check import check
from cli.commands.graph_digest import digest
from cli.commands.graph_rebuild import rebuild

app = typer.Typer(help="Look at the graph, check it, build it anew.", no_args_is_help=True)
app.command("digest")(digest)
app.command("check")(check)
app.command("rebuild")(rebuild)
app.command("bisect")(bisect)
