"""`tunefi demo`: the whole loop on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from cli.demo.options import DemoOptions
from cli.output import print_json
from cli.runner import AsJson, run_command


def demo(
    *,
    home: Annotated[Path, typer.Option(help="Folder of the demonstration.")] = Path(".demo"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything made up, and of training.")] = 2026,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8000,
    rpc_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the chain; 0 takes a free one.")
    ] = 0,
    exit_after_check: Annotated[bool, typer.Option("--exit", help="Stop after the self-check.")] = False,
    until: Annotated[
        str | None, typer.Option(help="Last stage: chain, events, graph, model or epoch.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the whole loop: chain, events, graph, model, epoch, service. Resumes where it stopped.

    The graph is the embedded one, or what TUNEFI_GRAPH_URL names.
    """
    options = DemoOptions(home.resolve(), seed, port, rpc_port, exit_after_check, until)
    run_command(_demo(options, as_json), as_json=as_json)


async def _demo(options: DemoOptions, as_json: bool) -> None:
    from cli.demo.run import STAGES, Demo, UnknownStage

    if options.until is not None and options.until not in STAGES:
        raise UnknownStage(options.until)
    outputs = await Demo(options).run()
    if as_json:
        print_json(outputs)
