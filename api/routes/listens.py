"""Listens that apps send: judged, appended in one transaction, durable before the answer."""

import asyncio
from collections import Counter

from fastapi import APIRouter, Response

from api.schemas.listens import ListenItem, ListenReceipts, Listens, MalformedItem, Receipt, RefusedItem
from api.services import Services, ServicesDep
from ingest.appending import Receipt as LogReceipt
from ingest.entries import Interaction, Kind, parse_idempotency_key
from ingest.validation import Reason, Refusal
from tunefi.ids import Address, Microseconds, hex_of

router = APIRouter(tags=["listens"])


@router.post("/v1/listens", status_code=202)
async def accept_listens(services: ServicesDep, batch: Listens, response: Response) -> ListenReceipts:
    """Keep up to 1,000 listens, signed or not, and say what became of each.

    An account that was never seen is a new listener. What is wrong with one listen refuses that one only.
    Repeat a request that was not answered: listens with the same idempotency key are kept once.
    """
    response.headers["Cache-Control"] = "no-store"
    return await asyncio.to_thread(_keep, services, batch, services.clock())


def _keep(services: Services, batch: Listens, now_at: Microseconds) -> ListenReceipts:
    accepted: list[tuple[int, ListenItem, Interaction]] = []
    refused: list[RefusedItem] = []
    for index, item in enumerate(batch.parsed()):
        if isinstance(item, MalformedItem):
            refused.append(RefusedItem(index=index, reason=Reason.MALFORMED, detail=item.detail))
            continue
        verdict = services.validator.judge_interaction(_interaction_of(item), now_at)
        if isinstance(verdict, Refusal):
            refused.append(RefusedItem(index=index, reason=verdict.reason, detail=verdict.detail))
        else:
            accepted.append((index, item, verdict))
    receipts: list[Receipt] = []
    outcomes = services.log.append_each([entry for _, _, entry in accepted])
    for (index, item, _), outcome in zip(accepted, outcomes, strict=True):
        if isinstance(outcome, LogReceipt):
            receipts.append(_receipt_of(index, item, outcome))
        else:
            refused.append(RefusedItem(index=index, reason=Reason.IDEMPOTENCY_CONFLICT, detail=str(outcome)))
    _count(services, receipts, refused)
    return ListenReceipts(receipts=receipts, refused=sorted(refused, key=lambda item: item.index))


def _count(services: Services, receipts: list[Receipt], refused: list[RefusedItem]) -> None:
    duplicates = sum(receipt.duplicate for receipt in receipts)
    reasons = Counter(str(item.reason) for item in refused)
    services.metrics.judged_listens(len(receipts) - duplicates, duplicates, reasons)


def _interaction_of(item: ListenItem) -> Interaction:
    return Interaction(
        kind=Kind.LISTEN,
        account=Address(item.account),
        subject=item.track_id,
        at=Microseconds(item.at),
        seconds=item.seconds,
        idempotency_key=parse_idempotency_key(item.idempotency_key),
        signature=bytes.fromhex(item.signature[2:]) if item.signature else None,
    )


def _receipt_of(index: int, item: ListenItem, receipt: LogReceipt) -> Receipt:
    return Receipt(
        index=index,
        position=receipt.position,
        hash=hex_of(receipt.hash),
        idempotency_key=item.idempotency_key,
        duplicate=receipt.duplicate,
    )
