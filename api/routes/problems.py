"""What the types of problems mean."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from api.errors import all_kinds
from api.schemas.problem_kind import ProblemKind

router = APIRouter(tags=["problems"])


@router.get("/problems/{slug}")
async def read_problem_kind(slug: str) -> ProblemKind:
    """Return what a type of problem means, and whether the same request may succeed later."""
    kind = all_kinds().get(slug)
    if kind is None:
        raise HTTPException(404)
    return ProblemKind(
        type=f"/problems/{slug}", title=kind.title, status=kind.status, retryable=kind.status in (503, 504)
    )
