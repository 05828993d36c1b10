"""`tunefi ingest interactions`: import listening history from a file or a pipe into the log."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.compose import now_at, open_log
from cli.output import print_json, results
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from cli.validation import build_validator
from ingest.errors import ResumeRefused
from ingest.importers.accounts import ListenerAccounts
from ingest.importers.catalogue_index import CatalogueIndex
from ingest.importers.formats import FORMATS, FormatName
from ingest.importers.import_report import ImportReport, ImportSummary, load_summary
from ingest.importers.interactions import InteractionImport
from ingest.importers.source_file import SourceFile, open_source
from ingest.known_subjects import LogCatalogue, load_known_subjects
from ingest.validation import Validator
from tunefi.settings import Settings

_OLDEST_SECONDS = 30 * 365 * 86_400
"""Thirty years: older than any service that keeps listening, younger than the times of a clock never set."""
_PIPE = Path("-")


def interactions(
    file: Annotated[Path, typer.Argument(help="File to import, packed or not; - reads standard input.")],
    *,
    format_: Annotated[
        FormatName | None, typer.Option("--format", help="Default: found out from the content.")
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="Address of the listener where the file names none; USER=ADDRESS for a user of a dump."
        ),
    ] = None,
    derive_accounts: Annotated[
        bool,
        typer.Option("--derive-accounts", help="Give every other user of a dump an account without a key."),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder of the report; default: below imports/ in the home.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted import of this file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import interactions into the log. Importing a file twice adds nothing.

    What is imported without signatures feeds the model and no reward. A line that is refused is written to
    the report with its reason and stops nothing. docs/importing.md says how to get each kind of file.
    """
    settings = load_settings()
    accounts = (account or [], derive_accounts)
    run_command(_import(settings, file, format_, accounts, report, resume, as_json), as_json=as_json)


async def _import(
    settings: Settings,
    file: Path,
    name: FormatName | None,
    accounts: tuple[list[str], bool],
    folder: Path | None,
    resume: bool,
    as_json: bool,
) -> None:
    form = FORMATS[name] if name else None
    owners = ListenerAccounts.parse(accounts[0], derived=accounts[1])
    with _open(file) as source, _open_report(settings, source, folder, resume) as report:
        log = await asyncio.to_thread(open_log, settings)
        try:
            entries = await asyncio.to_thread(lambda: list(LogCatalogue(log).read_new()))
            validator = _allow_history(build_validator(settings, load_known_subjects(entries)))
            catalogue = await asyncio.to_thread(CatalogueIndex, entries)
            work = InteractionImport(source, form, log, validator, catalogue, owners, report, now_at)
            with ConsoleProgress(f"import {source.name}") as progress:
                while await asyncio.to_thread(work.run_batch):
                    progress.update(source.position, source.size, _detail(report.summary))
        finally:
            log.close()
            if report.summary.finished or not as_json:
                _print_summary(report.summary, report.folder, as_json=as_json)


@contextmanager
def _open(file: Path) -> Iterator[SourceFile]:
    if file == _PIPE:
        yield SourceFile(sys.stdin.buffer, "standard input", None)
    else:
        with open_source(file) as source:
            yield source


def _open_report(settings: Settings, source: SourceFile, folder: Path | None, resume: bool) -> ImportReport:
    """A new report, or the one that goes on."""
    if folder is None:
        name = source.fingerprint if source.size is not None else f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        folder = settings.paths.imports / name
    if not resume:
        return ImportReport(folder, ImportSummary(source.name, source.fingerprint))
    if source.size is None:
        raise ResumeRefused(folder, "a pipe cannot be read on from where it was")
    return ImportReport(folder, load_summary(folder, source.fingerprint))


def _allow_history(validator: Validator) -> Validator:
    """Let unsigned listens be as old as services have kept them."""
    return replace(validator, rules=replace(validator.rules, unsigned_max_age_seconds=_OLDEST_SECONDS))


def _detail(summary: ImportSummary) -> str:
    return f"{summary.records:,} lines, {summary.appended:,} new, {summary.set_aside.total():,} set aside"


def _print_summary(summary: ImportSummary, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({**summary.as_dict, "report": str(folder)})
        return
    counts = {
        "lines read": summary.records,
        "new in the log": summary.appended,
        "already there": summary.already_there,
        "found by name": summary.matched.total(),
        **{f"  {sureness}": count for sureness, count in summary.matched.most_common()},
        "set aside": summary.set_aside.total(),
        **{f"  {reason}": count for reason, count in summary.set_aside.most_common()},
    }
    for name, count in counts.items():
        results.print(f"{name:<24}{count:>14,}", markup=False)
    results.print(f"{summary.format or 'nothing was read'}; the report is in {folder}", markup=False)
