"""Registers: people, their duties, organisations. Looked after inside one's own area only, and nothing is taken out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response, status

from api.auth import TheCaller
from api.deps import service
from api.etags import IfUnchanged, tagged
from api.registers import (
    MISSING,
    REFUSED,
    TAKEN,
    ChangeFilters,
    DutyFilters,
    DutyIn,
    DutyOut,
    DutyRoleOut,
    EndIn,
    OrganisationBody,
    OrganisationFilters,
    OrganisationOut,
    PeopleFilters,
    PersonChange,
    PersonIn,
    PersonOut,
    PersonRowOut,
    RegisterChangeOut,
)
from api.schemas import Page
from gridgov.services.registers import DutyBook, OrganisationBook, PeopleBook

router = APIRouter(prefix="/api/v1", tags=["registers"])

ThePeople = Annotated[PeopleBook, Depends(service(PeopleBook))]
TheDuties = Annotated[DutyBook, Depends(service(DutyBook))]
TheOrganisations = Annotated[OrganisationBook, Depends(service(OrganisationBook))]
PathCode = Annotated[str, Path(pattern=r"^[0-9A-Za-z_\-]{1,40}$", examples=["370102001-S"])]


def _before(model: type[Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model, "description": "It was added before"}, **TAKEN}


@router.get("/people", responses=REFUSED)
def list_people(
    people: ThePeople, caller: TheCaller, response: Response, asked: Annotated[PeopleFilters, Query()]
) -> Page[PersonRowOut]:
    """List people by district and staff number, those in service."""
    response.headers["Cache-Control"] = "no-store"
    rows = people.people(caller, asked.asked(), limit=asked.limit, after=asked.cursor)
    last = str(rows[-1]["id"]) if len(rows) == asked.limit else None
    return Page(items=[PersonRowOut.row(row) for row in rows], next=last)


@router.post("/people", status_code=status.HTTP_201_CREATED, responses=_before(PersonOut))
def add_person(given: PersonIn, people: ThePeople, caller: TheCaller, response: Response) -> PersonOut:
    """Add a person to an organisation inside one's area."""
    row, replayed = people.add(caller, given.new())
    return _person(row, response, replayed=replayed)


@router.get("/people/{person_id}", responses=REFUSED)
def read_person(person_id: UUID, people: ThePeople, caller: TheCaller, response: Response) -> PersonOut:
    """Return a person with all duties they ever had."""
    return _person(people.person(caller, person_id), response)


@router.patch("/people/{person_id}")
def change_person(
    person_id: UUID,
    given: PersonChange,
    people: ThePeople,
    caller: TheCaller,
    response: Response,
    unchanged: IfUnchanged,
) -> PersonOut:
    """Change a person: name, organisation, employment, number; what is left out stays."""
    seen = unchanged.seen(given, PersonOut.of)
    return _person(people.change(caller, person_id, given.wanted(), seen=seen), response)


@router.post("/people/{person_id}/end", responses=TAKEN)
def end_service(
    person_id: UUID,
    given: EndIn,
    people: ThePeople,
    caller: TheCaller,
    response: Response,
    unchanged: IfUnchanged,
) -> PersonOut:
    """End a person's service, every duty that would outlast it, and what their accounts may do; their past stays."""
    seen = unchanged.seen(given, PersonOut.of)
    return _person(people.end(caller, person_id, given.moment(), seen=seen), response)


@router.post("/people/{person_id}/reinstate")
def reinstate_person(
    person_id: UUID, people: ThePeople, caller: TheCaller, response: Response, unchanged: IfUnchanged
) -> PersonOut:
    """Take an end of service back; duties that ended with it are begun anew, and their accounts let in by hand."""
    seen = unchanged.seen({"id": str(person_id), "ended_at": None}, PersonOut.of)
    return _person(people.reinstate(caller, person_id, seen=seen), response)


@router.get("/duties", responses=REFUSED)
def list_duties(duties: TheDuties, caller: TheCaller, asked: Annotated[DutyFilters, Query()]) -> Page[DutyOut]:
    """List duties, the latest beginning first: with `as_of` those in force at a moment, else all there ever were."""
    rows = duties.duties(caller, asked.asked(), limit=asked.limit, before=asked.cursor)
    last = str(rows[-1]["id"]) if len(rows) == asked.limit else None
    return Page(items=[DutyOut.of(row) for row in rows], next=last)


