"""The phone's side of the server: what it carries, what today asks of its holder, and where a place lies."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.auth import TheCaller, logged_in
from api.deps import service
from api.etags import IfUnchanged
from api.field import DayOut, PackOut
from api.packs import PackKeeper
from api.patrols import ChecklistIn, ChecklistOut, PatrolIn, PatrolOut
from api.places import ForetoldOut, PlaceIn
from api.problems import Problem
from api.schemas import Page
from gridgov.clock import instant
from gridgov.patrols import PatrolsWanted
from gridgov.services.foretelling import Foretelling
from gridgov.services.patrolling import Patrolling
from gridgov.services.workday import Workday

router = APIRouter(prefix="/api/v1", tags=["field"], dependencies=[Depends(logged_in)])

ThePacks = Annotated[PackKeeper, Depends(service(PackKeeper))]
TheForetelling = Annotated[Foretelling, Depends(service(Foretelling))]
TheWorkday = Annotated[Workday, Depends(service(Workday))]
ThePatrolling = Annotated[Patrolling, Depends(service(Patrolling))]

_ETAG = {"ETag": {"description": "Of the whole content", "schema": {"type": "string"}}}
_READ: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reads the grid, or your token was not made for it"},
}
_IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The ETag of the pack that you carry")]


@router.get(
    "/field/pack",
    response_class=Response,
    responses={
        200: {"model": PackOut, "headers": _ETAG},
        304: {"description": "You carry the newest one", "headers": _ETAG},
        403: {"model": Problem, "description": "No role of yours reads the grid, or none of it has a grid here"},
    },
)
def read_pack(request: Request, packs: ThePacks, caller: TheCaller, if_none_match: _IfNoneMatch = None) -> Response:
    """Return all that a phone must carry to work without signal: the map, the grid and the rules of its holder's place.

    The streets of your duties and some 500 m around, else all that your roles reach. The same for everybody who works
    there, and as long as neither the grid nor the rules change: send its `ETag` as `If-None-Match`.
    """
    packed = packs.pack(caller)
    headers = {"ETag": packed.tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if packed.tag in [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed.zipped, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(packed.whole, media_type="application/json", headers=headers)


@router.get("/field/today")
def read_today(workday: TheWorkday, caller: TheCaller, response: Response) -> DayOut:
    """Return your working day: your shift and duties, the cases that wait for you, your reports, and whistles.

    A case waits for you where you may do what its stage wants next; `acts` names all that you may do with it.
    """
    response.headers["Cache-Control"] = "no-store"
    return DayOut.of(workday.today(caller))


@router.post("/places", responses=_READ)
def foretell(body: PlaceIn, foretelling: TheForetelling, caller: TheCaller) -> ForetoldOut:
    """Say where a position lies, who answers there, and which combined whistle a report of it would be drafted with.

    Nothing is stored. It is decided as for a report, by the grid and the rules of this moment.
    """
    return ForetoldOut.of(foretelling.foretell(caller, body.position.given(), body.matter))


@router.get("/checklists", responses=_READ)
def list_checklists(patrolling: ThePatrolling, caller: TheCaller) -> Page[ChecklistOut]:
    """List the checklists in force in your districts."""
    return Page(items=[ChecklistOut.of(one) for one in patrolling.checklists(caller)])


@router.put("/checklists/{code}")
def put_checklist(
    code: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,39}$")],
    body: ChecklistIn,
    patrolling: ThePatrolling,
    caller: TheCaller,
    unchanged: IfUnchanged,
) -> ChecklistOut:
    """Put a checklist in force from now on, as a new version; patrols keep the version they were walked with."""
    seen = unchanged.seen(body, ChecklistOut.of)
    return ChecklistOut.of(patrolling.put(caller, body.checklist(code), seen=seen))


class PatrolsOf(BaseModel):
    """Which patrols to list; a filter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    cell_code: Annotated[str | None, Field(pattern="^[0-9]{15}$", description="A cell")] = None
    incident_id: Annotated[
        UUID | None, Field(description="With a finding that was reported as this incident, a UUIDv7")
    ] = None
    since: Annotated[AwareDatetime | None, Field(description="Ended at this moment or later")] = None
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/patrols", responses=_READ)
def list_patrols(patrolling: ThePatrolling, caller: TheCaller, asked: Annotated[PatrolsOf, Query()]) -> Page[PatrolOut]:
    """List the patrols that you walked, or that went through cells of your office, newest first."""
    since = instant(asked.since, field="since") if asked.since else None
    wanted = PatrolsWanted(asked.cell_code, asked.incident_id, since)
    rows = patrolling.patrols(caller, wanted, limit=asked.limit, before=asked.cursor)
    last = rows[-1]["id"] if len(rows) == asked.limit else None
    return Page(items=[PatrolOut.of(row) for row in rows], next=str(last) if last else None)


@router.post(
    "/patrols",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": PatrolOut, "description": "The same patrol was taken in before"},
        403: {"model": Problem, "description": "No role of yours walks patrols, or the cell was not yours to walk"},
        404: {"model": Problem, "description": "There was no such cell, or never such a checklist"},
    },
)
def file_patrol(body: PatrolIn, response: Response, patrolling: ThePatrolling, caller: TheCaller) -> PatrolOut:
    """Send in one walk through one of your cells, with all its answers; a phone without signal does so later.

    The times are the phone's. Both are kept, as it said them and what they are worth by the server's clock.
    """
    found, replayed = patrolling.file(caller, body.walk())
    if replayed:
        response.status_code = status.HTTP_200_OK
    return PatrolOut.of(found)
