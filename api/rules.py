"""What comes in and goes out of the doors of rules of time, as types."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.etags import Edited
from api.shapes import Moment
from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.organisations import OrganisationKind
from gridgov.services.rules import HoursKept
from gridgov.worktime import (
    CalendarDay,
    CalendarYear,
    DayKind,
    Escalation,
    Hours,
    Level,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
    WorkCalendar,
)
from gridgov.worktime.hours import segments_of
from gridgov.worktime.published import years_of

_YEAR_MINUTES = 366 * 24 * 60

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_\-]{1,40}$")]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Source = Annotated[
    str,
    Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$", description="Where it comes from"),
]
Priority = Annotated[int, Field(ge=1, le=9)]
Minutes = Annotated[int, Field(ge=1, le=_YEAR_MINUTES)]


class Asked(BaseModel):
    """What comes in: no field that is not known."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LimitBody(Asked):
    """An amount of time, and how it counts."""

    amount: int = Field(ge=0, le=_YEAR_MINUTES)
    unit: LimitUnit
    around_the_clock: bool = Field(default=False, description="Minutes and hours count day and night")

    def limit(self) -> Limit:
        """Return the limit that this says."""
        return Limit(self.amount, self.unit, self.around_the_clock)

    @classmethod
    def of(cls, limit: Limit) -> "LimitBody":
        """Return a limit as it goes out."""
        return cls(amount=limit.amount, unit=limit.unit, around_the_clock=limit.around_the_clock)


class LimitIn(Asked):
    """A row of the table of limits; the narrowest row decides."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "handle",
                    "matter": "10101",
                    "limit": {"amount": 2, "unit": "hours", "around_the_clock": True},
                    "source": "本区处置规范",
                }
            ]
        }
    )

    kind: LimitKind
    matter: Code | None = Field(default=None, description="Only for this matter")
    priority: Priority | None = Field(default=None, description="Only for this priority, 1 the most urgent")
    limit: LimitBody
    source: Source

    def row(self) -> LimitRow:
        """Return the row that this says."""
        return LimitRow(self.kind, self.limit.limit(), self.matter, self.priority, self.source)


class LimitOut(Edited):
    """A row of the table of limits."""

    kind: LimitKind
    matter: str | None
    priority: int | None
    limit: LimitBody
    source: str

    @classmethod
    def of(cls, row: LimitRow) -> "LimitOut":
        """Return a row as it goes out."""
        return cls(
            kind=row.kind,
            matter=row.matter_code,
            priority=row.priority,
            limit=LimitBody.of(row.limit),
            source=row.source,
        )


class StepBody(Asked):
    """A step of escalation: how long after the deadline, and who is told."""

    after: LimitBody
    level: Level
    role: Code = Field(examples=["command_centre"])
    tells_own: bool = Field(default=True, description="Whether the late organisation's own people are told as well")
    source: Source

    @classmethod
    def of(cls, step: Escalation) -> "StepBody":
        """Return a step as it goes out."""
        return cls(
            after=LimitBody.of(step.after),
            level=step.level,
            role=step.role,
            tells_own=step.tells_own,
            source=step.source,
        )


class StepsIn(Asked):
    """What follows a missed deadline, step by step; an empty list: nothing."""

    steps: list[StepBody] = Field(max_length=20)

    def escalations(self) -> list[Escalation]:
        """Return the steps, numbered in their order."""
        return [
            Escalation(number, s.after.limit(), s.level, s.role, s.tells_own, s.source)
            for number, s in enumerate(self.steps, start=1)
        ]


class StepsOut(Edited):
    """What follows a missed deadline of a kind; each step counts from the deadline itself."""

    kind: LimitKind
    steps: list[StepBody]

    @classmethod
    def of(cls, kind: LimitKind, steps: Sequence[Escalation]) -> "StepsOut":
        """Return steps as they go out."""
        return cls(kind=kind, steps=[StepBody.of(step) for step in steps])


class DayBody(Asked):
    """A day that a notice names."""

    day: date
    kind: DayKind
    name: Text

    @classmethod
    def of(cls, day: CalendarDay) -> "DayBody":
        """Return a day as it goes out."""
        return cls(day=day.day, kind=day.kind, name=day.name)


class YearIn(Asked):
    """A year as its notice has it: every holiday, weekends within them included, and every day that makes up."""

    source: Source
    days: list[DayBody] = Field(min_length=1, max_length=366)

    def year(self, number: int) -> CalendarYear:
        """Return the year.

        Raises
        ------
        InputError
            If a day lies in another year, or the year cannot have been published so.
        """
        rows = [{"day": d.day.isoformat(), "kind": d.kind, "name": d.name, "source": self.source} for d in self.days]
        years = years_of(rows)
        if [year.year for year in years] != [number]:
            message = f"These days are of {', '.join(str(y.year) for y in years)}, not only of {number}."
            raise InputError(message, field="days")
        return years[0]


class YearOut(Edited):
    """A year of the calendar with the notice it follows."""

    year: int
    source: str
    days: list[DayBody]

    @classmethod
    def of(cls, year: CalendarYear) -> "YearOut":
        """Return a year as it goes out."""
        return cls(year=year.year, source=year.source, days=[DayBody.of(day) for day in year.days])


class CalendarOut(BaseModel):
    """The calendar: what is not named is worked from Monday to Friday. Nothing is reckoned before it or past it."""

    first_day: date | None
    last_day: date | None
    years: list[YearOut]

    @classmethod
    def of(cls, calendar: WorkCalendar) -> "CalendarOut":
        """Return a calendar as it goes out."""
        years = [YearOut.of(year) for year in calendar.years]
        return cls(first_day=calendar.first_day, last_day=calendar.last_day, years=years)


class HoursIn(Asked):
    """Hours of work: for Monday (1) to Sunday (7), and for days that make up for a holiday (0)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name_zh": "窗口服务时间",
                    "name_en": "Service hall",
                    "source": "本区公告",
                    "week": {str(day): "08:30-12:00 13:30-17:30" for day in range(6)},
                }
            ]
        }
    )

    name_zh: Text
    name_en: Text
    source: Source
    week: dict[Annotated[str, Field(pattern="^[0-7]$")], Annotated[str, Field(max_length=200)]] | None = Field(
        description="Per day, like 09:00-12:00 13:00-18:00; null for day and night"
    )

    def hours(self, code: str) -> Hours:
        """Return the hours that this says.

        Raises
        ------
        InputError
            If stretches overlap, are none, or no Monday or make-up day is worked.
        """
        week = None
        if self.week is not None:
            week = {int(day): tuple(segments_of(said)) for day, said in self.week.items()}
            week = {day: segments for day, segments in week.items() if segments}
        return Hours(code, week, self.name_zh, self.source, self.name_en)


