"""Imports into a real log, without the command line around them."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.importers.accounts import ListenerAccounts
from ingest.importers.catalogue_index import CatalogueIndex
from ingest.importers.formats import FORMATS, FormatName
from ingest.importers.import_report import ImportReport, ImportSummary, load_summary
from ingest.importers.interactions import InteractionImport
from ingest.importers.source_file import SourceFile
from ingest.interaction_log import InteractionLog
from ingest.validation import Validator
from tests.kit.entries import NOON
from tunefi.ids import Address

LISTENER = Address("0x" + "ab" * 20)
YEARS = 30 * 365 * 86_400


@dataclass
class ImportDesk:
    """Imports bytes into one log, with the report in one folder."""

    log: InteractionLog
    validator: Validator
    folder: Path
    catalogue: CatalogueIndex = field(default_factory=CatalogueIndex)

    @contextmanager
    def start(
        self,
        data: bytes,
        *,
        account: Address | None = LISTENER,
        accounts: ListenerAccounts | None = None,
        form: FormatName | None = None,
        resume: bool = False,
    ) -> Iterator[InteractionImport]:
        """An import that has read nothing yet."""
        source = SourceFile(io.BytesIO(data), "a file", len(data))
        summary = load_summary(self.folder, source.fingerprint) if resume else None
        rules = replace(self.validator.rules, unsigned_max_age_seconds=YEARS)
        validator = replace(self.validator, rules=rules)
        begun = summary or ImportSummary(source.name, source.fingerprint)
        with ImportReport(self.folder, begun) as report:
            yield InteractionImport(
                source,
                FORMATS[form] if form else None,
                self.log,
                validator,
                self.catalogue,
                accounts or ListenerAccounts(account),
                report,
                lambda: NOON,
            )

    def run(
        self,
        data: bytes,
        *,
        account: Address | None = LISTENER,
        accounts: ListenerAccounts | None = None,
        form: FormatName | None = None,
        resume: bool = False,
    ) -> ImportSummary:
        """An import to its end."""
        with self.start(data, account=account, accounts=accounts, form=form, resume=resume) as work:
            while work.run_batch():
                pass
            return work.summary

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table of the report."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
