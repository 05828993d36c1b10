"""`tunefi graph bisect`: where two keepers began to differ."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from cli.compose import deployment_file, graph_url, log_url, open_graph
from cli.errors import NothingToCompare
from cli.exit_codes import ExitCode
from cli.output import messages, print_json, results
from cli.runner import AsJson, load_settings, run_command
from graph_schema.bisect_snapshots import find_snapshot_difference
from graph_schema.kept_blocks import read_kept_block, read_settled_block
from graph_schema.open_store import open_store
from graph_schema.row_differences import RowDifference, find_row_differences
from graph_schema.snapshot import Snapshot, read_snapshot
from graph_schema.store import GraphStore
from ingest.bisect_inputs import InputDifference, find_chain_difference, find_entry_difference
from ingest.chain_journal import ChainJournal
from ingest.interaction_log import InteractionLog
from ingest.row_origins import HistoryRetold, RowOrigin
from tunefi.chain.deployment import load_deployment
from tunefi.errors import FinalError
from tunefi.home import Home
from tunefi.settings import Settings

Other = Annotated[
    str,
    typer.Argument(help="The other keeper: its home, a copy of its log's database, its URL, or a snapshot."),
]
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Difference:
    """What two graphs hold differently, and both of them; `same` is what they were while they were alike."""

    rows: list[RowDifference]
    mine: Snapshot
    other: Snapshot
    same: Snapshot | None


@dataclass(frozen=True, slots=True)
class _Keeper:
    """What of the other keeper can be looked at."""

    database: str | None
    graph: Path | None
    snapshots: Path | None


def bisect(other: Other, *, as_json: AsJson = False) -> None:
    """Find the first block or log entry at which two keepers differ, and the rows that do."""
    run_command(_bisect(other, as_json), as_json=as_json)


async def _bisect(other: str, as_json: bool) -> ExitCode:
    settings = load_settings()
    keeper = _find_keeper(other)
    inputs = _compare_inputs(settings, keeper.database) if keeper.database else []
    found: dict[str, Any] = {"inputs": [one.as_dict() for one in inputs]}
    difference: _Difference | None = None
    if keeper.snapshots and (cut := find_snapshot_difference(settings.paths.snapshots, keeper.snapshots)):
        found |= {"last_same_cut": cut.last_same, "first_different_cut": cut.first_different}
        difference = _Difference(cut.rows, cut.mine, cut.other, cut.same)
    elif keeper.graph and keeper.graph.exists():
        difference = await _compare_graphs(settings, keeper.graph)
    rows = difference.rows if difference else []
    origins = await _trace(settings, difference) if difference and rows and not inputs else []
    same = not inputs and not rows
    found |= {"same": same, "rows": [one.as_dict() for one in origins or rows]}
    if as_json:
        print_json(found)
    else:
        _print(found, inputs, rows, origins)
    return ExitCode.OK if same else ExitCode.FALSE


async def _trace(settings: Settings, difference: _Difference) -> list[RowOrigin]:
    """The block or entry of each row, from journal and log told again; none where they cannot be."""
    if difference.mine.log_head != difference.other.log_head:
        return []
    with TemporaryDirectory(prefix="bisect-", dir=settings.paths.root) as folder, ExitStack() as stack:
        try:
            deployment = load_deployment(deployment_file(settings))
            journal = stack.enter_context(ChainJournal(log_url(settings), settings.chain_id))
            log = InteractionLog(log_url(settings))
            stack.callback(log.close)
            fresh = await open_store(f"ladybug:{Path(folder) / 'graph'}")
            try:
                retold = HistoryRetold(journal, log, deployment, fresh)
                return await retold.trace(difference.mine, difference.other, difference.same, difference.rows)
            finally:
                await fresh.close()
        except FinalError as error:
            messages.print(f"since when they differ cannot be told: {error}", markup=False)
            return []


def _find_keeper(other: str) -> _Keeper:
    path = Path(other)
    if "://" in other:
        return _Keeper(other, None, None)
    if path.is_file():
        return _Keeper(f"sqlite:///{path}", None, None)
    if (path / "manifest.json").exists():
        return _Keeper(None, None, path)
    home = Home(path)
    if not home.log.exists():
        raise NothingToCompare(other)
    return _Keeper(f"sqlite:///{home.log}", home.graph, home.snapshots)


def _compare_inputs(settings: Settings, database: str) -> list[InputDifference]:
    with ExitStack() as stack:
        urls = log_url(settings), database
        journals = [stack.enter_context(ChainJournal(url, settings.chain_id)) for url in urls]
        logs = [InteractionLog(url) for url in urls]
        for log in logs:
            stack.callback(log.close)
        found = find_chain_difference(*journals), find_entry_difference(*logs)
    return [one for one in found if one is not None]


async def _compare_graphs(settings: Settings, other: Path) -> _Difference | None:
    """What two graphs hold differently at the newest block that both can still tell."""
    if graph_url(settings) == f"ladybug:{other}":
        return None
    mine = await open_graph(settings)
    try:
        theirs = await open_store(f"ladybug:{other}")
        try:
            return await _differences(mine, theirs, settings.chain_id)
        finally:
            await theirs.close()
    finally:
        await mine.close()


async def _differences(mine: GraphStore, theirs: GraphStore, chain_id: int) -> _Difference:
    stores = mine, theirs
    number = max([(await read_settled_block(store, chain_id)).number for store in stores])
    pair = [
        await read_snapshot(store, await read_kept_block(store, chain_id, number), chain_id)
        for store in stores
    ]
    positions = {snapshot.log_head.position for snapshot in pair}
    if len(positions) > 1:
        messages.print(
            f"the graphs hold the log up to entries {min(positions)} and {max(positions)}: rows that the log "
            "feeds differ for that reason alone; compare again when both hold as much of it"
        )
    return _Difference(find_row_differences(*pair), pair[0], pair[1], None)


def _print(
    found: dict[str, Any],
    inputs: list[InputDifference],
    rows: list[RowDifference],
    origins: list[RowOrigin],
) -> None:
    for one in inputs:
        what = "block" if one.source == "chain" else "log entry"
        results.print(f"first {what} that differs: {one.position}", markup=False)
        for name, lines in (("mine", one.mine), ("other", one.other)):
            results.print(f"  {name}: {'; '.join(lines) or 'nothing'}", markup=False)
    if "first_different_cut" in found:
        results.print(
            f"last snapshot that is the same (block, log entry): {found['last_same_cut']}, "
            f"first that differs: {found['first_different_cut']}",
            markup=False,
        )
    if origins:
        results.print(f"they differ since {_since(origins[0])}", markup=False)
    since = {(one.row.kind, one.row.key): f"; wrong: {one.wrong}, since {_since(one)}" for one in origins}
    for row in ([one.row for one in origins] or rows)[:_SHOWN]:
        told = since.get((row.kind, row.key), "")
        results.print(f"{row.kind} {row.key}: mine {row.mine}, other {row.other}{told}", markup=False)
    if len(rows) > _SHOWN:
        results.print(f"and {len(rows) - _SHOWN} rows more", markup=False)
    if found["same"]:
        results.print("no difference found", markup=False)


def _since(origin: RowOrigin) -> str:
    if origin.since is None:
        return "no block or entry that wrote it: it was derived from another row, or changed by hand"
    what = "block" if origin.since.source == "chain" else "log entry"
    return f"{what} {origin.since.position}"
