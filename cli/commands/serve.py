"""`tunefi serve`: API, ingestion and keeper jobs in one process."""

from typing import Annotated

import typer

from api.metrics.instruments import Metrics
from cli.compose import keeper_context, open_installation
from cli.output import messages
from cli.runner import load_settings, run_command
from cli.service import Service
from tunefi.settings import Settings


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: TUNEFI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default: TUNEFI_PORT.")] = None,
) -> None:
    """Serve until Ctrl-C: the API and the page, ingestion, and keeper jobs where keys are set."""
    run_command(_serve(load_settings(host=host, port=port)), as_json=False)


async def _serve(settings: Settings) -> None:
    async def announce(url: str) -> None:
        messages.print(f"serving at {url}", markup=False)

    metrics = Metrics()
    async with open_installation(settings, metrics) as installation:
        keepers = keeper_context(installation) if settings.keeper_keys else None
        await Service(installation, keepers, metrics).run(announce)
