"""Alive, and ready: two different questions."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from api.deps import TheIntake, TheStore, service
from api.problems import Problem
from gridgov.services.overseeing import Overseer

router = APIRouter(prefix="/health", tags=["health"])


class Jobs(BaseModel):
    """How the work behind the doors goes on."""

    waiting: int
    later: int
    doing: int
    failed: int
    set_aside: int
    workers: int
    oldest_due_at: datetime | None


class Calendar(BaseModel):
    """How far deadlines in working time can be reckoned."""

    until: date | None
    ends_soon: bool = Field(
        description="Load the next year: `gridgov rules calendar FILE`, PUT /api/v1/calendar/{year}"
    )


class Readiness(BaseModel):
    """The database answers, a grid is loaded, and so much is left to do."""

    status: Literal["ready"]
    jobs: Jobs
    calendar: Calendar


@router.get("/live")
async def live() -> dict[str, str]:
    """Return that the process answers, and not in a thread: all of them may be waiting for the database."""
    return {"status": "alive"}


@router.get(
    "/ready", responses={503: {"model": Problem, "description": "The grid is missing, or the database, or it is busy"}}
)
def ready(store: TheStore, intake: TheIntake, overseer: Annotated[Overseer, Depends(service(Overseer))]) -> Readiness:
    """Return that the database answers and a grid is loaded, and say what is left to do."""
    store.require_alive()
    intake.knowledge()
    state = asdict(overseer.look())
    calendar = Calendar(until=state.pop("calendar_until"), ends_soon=state.pop("calendar_ends_soon"))
    return Readiness(status="ready", jobs=Jobs(**state), calendar=calendar)
