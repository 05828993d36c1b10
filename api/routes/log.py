"""The interaction log for other keepers, who replicate it."""

import asyncio
import hmac
import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from api.refusals import NotAKeeper
from api.schemas.log import EntryHash, NewestEntry
from api.services import Services, ServicesDep
from ingest.hash_chain import LogHead
from ingest.log_rows import LogRow, encode_rows
from tunefi.ids import LogPosition, hex_of

router = APIRouter(prefix="/v1/log", tags=["log"])

_PAGE_BYTES = 8 * 1024 * 1024
_STREAM = "application/vnd.apache.arrow.stream"
_ROWS = {_STREAM: {"schema": {"type": "string", "format": "binary"}, "example": "an Arrow IPC stream"}}
_HASH = re.compile(r"0x[0-9a-f]{64}")

Token = Annotated[str, Header(description="`Bearer` and `TUNEFI_REPLICA_TOKEN`.")]
Position = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("/head")
async def read_head(services: ServicesDep, authorization: Token = "") -> NewestEntry:
    """Return the newest entry's position and hash; position 0 where there is none."""
    _check_keeper(services, authorization)
    head = await asyncio.to_thread(services.log.head)
    return NewestEntry(position=head.position, hash=hex_of(head.hash))


@router.get("/hashes/{position}")
async def read_hash(services: ServicesDep, position: int, authorization: Token = "") -> EntryHash:
    """Return the hash of one entry, null where there is no such entry: so a fork is found by halves."""
    _check_keeper(services, authorization)
    found = await asyncio.to_thread(services.log.hash_at, position) if 0 <= position < 2**63 else None
    return EntryHash(position=position, hash=None if found is None else hex_of(found))


@router.get(
    "/rows",
    response_class=Response,
    responses={200: {"description": "Rows, in order.", "content": _ROWS}, 409: {"description": "A fork."}},
)
async def read_rows(
    services: ServicesDep,
    after: Position,
    hash: Annotated[str, Query(pattern=_HASH.pattern, description="Hash of the entry at `after`.")],
    limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
    authorization: Token = "",
) -> Response:
    """Return rows as they stand, erased ones without payload; refuse who has another entry at `after`."""
    _check_keeper(services, authorization)
    known = LogHead(LogPosition(after), bytes.fromhex(hash[2:]))
    rows = await asyncio.to_thread(services.log.rows_after, known, limit)
    return Response(encode_rows(_cut(rows)), media_type=_STREAM, headers={"Cache-Control": "no-store"})


def _cut(rows: Sequence[LogRow]) -> list[LogRow]:
    """The first of these rows, as many as one answer may hold, and at least one."""
    kept: list[LogRow] = []
    size = 0
    for row in rows:
        size += len(row.payload or b"")
        if kept and size > _PAGE_BYTES:
            break
        kept.append(row)
    return kept


def _check_keeper(services: Services, authorization: str) -> None:
    """Without a token nobody reads the log: it holds what people listen to."""
    shown = authorization.removeprefix("Bearer ").encode()
    if not services.replica_token or not hmac.compare_digest(shown, services.replica_token.encode()):
        raise NotAKeeper
