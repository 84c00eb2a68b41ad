"""What a wall reads: what is late and soon, and the numbers of the moment."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.auth import TheCaller, logged_in
from api.deps import service
from api.past import moment_asked
from api.problems import Problem
from api.watch import FiguresOut, FoundOut, Told, WatchOut
from gridgov.services.searching import Searching
from gridgov.services.watching import Watching

router = APIRouter(prefix="/api/v1", tags=["watch"], dependencies=[Depends(logged_in)])

TheWatching = Annotated[Watching, Depends(service(Watching))]
TheSearching = Annotated[Searching, Depends(service(Searching))]
_READ: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reads cases, or your token was not made for it"},
}


class Asked(BaseModel):
    """Of when; a parameter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    as_of: Annotated[AwareDatetime | None, Field(description="The moment that is asked about; now if left out")] = None


class WatchAsked(Asked):
    """What to watch, and of when."""

    within_minutes: Annotated[int, Field(ge=0, le=10_080, description="How soon a deadline is soon")] = 30
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many of each to show at most")] = 200


@router.get("/watch", response_model=WatchOut, responses=_READ)
def watch(
    request: Request, watching: TheWatching, caller: TheCaller, asked: Annotated[WatchAsked, Query()]
) -> Response:
    """Return what is late, and what will be soon: of cases, of sides that must confirm or close, of summons.

    `as_of` a moment, as things stood then, of what you may see now; a moment to come is answered by the present.
    """
    within, moment = timedelta(minutes=asked.within_minutes), moment_asked(asked.as_of)

    def tell() -> Told:
        return Told.of(WatchOut.of(watching.watch(caller, within=within, limit=asked.limit, as_of=moment)))

    return watching.once(caller, ("watch", within, asked.limit, moment), tell).answer(request)


@router.get("/figures", response_model=FiguresOut, responses=_READ)
def figures(request: Request, watching: TheWatching, caller: TheCaller, asked: Annotated[Asked, Query()]) -> Response:
    """Return the wall's numbers, of what you see; `as_of` a moment, as `GET /api/v1/watch` does.

    `gridgov.connect().figures()` tells the same of everything.
    """
    moment = moment_asked(asked.as_of)

    def tell() -> Told:
        return Told.of(FiguresOut.model_validate(watching.figures(caller, as_of=moment)))

    return watching.once(caller, ("figures", moment), tell).answer(request)


class SearchAsked(Asked):
    """What to look for, and in the grid of when."""

    text: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$", description="Some signs of it")]
    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.get("/search")
def search(searching: TheSearching, caller: TheCaller, asked: Annotated[SearchAsked, Query()]) -> FoundOut:
    """Find incidents and whistles by number (its beginning, or its eight signs alone), and what is called so.

    Cells, areas, organisations and people are found by code, by name, and by the initials or the spelling of their
    names in pinyin; addresses by the address book. Incidents and whistles are those that you may see.
    `as_of` a moment cells, areas, organisations and people are those of then; a moment to come is answered by the
    present.
    """
    hits = searching.search(caller, asked.text, limit=asked.limit, as_of=moment_asked(asked.as_of))
    return FoundOut.model_validate({"items": hits}, from_attributes=True)
