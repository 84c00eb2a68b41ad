"""The phone's side of the server: what it carries, what today asks of its holder, and where a place lies."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response, status

from api.auth import TheCaller, logged_in
from api.deps import service
from api.field import DayOut, PackOut
from api.packs import PackKeeper
from api.places import ForetoldOut, PlaceIn
from api.problems import Problem
from gridgov.services.foretelling import Foretelling
from gridgov.services.workday import Workday

router = APIRouter(prefix="/api/v1", tags=["field"], dependencies=[Depends(logged_in)])

ThePacks = Annotated[PackKeeper, Depends(service(PackKeeper))]
TheForetelling = Annotated[Foretelling, Depends(service(Foretelling))]
TheWorkday = Annotated[Workday, Depends(service(Workday))]

_ETAG = {"ETag": {"description": "Of the whole content", "schema": {"type": "string"}}}
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


@router.post("/places")
def foretell(body: PlaceIn, foretelling: TheForetelling, caller: TheCaller) -> ForetoldOut:
    """Say where a position lies, who answers there, and which combined whistle a report of it would be drafted with.

    Nothing is stored. It is decided as for a report, by the grid and the rules of this moment.
    """
    return ForetoldOut.of(foretelling.foretell(caller, body.position.given(), body.matter))
