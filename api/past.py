"""What a moment of the past is answered: as the present, without what nobody can tell of that time any more."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from api.cases import HopOut
from api.incidents import IncidentOut
from api.shapes import Moment, Shape
from api.summons import SummonsOut, WhistleOut, WhistleRowOut
from gridgov.clock import instant
from gridgov.incidents import Placement, Stage

AsOf = Annotated[AwareDatetime | None, Query(description="The moment that is asked about; now if left out")]


def moment_asked(as_of: datetime | None) -> datetime | None:
    """Return the moment that is asked about in UTC, or None where it is the present one.

    Raises
    ------
    InputError
        If UTC has no year for it.
    """
    return instant(as_of, field="as_of") if as_of else None


def _unless_lost(model: type[BaseModel], name: str) -> Any:
    """Return a field of an answer about the present as one that an answer about the past may leave out."""
    return Field(default_factory=lambda: None, description=model.model_fields[name].description)


class IncidentRowThenOut(BaseModel):
    """An incident as it stood then, as a line of a list: what of it can be told of many at once."""

    district_code: str = Field(description="Whose it is; never changes", examples=["370102"])
    id: UUID
    number: str = Field(description="For people: district, day, eight signs", examples=["370102-260305-0000001C"])
    received_at: Moment
    reported_at: Moment
    channel: str
    external_number: str | None
    list_version: int
    text: str = Field(description="As it was reported")
    stage: Stage = Field(description="Where the case was on its way")
    placement: Placement
    cell_code: str | None = Field(description="The cell that answered for it: 15 digits")
    matter_code: str | None
    priority: int | None
    handling_organisation_code: str | None = Field(description="In whose hands it was")
    due_kind: str | None
    deadline_at: Moment | None = _unless_lost(IncidentOut, "deadline_at")
    geometry: Shape | None = Field(description="Where it was; null while nobody knew")


class HopThenOut(HopOut):
    """A stay in an organisation's hands as it was then; its working time is not told."""

    waited_working_s: int | None = Field(default_factory=lambda: None, description="Never told of the past")
    held_working_s: int | None = Field(default_factory=lambda: None, description="Never told of the past")


class IncidentThenOut(IncidentOut):
    """An incident as it stood then. What the rules of time say is left out where they were changed since."""

    due_at: Moment | None = _unless_lost(IncidentOut, "due_at")
    deadline_at: Moment | None = _unless_lost(IncidentOut, "deadline_at")
    due_step: int = _unless_lost(IncidentOut, "due_step")
    remaining_s: int | None = _unless_lost(IncidentOut, "remaining_s")
    handling_left_s: int | None = _unless_lost(IncidentOut, "handling_left_s")
    handling_whole_s: int | None = _unless_lost(IncidentOut, "handling_whole_s")
    handling_hours: str | None = _unless_lost(IncidentOut, "handling_hours")
    handling_step: int = _unless_lost(IncidentOut, "handling_step")
    calendar_short: date | None = _unless_lost(IncidentOut, "calendar_short")
    hops: list[HopThenOut] = Field(  # type: ignore[assignment]  # of the same kind, with less to tell
        description="Whose hands it had gone through, in order"
    )


class SummonsThenOut(SummonsOut):
    """A summoned organisation as it was then. What was overwritten when it was chosen or blown later is left out."""

    leads: bool = _unless_lost(SummonsOut, "leads")
    origin: str = _unless_lost(SummonsOut, "origin")
    due_at: Moment | None = _unless_lost(SummonsOut, "due_at")


class WhistleRowThenOut(WhistleRowOut):
    """A whistle as it stood then, with its sides and summons."""

    summons: list[SummonsThenOut] = Field(  # type: ignore[assignment]  # of the same kind, with less to tell
        description="Whoever leads first"
    )


class WhistleThenOut(WhistleOut):
    """A whistle as it stood then, with what had been done in it."""

    summons: list[SummonsThenOut] = Field(  # type: ignore[assignment]  # of the same kind, with less to tell
        description="Whoever leads first"
    )