class HoursOut(Edited):
    """Hours of work, and who keeps them."""

    code: str
    name_zh: str
    name_en: str
    source: str
    around_the_clock: bool
    week: dict[str, str] = Field(description="Per day: 1 Monday to 7 Sunday, 0 a day that makes up for a holiday")
    kinds: list[str] = Field(description="Kinds of organisation that keep these unless they say otherwise")
    organisations: list[str] = Field(description="Organisations that keep these, unlike their kind")

    @classmethod
    def all_of(cls, kept: HoursKept) -> "list[HoursOut]":
        """Return all hours as they go out."""
        return [cls._of(hours, kept) for hours in kept.hours.values()]

    @classmethod
    def one_of(cls, kept: HoursKept) -> "HoursOut":
        """Return the only hours there are, as they go out."""
        (found,) = cls.all_of(kept)
        return found

    @classmethod
    def _of(cls, h: Hours, kept: HoursKept) -> "HoursOut":
        return cls(
            code=h.code,
            name_zh=h.name,
            name_en=h.name_en,
            source=h.source,
            around_the_clock=h.around_the_clock,
            week={str(day): " ".join(map(str, segments)) for day, segments in sorted((h.week or {}).items())},
            kinds=sorted(kind for kind, code in kept.by_kind.items() if code == h.code),
            organisations=sorted(who for who, code in kept.by_organisation.items() if code == h.code),
        )


class KeepersIn(Asked):
    """Who keeps some hours: one organisation, or all of a kind that have none of their own."""

    organisation: Code | None = None
    kind: OrganisationKind | None = None


class DueOut(BaseModel):
    """When something would be due; null where nothing limits it."""

    due_at: datetime | None

    @classmethod
    def of(cls, due_at: datetime | None) -> "DueOut":
        """Return a deadline as it goes out."""
        return cls(due_at=due_at.astimezone(SHANGHAI) if due_at else None)


class RuleChangeOut(BaseModel):
    """A change of a rule."""

    id: UUID
    at: Moment
    author: str
    what: str
    data: dict[str, Any]
