"""`python -m cli` is the `tunefi` command."""

from cli.main import run

run()
