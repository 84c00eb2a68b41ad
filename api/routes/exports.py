"""Lists to take away, as files that a spreadsheet opens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.auth import TheCaller
from api.deps import service
from api.problems import Problem
from api.routes.incidents import Filters
from gridgov.formats import csv_pieces
from gridgov.services.tabling import Tabling

router = APIRouter(prefix="/api/v1", tags=["incidents"])
TheTabling = Annotated[Tabling, Depends(service(Tabling))]

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A table", "content": {"text/csv": {"schema": {"type": "string"}}}},
    403: {"model": Problem, "description": "No role of yours takes lists away"},
}


@router.get("/incidents.csv", response_class=StreamingResponse, responses=_ANSWERS)
def export_incidents(tabling: TheTabling, caller: TheCaller, filters: Annotated[Filters, Query()]) -> StreamingResponse:
    """Take the list of incidents away as CSV, newest first, filtered as on the screen. Reporters are not in it."""
    tables = tabling.incidents(caller, filters.wanted())
    headers = {"Content-Disposition": 'attachment; filename="incidents.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(csv_pieces(tables), media_type="text/csv; charset=utf-8", headers=headers)
