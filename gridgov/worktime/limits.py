"""Limits: how long a step may take, in whose time, and who hears of it when it took longer."""

from dataclasses import dataclass
from enum import StrEnum

from gridgov.errors import InputError

LONGEST = {"minutes": 527_040, "hours": 8_784, "working_days": 366}
"""What a limit may be at most: a year. Longer is a slip of the pen, and would outlast every published calendar."""


class LimitUnit(StrEnum):
    """What a limit counts in."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working_days"


class LimitKind(StrEnum):
    """What is to be done in time."""

    FILE = "file"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    CONFIRM = "confirm"
    CHECK_IN = "check_in"
    MEASURE = "measure"


class Level(StrEnum):
    """Who is told of what is late."""

    ORGANISATION = "organisation"
    STREET = "street"
    DISTRICT = "district"
    PARENT = "parent"
    """The lowest area that all sides have in common."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time that something may take.

    Minutes and hours count in the organisation's own working time, from the start on (Civil Code, article 201, second
    paragraph: hours count from the beginning; that only working hours count is the field's custom). N working days
    end when the organisation's N-th working day after the day of the start ends: the day of the start does not count
    (article 201, first paragraph), the last day ends with business where there are business hours and at 24:00
    elsewhere (article 203). Nothing at all, in any unit, is at once.

    Attributes
    ----------
    around_the_clock
        Whether minutes and hours count day and night, whatever hours the organisation keeps: what may collapse does
        not wait for Monday. Says nothing about working days.

    Raises
    ------
    InputError
        If the amount is negative or longer than a year.
    """

    amount: int
    unit: LimitUnit
    around_the_clock: bool = False

    def __post_init__(self) -> None:
        most = LONGEST[self.unit]
        if not 0 <= self.amount <= most:
            message = f"A limit of {self.amount} {self.unit} cannot be meant: give 0 to {most}."
            raise InputError(message, field="amount")

    @property
    def seconds(self) -> int | None:
        """How many seconds of working time these are; None for working days, which are not of one length."""
        each = {LimitUnit.MINUTES: 60, LimitUnit.HOURS: 3_600}.get(self.unit)
        return None if each is None else self.amount * each

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{' around the clock' if self.around_the_clock else ''}"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A row of the table of limits: a kind, maybe of one matter, maybe of one priority, and where it comes from."""

    kind: LimitKind
    limit: Limit
    matter_code: str | None = None
    priority: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step of escalation.

    Attributes
    ----------
    step
        1, 2, ... in order of time.
    after
        How long after the deadline itself (not after the step before) it is taken; nothing: at the deadline.
    level
        Whose holders of `role` are told.
    tells_own
        Whether the people of the organisation that is late are told as well.
    """

    step: int
    after: Limit
    level: Level
    role: str
    tells_own: bool = True
    source: str = ""
