"""People, duties and organisations as they come in and go out, as types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.etags import Edited
from api.problems import Problem
from api.schemas import local
from api.shapes import Moment
from gridgov.clock import instant
from gridgov.organisations import OrganisationKind
from gridgov.services.registers import NewDuty, NewPerson, OrganisationWanted, PersonWanted
from gridgov.services.registers.people import Employment
from gridgov.staff import TargetKind
from gridgov.store.registers import DutiesAsked, OrganisationsAsked, PeopleAsked

REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this"}
}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such thing"}}
TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "Something else stands there already"}}

_ID = "019a5f3e-7c00-7abc-8def-0123456789ab"
_LINE = r"^[^\x00-\x1f\x7f]*$"
_CODE = r"^[0-9A-Za-z_\-]{1,40}$"

Code = Annotated[str, Field(pattern=_CODE, examples=["370102001-S"])]
AreaCode = Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$", examples=["370102001"])]
TargetCode = Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$", examples=["370102001002001"])]
Prefix = Annotated[str, Field(pattern=r"^[0-9]{2,15}$", description="A code with all that lies in it")]
Words = Annotated[str, Field(max_length=80, pattern=_LINE, description="A part of the name or of the code")]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=_LINE)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PeopleFilters(_In):
    """Which people to list; all that is given must hold."""

    text: Words | None = None
    area: Annotated[Prefix | None, Field(description="Whose organisation is there, or who has a duty there")] = None
    organisation: Code | None = None
    ended: Annotated[bool, Field(description="Also those who have left")] = False
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def asked(self) -> PeopleAsked:
        """Return it as the core knows it."""
        return PeopleAsked(self.text, self.area, self.organisation, self.ended)


class DutyFilters(_In):
    """Which duties to list; all that is given must hold."""

    person: Annotated[UUID | None, Field(description="Of this person")] = None
    cell: Annotated[str | None, Field(pattern="^[0-9]{15}$", description="For this cell, and for what it lies in")] = (
        None
    )
    area: Prefix | None = None
    as_of: Annotated[AwareDatetime | None, Field(description="In force at this moment; all there ever were")] = None
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def asked(self) -> DutiesAsked:
        """Return it as the core knows it."""
        at = instant(self.as_of, field="as_of") if self.as_of else None
        return DutiesAsked(self.person, self.cell, self.area, at)


class OrganisationFilters(_In):
    """Which organisations to list; all that is given must hold."""

    text: Words | None = None
    kind: OrganisationKind | None = None
    area: Prefix | None = None
    closed: Annotated[bool, Field(description="Also those that are closed")] = False
    cursor: Annotated[str | None, Field(max_length=40, pattern=_CODE, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500

    def asked(self) -> OrganisationsAsked:
        """Return it as the core knows it."""
        return OrganisationsAsked(self.text, self.kind, self.area, self.closed)


class ChangeFilters(_In):
    """Which changes of registers to list."""

    register_name: Annotated[str | None, Field(max_length=20, pattern="^[a-z_]+$", examples=["people"])] = None
    key: Annotated[
        str | None, Field(max_length=80, pattern=r"^[0-9A-Za-z_\-]*$", description="An id, or an organisation's code")
    ] = None
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DutyOut(BaseModel):
    """Who answers for what, as what, from when until when."""

    id: UUID
    district_code: str
    person_id: UUID
    staff_code: str
    name: str = Field(description="Of the person")
    role: str = Field(description="A code of GET /api/v1/duty-roles", examples=["grid_worker"])
    role_name_zh: str
    role_name_en: str
    target_kind: TargetKind
    target_code: str = Field(description="The code it had when the duty was last in force")
    target_name: str
    since: Moment
    until: Moment | None = Field(description="null: still; its end is not part of it")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "DutyOut":
        """Return a duty as it goes out."""
        return cls.model_validate(row)


class DutyRoleOut(BaseModel):
    """As what somebody may answer."""

    code: str
    name_zh: str
    name_en: str


class PersonRowOut(BaseModel):
    """A person of the register."""

    id: UUID
    district_code: str
    staff_code: str = Field(description="Unique in the district")
    name: str
    organisation_code: str
    organisation_name: str
    area_code: str = Field(description="Of the organisation: whoever looks after it looks after the person")
    employment: str = Field(examples=["full_time"])
    phone: str | None = Field(description="With stars in it, unless you look after the person")
    phone_is_whole: bool
    ended_at: Moment | None = Field(description="The end of service")

    @classmethod
    def row(cls, row: Mapping[str, Any]) -> "PersonRowOut":
        """Return a person as they go out in a list."""
        return cls.model_validate(row)


class PersonOut(Edited, PersonRowOut):
    """A person with all duties they ever had."""

    # Whoever edits a person is overtaken by another edit of the person, and not by a duty that begins or ends.
    unedited: ClassVar = frozenset({"duties", "organisation_name"})

    duties: list[DutyOut] = Field(description="The latest first, those that are over as well")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "PersonOut":
        """Return a person as they go out."""
        return cls.model_validate(row)


class PersonIn(_In):
    """A person to add; sent twice, they are added once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "staff_code": "370102-P9001",
                    "name": "林晓燕",
                    "organisation_code": "370102001002-C",
                    "employment": "full_time",
                    "phone": "000-0000-0001",
                }
            ]
        }
    )

    id: UUID = Field(description="A UUID of version 7 (RFC 9562), made by the sender: the idempotency key")
    staff_code: Annotated[str, Field(min_length=1, max_length=40, pattern=_LINE)]
    name: Name
    organisation_code: Code
    employment: Employment
    phone: Annotated[str | None, Field(max_length=40, pattern=_LINE)] = None

    def new(self) -> NewPerson:
        """Return it as the core knows it."""
        return NewPerson(self.id, self.staff_code, self.name, self.organisation_code, self.employment, self.phone)


