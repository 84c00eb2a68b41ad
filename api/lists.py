"""What comes in and goes out of the doors of the responsibility list, as types."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from api.rules import Asked, Code, Minutes, Priority, Source, Text
from api.schemas import local
from gridgov.matters import Counted, Matter, MatterList, Part, Responsibility


class MatterIn(Asked):
    """A matter of a list that is to be put in force."""

    code: Code
    name: Text
    category: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""
    subcategory: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""
    whistle_kind: Code | None = None
    admitted: bool = Field(description="Whether grid workers, streets and communities may be given it")
    priority: Priority
    file_within_minutes: Minutes
    handle_within_minutes: Minutes
    counted: Counted = Field(default=Counted.WORKING, description="How the time to handle it runs")
    lead: Code = Field(description="An organisation's code, or STREET_OFFICE for the office of the place")
    cooperating: list[Code] = Field(default_factory=list, max_length=50)

    def matter(self) -> Matter:
        """Return the matter."""
        return Matter(
            code=self.code,
            name=self.name,
            category=self.category,
            subcategory=self.subcategory,
            whistle_kind=self.whistle_kind,
            admitted=self.admitted,
            priority=self.priority,
            file_within=timedelta(minutes=self.file_within_minutes),
            handle_within=timedelta(minutes=self.handle_within_minutes),
            counted=self.counted,
        )

    def parts(self) -> list[Responsibility]:
        """Return who leads and who cooperates."""
        others = [Responsibility(self.code, code, Part.COOPERATING) for code in self.cooperating]
        return [Responsibility(self.code, self.lead, Part.LEAD), *others]


class ListIn(Asked):
    """A responsibility list, whole: it takes the place of the one in force."""

    source: Source
    items: list[MatterIn] = Field(min_length=1, max_length=2_000)


class MatterOut(BaseModel):
    """A matter as the list has it."""

    code: str
    name: str
    category: str
    subcategory: str
    priority: int
    admitted: bool
    whistle_kind: str | None
    file_within_minutes: float
    handle_within_minutes: float
    counted: Counted
    lead: str
    cooperating: list[str]


class ListOut(BaseModel):
    """A version of the responsibility list."""

    version: int
    items: list[MatterOut]

    @classmethod
    def of(cls, listed: MatterList) -> "ListOut":
        """Return a list as it goes out."""
        return cls(version=listed.version, items=[_matter(listed, m) for m in listed])


def _matter(listed: MatterList, m: Matter) -> MatterOut:
    return MatterOut(
        code=m.code,
        name=m.name,
        category=m.category,
        subcategory=m.subcategory,
        priority=m.priority,
        admitted=m.admitted,
        whistle_kind=m.whistle_kind,
        file_within_minutes=m.file_within.total_seconds() / 60,
        handle_within_minutes=m.handle_within.total_seconds() / 60,
        counted=m.counted,
        lead=listed.lead(m.code),
        cooperating=listed.cooperating(m.code),
    )


class VersionOut(BaseModel):
    """When a version of the list was in force, and where it comes from."""

    version: int
    since: datetime
    until: datetime | None
    source: str
    matters: int


class PublishedOut(BaseModel):
    """The version that is in force now."""

    version: int


class AnswerersOut(BaseModel):
    """Whose a matter is at a place."""

    lead: str | None = Field(description="null where the street's office leads and the street is not known")
    cooperating: list[str]
    summoned: list[str] = Field(description="Whom a whistle calls")


class AgainstOut(BaseModel):
    """A dispatch against the list, with its reason."""

    district_code: str
    incident_id: UUID
    seq: int = Field(description="The fact that says so")
    number: str
    at: datetime
    author: str
    matter_code: str
    matter_name: str
    list_version: int
    organisation_code: str
    organisation_name: str
    lead: str | None = Field(description="Who would have led by the list")
    reason: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> "AgainstOut":
        """Return a row as it goes out."""
        return cls(**local(row))
