"""Incidents: report one, list them, read one with its facts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import AwareDatetime, BaseModel

from api.auth import TheSubject, logged_in
from api.deps import TheDesk, TheIntake
from api.problems import Problem
from api.schemas import Page, ReceiptOut, ReportIn, local
from gridgov.clock import instant
from gridgov.incidents import Placement
from gridgov.services.looking import Filter

router = APIRouter(
    prefix="/api/v1", tags=["incidents"], dependencies=[Depends(logged_in)], responses={401: {"model": Problem}}
)

_REFUSALS: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reports incidents"},
    409: {"model": Problem, "description": "The id, or the channel's number, already stands for another report"},
    413: {"model": Problem, "description": "The body is too large"},
    422: {"model": Problem, "description": "Something in it is wrong; `faults` names the field and what to do"},
    503: {"model": Problem, "description": "The database does not answer, or no grid is loaded; try again"},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such thing"},
    422: _REFUSALS[422],
    503: _REFUSALS[503],
}


@router.post(
    "/incidents",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": ReceiptOut, "description": "The same report was taken in before"}, **_REFUSALS},
)
def report_incident(report: ReportIn, response: Response, intake: TheIntake, subject: TheSubject) -> ReceiptOut:
    """Take a report in: locate and classify it, look for duplicates, draft a combined whistle across a border."""
    receipt = intake.take_from(subject, report.report())
    if receipt.replayed:
        response.status_code = status.HTTP_200_OK
    return ReceiptOut.of(receipt)


class Filters(BaseModel):
    """What to list."""

    district_code: Annotated[str | None, Query(pattern="^[0-9]{6}$")] = None
    placement: Placement | None = None
    cell_code: Annotated[str | None, Query(pattern="^[0-9]{15}$")] = None
    since: AwareDatetime | None = None


@router.get("/incidents", responses={422: _REFUSALS[422], 503: _REFUSALS[503]})
def list_incidents(
    desk: TheDesk,
    filters: Annotated[Filters, Query()],
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[dict[str, Any]]:
    """List incidents, newest first. Reporters are not shown."""
    since = instant(filters.since, field="since") if filters.since else None
    which = Filter(filters.district_code, filters.placement, filters.cell_code, since)
    rows = desk.incidents(which, limit=limit, before=cursor)
    return Page(items=[local(row) for row in rows], next=str(rows[-1]["id"]) if len(rows) == limit else None)


@router.get("/incidents/{incident_id}", responses=_MISSING)
def read_incident(incident_id: UUID, desk: TheDesk) -> dict[str, Any]:
    """Return an incident with its place, its shares or probabilities per cell, and its possible duplicates."""
    found: dict[str, Any] = local(desk.incident(incident_id))
    return found


@router.get("/incidents/{incident_id}/facts", responses=_MISSING)
def read_facts(incident_id: UUID, desk: TheDesk) -> Page[dict[str, Any]]:
    """Return an incident's facts in order; `hash` covers each fact and the hash before it (SHA-256)."""
    return Page(
        items=[
            {
                "seq": fact.seq,
                "kind": fact.kind,
                "at": local(fact.at),
                "author": fact.author,
                "payload": fact.payload,
                "previous_hash": fact.previous_hash.hex(),
                "hash": fact.hash.hex(),
            }
            for fact in desk.facts(incident_id)
        ]
    )