class PersonChange(_In):
    """What is to be different; what is left out stays, and an empty phone takes the number out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organisation_code": "370102001002-C"}]})

    name: Name | None = None
    organisation_code: Code | None = None
    employment: Employment | None = None
    phone: Annotated[str | None, Field(max_length=40, pattern=_LINE)] = None

    def wanted(self) -> PersonWanted:
        """Return it as the core knows it."""
        return PersonWanted(self.name, self.organisation_code, self.employment, self.phone)


class EndIn(_In):
    """When something ends: a moment that has passed, or one to come."""

    at: AwareDatetime = Field(description="With offset", examples=["2026-07-01T00:00:00+08:00"])

    def moment(self) -> datetime:
        """Return it in UTC."""
        return instant(self.at, field="at")


class DutyIn(_In):
    """A duty to begin; sent twice, it begins once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "person_id": "019a5f3e-7c00-7abc-8def-0123456789ac",
                    "target_code": "370102001002001",
                    "role": "grid_worker",
                    "since": "2026-07-01T00:00:00+08:00",
                }
            ]
        }
    )

    id: UUID = Field(description="A UUID of version 7 (RFC 9562), made by the sender: the idempotency key")
    person_id: UUID
    target_code: TargetCode = Field(description="Of a cell, or of an area with all its cells")
    role: Annotated[str, Field(max_length=40, pattern="^[a-z_]+$")]
    since: AwareDatetime
    until: AwareDatetime | None = None

    def new(self) -> NewDuty:
        """Return it as the core knows it."""
        until = instant(self.until, field="until") if self.until else None
        since = instant(self.since, field="since")
        return NewDuty(self.id, self.person_id, self.target_code, self.role, since, until)


class OrganisationBody(_In):
    """An organisation, all of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "历下区城市管理局", "kind": "department", "area_code": "370102", "parent_code": None}]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=_LINE)]
    kind: OrganisationKind
    area_code: AreaCode = Field(description="What it answers for, with everything below")
    parent_code: Code | None = Field(default=None, description="What it is a part of")

    def wanted(self, code: str) -> OrganisationWanted:
        """Return it as the core knows it."""
        return OrganisationWanted(code, self.name, self.kind, self.area_code, self.parent_code)


class OrganisationOut(Edited):
    """An organisation."""

    code: str
    name: str
    kind: OrganisationKind
    area_code: str
    parent_code: str | None
    closed_at: Moment | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "OrganisationOut":
        """Return an organisation as it goes out."""
        return cls.model_validate({name: row[name] for name in cls.model_fields})


class RegisterChangeOut(BaseModel):
    """One change of a register."""

    id: UUID
    at: Moment
    author: str = Field(description="A login; `machine:` before whoever held the machine")
    register_name: str = Field(examples=["people"])
    what: str = Field(examples=["changed"])
    key: str = Field(description="The id of a person or a duty, the code of an organisation")
    area_code: str
    data: dict[str, Any] = Field(description="What it was and is; the numbers of people are not among it")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "RegisterChangeOut":
        """Return a change as it goes out."""
        return cls.model_validate({**local(dict(row)), "register_name": row["register"]})