@router.get("/duty-roles", responses=REFUSED)
def list_duty_roles(duties: TheDuties, caller: TheCaller) -> Page[DutyRoleOut]:
    """List as what people may answer for a cell or an area."""
    return Page[DutyRoleOut].told(duties.roles(caller))


@router.post("/duties", status_code=status.HTTP_201_CREATED, responses=_before(DutyOut))
def begin_duty(given: DutyIn, duties: TheDuties, caller: TheCaller, response: Response) -> DutyOut:
    """Begin a duty for a cell or an area inside one's own; `details` of a conflict holds both duties."""
    row, replayed = duties.begin(caller, given.new())
    if replayed:
        response.status_code = status.HTTP_200_OK
    return DutyOut.of(row)


@router.post("/duties/{duty_id}/end", responses=TAKEN)
def end_duty(duty_id: UUID, given: EndIn, duties: TheDuties, caller: TheCaller) -> DutyOut:
    """Let a duty end at a moment, earlier perhaps than was set; that it was held before is kept."""
    return DutyOut.of(duties.end(caller, duty_id, given.moment()))


@router.get("/organisations", responses=REFUSED)
def list_organisations(
    organisations: TheOrganisations, caller: TheCaller, asked: Annotated[OrganisationFilters, Query()]
) -> Page[OrganisationOut]:
    """List organisations by code, those that are open."""
    rows = organisations.organisations(caller, asked.asked(), limit=asked.limit, after=asked.cursor)
    last = str(rows[-1]["code"]) if len(rows) == asked.limit else None
    return Page(items=[OrganisationOut.of(row) for row in rows], next=last)


@router.get("/organisations/{code}", responses={**REFUSED, **MISSING})
def read_organisation(
    code: PathCode, organisations: TheOrganisations, caller: TheCaller, response: Response
) -> OrganisationOut:
    """Return an organisation."""
    return _organisation(organisations.organisation(caller, code), response)


@router.put("/organisations/{code}")
def put_organisation(
    code: PathCode,
    given: OrganisationBody,
    organisations: TheOrganisations,
    caller: TheCaller,
    response: Response,
    unchanged: IfUnchanged,
) -> OrganisationOut:
    """Add an organisation inside one's area, or change it."""
    seen = unchanged.seen(given, OrganisationOut.of)
    return _organisation(organisations.put(caller, given.wanted(code), seen=seen), response)


@router.post("/organisations/{code}/close", responses={**MISSING, **TAKEN})
def close_organisation(
    code: PathCode, organisations: TheOrganisations, caller: TheCaller, response: Response, unchanged: IfUnchanged
) -> OrganisationOut:
    """Close an organisation that holds no open case, no people and no part in a matter; else `details` says which."""
    seen = unchanged.seen({"code": code, "closed": True}, OrganisationOut.of)
    return _organisation(organisations.close(caller, code, seen=seen), response)


@router.get("/register-changes", responses=REFUSED)
def list_register_changes(
    people: ThePeople, caller: TheCaller, asked: Annotated[ChangeFilters, Query()]
) -> Page[RegisterChangeOut]:
    """List who changed what in the registers of one's area, newest first."""
    rows = people.changes(caller, limit=asked.limit, before=asked.cursor, register=asked.register_name, key=asked.key)
    last = str(rows[-1]["id"]) if len(rows) == asked.limit else None
    return Page(items=[RegisterChangeOut.of(row) for row in rows], next=last)


def _person(row: dict[str, Any], response: Response, *, replayed: bool = False) -> PersonOut:
    if replayed:
        response.status_code = status.HTTP_200_OK
    response.headers["Cache-Control"] = "no-store"
    found = PersonOut.of(row)
    tagged(response, found)
    return found


def _organisation(row: dict[str, Any], response: Response) -> OrganisationOut:
    found = OrganisationOut.of(row)
    tagged(response, found)
    return found
