"""`tunefi ingest catalogue`: what the catalogue knows and the chain does not, into the log."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from cli.compose import open_graph, open_log
from cli.errors import KeyMissing
from cli.exit_codes import ExitCode
from cli.output import messages, print_json, results
from cli.runner import AsJson, load_settings, run_command
from cli.validation import build_validator
from graph_schema.store import GraphStore
from ingest.appending import Receipt
from ingest.catalogue_rights import ArtistClaims, read_claims
from ingest.entries import Catalogue
from ingest.importers.catalogue_lines import name_entry, read_catalogue_lines, write_signed_line
from ingest.importers.found import SetAside
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import LogCatalogue
from ingest.signatures import sign_catalogue
from ingest.validation import Reason, Refusal, Validator
from tunefi.chain.signing import Signer
from tunefi.ids import ChainId
from tunefi.settings import Settings

_PIPE = Path("-")


@dataclass
class _Report:
    """What became of the lines."""

    appended: int = 0
    already_there: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int, reason: str, detail: str) -> None:
        self.refused.append({"line": line, "reason": reason, "detail": detail})


def catalogue(
    file: Annotated[Path, typer.Argument(help="Entries, one JSON object a line; - reads standard input.")],
    *,
    sign: Annotated[
        bool,
        typer.Option("--sign", help="Print the entries signed with TUNEFI_ARTIST_KEY; append nothing."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Append artists, tracks, releases, lineage and tags to the log; the same line twice is one entry.

    A line without a signature is the operator's and signed with TUNEFI_OPERATOR_KEY. A line that an artist
    signed with `--sign` counts for artists that the chain says its author controls. A line that is refused is
    told with its reason and stops nothing. docs/importing.md has the form.
    """
    settings = load_settings()
    run_command(_sign(settings, file) if sign else _take_in(settings, file, as_json), as_json=as_json)


async def _sign(settings: Settings, file: Path) -> ExitCode:
    """Print each line with author, key and signature."""
    if settings.artist_key is None:
        raise KeyMissing("TUNEFI_ARTIST_KEY", "the private key of the account that controls the artist")
    signer = Signer.from_hex(settings.artist_key.get_secret_value())
    good = True
    with _open(file) as stream:
        for line in read_catalogue_lines(stream):
            if isinstance(line, SetAside):
                good = False
                messages.print(f"line {line.line}: {line.detail}", markup=False)
                continue
            entry = name_entry(line.entry, author=signer.address)
            signed = sign_catalogue(entry, signer, ChainId(settings.chain_id))
            print_json(write_signed_line(line.fields, signed))
    return ExitCode.OK if good else ExitCode.FALSE


async def _take_in(settings: Settings, file: Path, as_json: bool) -> ExitCode:
    report = _Report()
    log = await asyncio.to_thread(open_log, settings)
    try:
        async with AsyncExitStack() as stack:
            desk = _Desk(settings, log, stack)
            with _open(file) as stream:
                for line in read_catalogue_lines(stream):
                    if isinstance(line, SetAside):
                        report.refuse(line.line, line.reason, line.detail)
                    else:
                        await desk.take(line.line, line.entry, report)
    finally:
        log.close()
    _print(report, as_json=as_json)
    return ExitCode.FALSE if report.refused else ExitCode.OK


class _Desk:
    """Judges entries and appends them, one after another, because each may name what the one before made."""

    def __init__(self, settings: Settings, log: InteractionLog, stack: AsyncExitStack) -> None:
        self._settings, self._log, self._stack = settings, log, stack
        self._catalogue = LogCatalogue(log)
        self._validator: Validator = build_validator(settings, self._catalogue.known)
        self._graph: GraphStore | None = None

    async def take(self, line: int, entry: Catalogue, report: _Report) -> None:
        """Append one entry, or note why not."""
        await asyncio.to_thread(self._catalogue.refresh)
        verdict = await self._judge(self._signed(entry))
        if isinstance(verdict, Refusal):
            report.refuse(line, verdict.reason, verdict.detail)
            return
        (outcome,) = await asyncio.to_thread(self._log.append_each, [verdict])
        if isinstance(outcome, Receipt):
            report.appended += not outcome.duplicate
            report.already_there += outcome.duplicate
        else:
            report.refuse(line, Reason.IDEMPOTENCY_CONFLICT, str(outcome))

    def _signed(self, entry: Catalogue) -> Catalogue:
        if entry.author is not None or entry.signature is not None:
            return entry
        key = self._settings.operator_key
        if key is None:
            raise KeyMissing("TUNEFI_OPERATOR_KEY", "the key that signs what the operator says")
        return sign_catalogue(
            entry, Signer.from_hex(key.get_secret_value()), ChainId(self._settings.chain_id)
        )

    async def _judge(self, entry: Catalogue) -> Catalogue | Refusal:
        claims = ArtistClaims()
        if entry.author is not None:
            claims = await read_claims(await self._open_graph(), entry, self._catalogue.known)
        return self._validator.judge_catalogue(entry, claims)

    async def _open_graph(self) -> GraphStore:
        """The graph, which says who controls an artist; an operator's entries do not need it."""
        if self._graph is None:
            self._graph = await open_graph(self._settings)
            self._stack.push_async_callback(self._graph.close)
        return self._graph


@contextmanager
def _open(file: Path) -> Iterator[BinaryIO]:
    if file == _PIPE:
        yield sys.stdin.buffer
    else:
        with file.open("rb") as stream:
            yield stream


def _print(report: _Report, *, as_json: bool) -> None:
    counts = {"appended": report.appended, "already_there": report.already_there}
    if as_json:
        print_json({**counts, "refused": report.refused})
        return
    for name, count in counts.items():
        results.print(f"{name.replace('_', ' '):<16}{count:>10,}", markup=False)
    for one in report.refused:
        results.print(f"line {one['line']} refused, {one['reason']}: {one['detail']}", markup=False)
