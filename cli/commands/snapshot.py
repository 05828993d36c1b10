"""`tunefi snapshot`: take in what is new and cut a snapshot of the graph."""

from cli.commands.keeper import run_job_command
from cli.runner import AsJson


def snapshot(*, as_json: AsJson = False) -> None:
    """Cut a snapshot at the finalized block and the log's head, as Parquet files with a manifest."""
    run_job_command("snapshot", as_json=as_json)
