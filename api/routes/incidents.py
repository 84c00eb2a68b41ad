"""Incidents: report one, list them, read one with its facts."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.auth import TheCaller, TheSubject, logged_in
from api.deps import TheDesk, TheIntake, service
from api.etags import etag
from api.incidents import FactOut, IncidentOut, IncidentRowOut, LookOut, ReporterOut
from api.past import AsOf, IncidentRowThenOut, IncidentThenOut, moment_asked
from api.problems import Problem
from api.schemas import Page, ReceiptOut, ReportIn
from gridgov.clock import instant
from gridgov.incidents import Placement
from gridgov.incidents.standing import Stage
from gridgov.services.looking import Filter
from gridgov.services.revealing import Revealing

router = APIRouter(prefix="/api/v1", tags=["incidents"], dependencies=[Depends(logged_in)])

_ETAG: dict[str, Any] = {"ETag": {"description": 'The revision, as in `"7"`', "schema": {"type": "string"}}}

TheRevealing = Annotated[Revealing, Depends(service(Revealing))]


class LookIn(BaseModel):
    """Why somebody must know who reported."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    id: Annotated[UUID, Field(description="A UUIDv7 that the sender makes; sent twice, it is one look")]
    purpose: Annotated[str, Field(min_length=4, max_length=500, examples=["回访：居民说问题没有解决"])]


@router.post(
    "/incidents",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": ReceiptOut, "description": "The same report was taken in before"},
        403: {"model": Problem, "description": "No role of yours reports incidents"},
        409: {"model": Problem, "description": "The id, or the channel's number, already stands for another report"},
    },
)
def report_incident(report: ReportIn, response: Response, intake: TheIntake, subject: TheSubject) -> ReceiptOut:
    """Take a report in: locate and classify it, look for duplicates, draft a combined whistle across a border."""
    receipt = intake.take_from(subject, report.report())
    if receipt.replayed:
        response.status_code = status.HTTP_200_OK
    return ReceiptOut.of(receipt)


_CODE = r"^[0-9A-Za-z_.-]+$"


class Filters(BaseModel):
    """What to list; all that is given must hold, and a filter that is not known is refused: it would show too much."""

    model_config = ConfigDict(extra="forbid")

    district_code: Annotated[str | None, Field(pattern="^[0-9]{6}$", description="A district")] = None
    street_code: Annotated[str | None, Field(pattern="^[0-9]{9}$", description="A street that it touches")] = None
    cell_code: Annotated[str | None, Field(pattern="^[0-9]{15}$", description="A cell that it touches")] = None
    placement: Annotated[Placement | None, Field(description="What locating found out")] = None
    stage: Annotated[Stage | None, Field(description="Where the case is on its way")] = None
    matter: Annotated[str | None, Field(max_length=40, pattern=_CODE, description="The code of a matter")] = None
    overdue: Annotated[bool, Field(description="Only what is past its deadline")] = False
    handling_organisation: Annotated[
        str | None, Field(max_length=40, pattern=_CODE, description="The code of who handles it now")
    ] = None
    number: Annotated[
        str | None,
        Field(
            pattern="^[0-9]{6}-[0-9]{6}(-[0-9A-Z]{0,8})?$", description="The number, or how it begins: at least the day"
        ),
    ] = None
    since: Annotated[AwareDatetime | None, Field(description="Reported at this moment or later")] = None
    until: Annotated[AwareDatetime | None, Field(description="Reported before this moment")] = None

    def wanted(self) -> Filter:
        """Return the filter as the core knows it."""
        known = self.model_dump(include=set(Filters.model_fields))
        given: dict[str, Any] = {
            name: str(value) if isinstance(value, StrEnum) else value for name, value in known.items()
        }
        for name in ("since", "until"):
            given[name] = instant(given[name], field=name) if given[name] else None
        return Filter(**given)


