"""What a wall reads: what is late and soon, and the numbers of the moment."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.auth import TheCaller, logged_in
from api.deps import service
from api.problems import Problem
from api.watch import FiguresOut, WatchOut
from gridgov.services.watching import Watching

router = APIRouter(prefix="/api/v1", tags=["watch"], dependencies=[Depends(logged_in)])

TheWatching = Annotated[Watching, Depends(service(Watching))]
_READ: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reads cases, or your token was not made for it"},
}


class WatchAsked(BaseModel):
    """What to watch; a parameter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    within_minutes: Annotated[int, Field(ge=0, le=10_080, description="How soon a deadline is soon")] = 30
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many of each to show at most")] = 200


@router.get("/watch", responses=_READ)
def watch(watching: TheWatching, caller: TheCaller, asked: Annotated[WatchAsked, Query()]) -> WatchOut:
    """Return what is late, and what will be soon: of cases, of sides that must confirm or close, of summons."""
    within = timedelta(minutes=asked.within_minutes)
    return WatchOut.of(watching.watch(caller, within=within, limit=asked.limit))


@router.get("/figures", responses=_READ)
def figures(watching: TheWatching, caller: TheCaller) -> FiguresOut:
    """Return the wall's numbers, of what you see. `gridgov.connect().figures()` tells the same of everything."""
    return FiguresOut.model_validate(watching.figures(caller))
