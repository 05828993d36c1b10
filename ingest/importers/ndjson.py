"""Our own form: one JSON object a line, with the fields of the signed type (docs/importing.md).

Owns the fields. An item of `POST /v1/listens` is such a line, so an app can keep what it could not send.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from ingest.entries import INTERACTIONS, Kind
from ingest.importers.found import Found, LineReason, Name, SetAside, known_as
from ingest.importers.lines import read_lines
from ingest.importers.source_file import Member
from ingest.validation import Reason


class _Line(BaseModel):
    """The fields of a line; a number may be written as text."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Kind.LISTEN
    account: Name | None = None
    subject: Annotated[str, Field(max_length=2_000)] | None = Field(
        None, validation_alias=AliasChoices("subject", "track_id")
    )
    artist: Name = ""
    title: Name = ""
    isrc: Name | None = None
    recording_mbid: Name | None = None
    spotify_uri: Name | None = None
    at: Annotated[int | AwareDatetime, Field(union_mode="left_to_right")]
    seconds: int | None = None
    idempotency_key: Name | None = None
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")] | None = None

    @model_validator(mode="after")
    def _needs_a_track(self) -> Self:
        if self.subject is None and not (
            self.artist or known_as(self.isrc, self.recording_mbid, self.spotify_uri)
        ):
            raise ValueError("it names no track: give track_id, artist and title, or an id elsewhere")
        return self


_LONGEST_FIELD = 80
_LINES = TypeAdapter(_Line)


def read_ndjson(member: Member) -> Iterator[Found | SetAside]:
    """Yield what each line says."""
    for line in read_lines(member.stream):
        yield line if isinstance(line, SetAside) else _read_line(*line)


def looks_like_ndjson(head: bytes) -> bool:
    """Return whether the first line is an object of ours."""
    first = head.partition(b"\n")[0]
    return first.lstrip().startswith(b"{") and b'"at"' in first


def _read_line(number: int, text: bytes) -> Found | SetAside:
    try:
        line = _LINES.validate_json(text)
    except ValidationError as error:
        return set_aside_invalid(number, error)
    if line.kind not in INTERACTIONS:
        return SetAside(number, Reason.MALFORMED, f"kind: {line.kind} is no interaction")
    return Found(
        number,
        line.at if isinstance(line.at, int) else int(line.at.timestamp() * 1_000_000),
        line.kind,
        line.account,
        line.subject,
        line.artist,
        line.title,
        known_as(line.isrc, line.recording_mbid, line.spotify_uri),
        line.seconds,
        idempotency_key=line.idempotency_key,
        signature=bytes.fromhex(line.signature[2:]) if line.signature else None,
    )


def set_aside_invalid(number: int, error: ValidationError) -> SetAside:
    """Return the line set aside, with the first thing that is wrong in it."""
    first: Any = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return SetAside(number, LineReason.NOT_JSON, first["msg"])
    place = ".".join(str(part)[:_LONGEST_FIELD] for part in first["loc"])
    return SetAside(number, Reason.MALFORMED, f"{place}: {first['msg']}" if place else first["msg"])