class PageOf(Filters):
    """A page of the list."""

    as_of: AsOf = None
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/incidents", response_model_exclude_unset=True)
def list_incidents(
    desk: TheDesk, caller: TheCaller, asked: Annotated[PageOf, Query()]
) -> Page[IncidentRowOut] | Page[IncidentRowThenOut]:
    """List the incidents that you may see, newest first. Reporters are not shown.

    `as_of` a moment, those that there were then are listed as they stood, to whoever may see them now, and every filter
    asks about that moment: at which stage, in whose hands, in which cell or street they were. A moment to come is
    answered by what is known now. Of the past a line tells less, and `deadline_at` is left out where it cannot be told;
    where that is so of any that was open then, `overdue` is refused with 422.
    """
    moment, which = moment_asked(asked.as_of), asked.wanted()
    rows = desk.incidents(caller, which, limit=asked.limit, before=asked.cursor, as_of=moment)
    if moment is not None:
        return Page[IncidentRowThenOut].told(rows, limit=asked.limit)
    return Page[IncidentRowOut].told(rows, limit=asked.limit)


@router.get("/incidents/{incident_id}", responses={200: {"headers": _ETAG}}, response_model_exclude_unset=True)
def read_incident(
    incident_id: UUID, response: Response, desk: TheDesk, caller: TheCaller, as_of: AsOf = None
) -> IncidentOut | IncidentThenOut:
    """Return an incident as it stands now, with its place, its shares or probabilities, and its possible duplicates.

    `ETag` is its revision: an act that says `If-Match` is refused if somebody was quicker.

    `as_of` a moment, it is told from its facts how it stood then, to whoever may see it now; 404 before it was taken
    in, and a moment to come is answered by what is known now. Left out is what cannot be told: the working time that
    hops took, always; and `deadline_at`, `due_at`, `due_step`, `remaining_s`, `handling_left_s`, `handling_whole_s`,
    `handling_hours`, `handling_step` and `calendar_short` where limits, hours or the calendar were changed since, so
    that reckoning them again no longer gives what the facts witness. A state of the past has no `ETag`.
    """
    moment = moment_asked(as_of)
    if moment is not None:
        return IncidentThenOut.model_validate(desk.incident(caller, incident_id, as_of=moment))
    found = IncidentOut.model_validate(desk.incident(caller, incident_id))
    response.headers["ETag"] = etag(found.revision)
    return found


@router.get("/incidents/{incident_id}/facts")
def read_facts(
    incident_id: UUID,
    desk: TheDesk,
    caller: TheCaller,
    as_of: Annotated[AwareDatetime | None, Query(description="Only what was known at this moment")] = None,
) -> Page[FactOut]:
    """Return an incident's facts in order, with what each says to people, in Chinese and in English.

    `hash` covers each fact and the hash before it (SHA-256); the words are none of the record, and may change.
    """
    moment = instant(as_of, field="as_of") if as_of else None
    return Page(items=[FactOut.of(*told) for told in desk.told(caller, incident_id, as_of=moment)])


@router.get("/incidents/{incident_id}/reporter")
def read_reporter(incident_id: UUID, revealing: TheRevealing, caller: TheCaller) -> ReporterOut:
    """Return who reported, masked: enough to know that somebody can be called, not whom."""
    return ReporterOut.of(revealing.masked(caller, incident_id))


@router.post(
    "/incidents/{incident_id}/reporter/looks",
    responses={403: {"model": Problem, "description": "No role of yours reveals reporters here"}},
)
def reveal_reporter(incident_id: UUID, look: LookIn, revealing: TheRevealing, caller: TheCaller) -> ReporterOut:
    """Return who reported, unmasked. The look is written down with its purpose, and the auditor reads it."""
    return ReporterOut.of(revealing.reveal(caller, incident_id, look.purpose, look_id=look.id))


@router.get("/looks", responses={403: {"model": Problem, "description": "No role of yours reads looks"}})
def list_looks(
    revealing: TheRevealing,
    caller: TheCaller,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[LookOut]:
    """List who looked at which reporter and at whose position, when and what for, newest first."""
    rows = revealing.looks(caller, limit=limit, before=cursor)
    return Page[LookOut].told(rows, limit=limit)
