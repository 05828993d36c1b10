"""What happened on the chain, as the graph tells it: challenges, sales, proposals."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.schemas.history import Challenge, Challenges, Proposal, Proposals, Sale, Sales
from api.services import ServicesDep
from graph_schema.chain_queries import read_challenges, read_proposals, read_sales

router = APIRouter(prefix="/v1", tags=["history"])

Limit = Annotated[int, Query(ge=1, le=256, description="Most items.")]


@router.get("/challenges")
async def list_challenges(services: ServicesDep, limit: Limit = 50) -> Challenges:
    """Return challenges that were won, and demands, newest first: what each cost whom."""
    return Challenges(items=[Challenge(**row) for row in await read_challenges(services.store, limit)])


@router.get("/sales")
async def list_sales(services: ServicesDep, limit: Limit = 50) -> Sales:
    """Return resales on the market, newest first, with royalty and fee of each."""
    return Sales(items=[Sale(**row) for row in await read_sales(services.store, limit)])


@router.get("/proposals")
async def list_proposals(services: ServicesDep, limit: Limit = 50) -> Proposals:
    """Return proposals of governance, newest first, with the votes on each."""
    return Proposals(items=[Proposal(**row) for row in await read_proposals(services.store, limit)])
