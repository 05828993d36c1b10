"""What happened on the chain, as the graph tells it: challenges, sales, proposals."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.schemas.history import Challenge, Challenges, Loss, Proposal, Proposals, Sale, Sales
from api.services import ServicesDep
from graph_schema.chain_queries import read_challenges, read_proposals, read_sales

router = APIRouter(prefix="/v1", tags=["history"])

Limit = Annotated[int, Query(ge=1, le=256, description="Most items.")]


@router.get("/challenges")
async def list_challenges(services: ServicesDep, limit: Limit = 50) -> Challenges:
    """Return challenges that were won, and demands, newest first: what each cost whom."""
    rows = await read_challenges(services.store, limit)
    items = []
    for row in rows:
        losses = [Loss(keeper=keeper, amount_wei=wei) for keeper, wei in row.pop("slashed")]
        del row["challenge_id"]
        items.append(Challenge(**row, slashed=losses))
    return Challenges(items=items)


@router.get("/sales")
async def list_sales(services: ServicesDep, limit: Limit = 50) -> Sales:
    """Return resales on the market, newest first, with royalty and fee of each."""
    rows = await read_sales(services.store, limit)
    return Sales(items=[Sale(**{k: v for k, v in row.items() if k != "sale_id"}) for row in rows])


@router.get("/proposals")
async def list_proposals(services: ServicesDep, limit: Limit = 50) -> Proposals:
    """Return proposals of governance, newest first, with the votes on each."""
    return Proposals(items=[Proposal(**row) for row in await read_proposals(services.store, limit)])
