"""From the lines of a file to entries of the log, batch by batch.

Imported listens are unsigned as a rule: they feed the model and no reward. Each line is judged by the one
validation and appended to the one log; a line that is refused is set aside and stops nothing. Owns the order:
log first, then report and place, so that an import that was interrupted repeats a batch and loses none.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice

from ingest.appending import Receipt
from ingest.entries import Interaction, Kind, parse_idempotency_key
from ingest.importers.accounts import ListenerAccounts
from ingest.importers.catalogue_index import CatalogueIndex
from ingest.importers.formats import Format, detect_format
from ingest.importers.found import Found, LineReason, SetAside
from ingest.importers.import_report import ImportReport
from ingest.importers.matching import Match, NoMatch, find_track
from ingest.importers.names import exact_form
from ingest.importers.source_file import Member, SourceFile
from ingest.interaction_log import InteractionLog
from ingest.validation import Reason, Refusal, Validator
from tunefi.errors import FinalError
from tunefi.hashing import keccak256
from tunefi.ids import Address, Microseconds, TrackId

BATCH_LINES = 5_000
_NAMES_KEPT = 20_000
_ACCOUNT_NEEDED = (
    "it is of {!r}: give --account ADDRESS, or of a user --account USER=ADDRESS or --derive-accounts"
)


class InteractionImport:
    """One import of one file.

    Args:
        source: What is read, once.
        form: Its form; None: found out from its content.
        log: Takes the entries.
        validator: Judges them, by rules for imports.
        catalogue: Where a track is looked up that a line names by artist and title.
        accounts: Whose interactions they are, where the file gives no address.
        report: Of a new import, or of the one that goes on.
        clock: Gives the time now.
    """

    def __init__(
        self,
        source: SourceFile,
        form: Format | None,
        log: InteractionLog,
        validator: Validator,
        catalogue: CatalogueIndex,
        accounts: ListenerAccounts,
        report: ImportReport,
        clock: Callable[[], Microseconds],
    ) -> None:
        self._form, self._log, self._validator, self._accounts = form, log, validator, accounts
        self._clock, self._report, self.summary = clock, report, report.summary
        self._find = lru_cache(maxsize=_NAMES_KEPT)(partial(find_track, catalogue))
        self._told: dict[tuple[str, str], None] = {}
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
            self._report.add_set_aside(member, self._append(lines))
            self.summary.records += len(lines)
        self._report.save()
        return batch is not None

    def _read_batches(self, source: SourceFile, skipped: int) -> Iterator[tuple[str, list[Found | SetAside]]]:
        for member in source.members():
            form = detect_format(member, self._form)
            if form is None:
                lines: Iterator[Found | SetAside] = iter([SetAside(0, LineReason.OTHER_FILE, "not listens")])
            else:
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
                aside.append(_aside(line, Reason.IDEMPOTENCY_CONFLICT, str(outcome)))
        return sorted(aside, key=lambda item: item.line)

    def _judge(self, found: Found, now_at: Microseconds) -> Interaction | SetAside:
        account = found.account or self._accounts.find(found.user)
        if account is None:
            return _aside(found, LineReason.NO_ACCOUNT, _ACCOUNT_NEEDED.format(found.user or "nobody"))
        subject = found.subject
        if subject is None:
            match = self._find(found.artist, found.title, found.known_as)
            if isinstance(match, NoMatch):
                reason = LineReason.AMBIGUOUS if match.ambiguous else LineReason.NOT_IN_CATALOGUE
                return _aside(found, reason, match.detail)
            self._tell(found, match)
            subject = match.track_id
        entry = Interaction(
            found.kind,
            Address(account),
            subject,
            Microseconds(found.at),
            self._seconds_of(found, TrackId(subject)),
            _key_of(found, account),
            found.signature,
        )
        verdict = self._validator.judge_interaction(entry, now_at)
        return _aside(found, verdict.reason, verdict.detail) if isinstance(verdict, Refusal) else verdict

    def _seconds_of(self, found: Found, track: TrackId) -> int:
        """How long a listen counts: where another service measured it, up to the track's length here."""
        rules = self._validator.rules
        if found.seconds is None:
            return rules.least_seconds if found.kind is Kind.LISTEN else 0
        if found.subject is not None:
            return found.seconds
        return min(found.seconds, self._validator.known.tracks.get(track) or rules.default_duration_seconds)

    def _tell(self, found: Found, match: Match) -> None:
        """Count a match, and report the names once."""
        self.summary.matched[match.sureness] += 1
        names = (found.artist, found.title)
        if names not in self._told:
            self._report.add_matched([(found, match)])
            self._told[names] = None
            if len(self._told) > _NAMES_KEPT:
                del self._told[next(iter(self._told))]


def _aside(found: Found, reason: str, detail: str) -> SetAside:
    return SetAside(found.line, reason, detail, found.artist, found.title)


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
    names = (found.artist, found.title) if found.artist else found.known_as[:1]
    subject = (found.subject,) if found.subject is not None else map(exact_form, names)
    parts = ("tunefi import", account.lower(), found.kind, str(found.at // 1_000_000), *subject)
    return keccak256("\x1f".join(parts).encode())
