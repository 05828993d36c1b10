"""How a program writes its log: plain lines for people, JSON lines for machines, never a secret.

Owns the format. Refuses to be configured at import; a program calls `configure_logging` once.
"""

import json
import logging
import re
import sys
from typing import TextIO

_KEY = re.compile(r"\b(?:0x)?[0-9a-fA-F]{64}\b")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class RedactingFormatter(logging.Formatter):
    """Formats as usual, with credentials in addresses taken out.

    32-byte hex is shortened too where a record is marked `secret`; hashes stay readable everywhere else.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without what must not be written."""
        text = _CREDENTIALS.sub("…@", super().format(record))
        return _KEY.sub("…", text) if getattr(record, "secret", False) else text


class JsonFormatter(RedactingFormatter):
    """One JSON object a line: time, level, logger, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": super().format(record),
        }
        return json.dumps(fields, ensure_ascii=False)


def configure_logging(level: str, *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send all loggers to `stream` (standard error by default) at `level`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    plain = RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if as_json else plain)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("httpx", "apscheduler", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
