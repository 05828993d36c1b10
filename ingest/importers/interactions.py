"""From the lines of a file to entries of the log, batch by batch.

Imported listens are unsigned as a rule: they feed the model and no reward. Each line is judged by the one
validation and appended to the one log; a line that is refused is set aside and stops nothing. Owns the order:
log first, then report and place, so that an import that was interrupted repeats a batch and loses none.
"""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice

from ingest.appending import Receipt
from ingest.entries import Interaction, Kind, parse_idempotency_key
from ingest.importers.formats import Format, detect_format
from ingest.importers.found import Found, LineReason, SetAside
from ingest.importers.import_report import ImportReport
from ingest.importers.source_file import Member, SourceFile
from ingest.interaction_log import InteractionLog
from ingest.validation import Reason, Refusal, Validator
from tunefi.errors import FinalError
from tunefi.hashing import keccak256
from tunefi.ids import Address, Microseconds

BATCH_LINES = 2_000


class InteractionImport:
    """One import of one file.

    Args:
        source: What is read, once.
        form: Its form; None: found out from its content.
        log: Takes the entries.
        validator: Judges them, by rules for imports.
        account: Whose interactions they are, where the file does not say.
        report: Of a new import, or of the one that goes on.
        clock: Gives the time now.
    """

    def __init__(
        self,
        source: SourceFile,
        form: Format | None,
        log: InteractionLog,
        validator: Validator,
        account: Address | None,
        report: ImportReport,
        clock: Callable[[], Microseconds],
    ) -> None:
        self._form, self._log, self._validator, self._account = form, log, validator, account
        self._clock, self._report, self.summary = clock, report, report.summary
        self._batches = self._read_batches(source, skipped=report.summary.records)

    def run_batch(self) -> bool:
        """Import the next batch, durably; return whether there may be more.

        Raises:
            SourceUnreadable, UnpackedTooLarge, FormatUnknown: The file cannot be read on.
            LogFull, LogUnavailable: Nothing of this batch was appended; resume later.
        """
        batch = next(self._batches, None)
        if batch is None:
            self.summary.finished = True
        else:
            member, lines = batch
            self._report.add(member, self._append(lines))
            self.summary.records += len(lines)
        self._report.save()
        return batch is not None

    def _read_batches(self, source: SourceFile, skipped: int) -> Iterator[tuple[str, list[Found | SetAside]]]:
        for member in source.members():
            form = self._form or detect_format(member)
            self.summary.format = form.name
            lines = form.read(member)
            skipped -= sum(1 for _ in islice(lines, skipped))
            yield from _batches_of(member, lines)

    def _append(self, lines: list[Found | SetAside]) -> list[SetAside]:
        """Append what is acceptable and return what is not, in the order of the lines."""
        now_at = self._clock()
        aside: list[SetAside] = []
        accepted: list[tuple[Found, Interaction]] = []
        for line in lines:
            verdict = self._judge(line, now_at) if isinstance(line, Found) else line
            if isinstance(verdict, Interaction) and isinstance(line, Found):
                accepted.append((line, verdict))
            elif isinstance(verdict, SetAside):
                aside.append(verdict)
        outcomes = self._log.append_each([entry for _, entry in accepted])
        for (line, _), outcome in zip(accepted, outcomes, strict=True):
            if isinstance(outcome, Receipt):
                self.summary.appended += not outcome.duplicate
                self.summary.already_there += outcome.duplicate
            elif line.idempotency_key is None:
                self.summary.already_there += 1
            else:
                aside.append(SetAside(line.line, Reason.IDEMPOTENCY_CONFLICT, str(outcome)))
        return sorted(aside, key=lambda item: item.line)

    def _judge(self, found: Found, now_at: Microseconds) -> Interaction | SetAside:
        account = found.account or self._account
        if account is None:
            return SetAside(found.line, LineReason.NO_ACCOUNT, "the line names none: give --account")
        seconds = found.seconds
        if seconds is None:
            seconds = self._validator.rules.least_seconds if found.kind is Kind.LISTEN else 0
        entry = Interaction(
            found.kind,
            Address(account),
            found.subject or "",
            Microseconds(found.at),
            seconds,
            _key_of(found, account),
            found.signature,
        )
        verdict = self._validator.judge_interaction(entry, now_at)
        return (
            SetAside(found.line, verdict.reason, verdict.detail) if isinstance(verdict, Refusal) else verdict
        )


def _batches_of(
    member: Member, lines: Iterator[Found | SetAside]
) -> Iterator[tuple[str, list[Found | SetAside]]]:
    """Lines in batches; those read before a file turned out damaged are a batch too."""
    batch: list[Found | SetAside] = []
    try:
        for line in lines:
            batch.append(line)
            if len(batch) == BATCH_LINES:
                yield member.name, batch
                batch = []
    except FinalError:
        if batch:
            yield member.name, batch
        raise
    if batch:
        yield member.name, batch


def _key_of(found: Found, account: str) -> bytes:
    """The line's own key, or one that the same content gets whatever the catalogue knows meanwhile."""
    if found.idempotency_key is not None:
        return parse_idempotency_key(found.idempotency_key)
    parts = (account.lower(), found.kind, str(found.at // 1_000_000), found.subject or "")
    return keccak256(
        "\x1f".join(("tunefi import", *(unicodedata.normalize("NFC", part) for part in parts))).encode()
    )
