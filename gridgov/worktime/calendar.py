"""The working calendar: holidays and the days that make up for them, as they are published year by year."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from gridgov.errors import InputError, SetupError

MAKE_UP = 0
"""Stands among the ISO weekdays (1 to 7) for a day that makes up for a holiday."""


class CalendarEndsError(SetupError):
    """A day that no published calendar reaches: until its year is loaded, nobody can say how much of it is worked."""


class DayKind(StrEnum):
    """What is special about a day."""

    HOLIDAY = "holiday"
    WORK = "work"
    """A Saturday or Sunday on which one works, to make up for a holiday."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that a notice names."""

    day: date
    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year as it was published: its special days, and the notice that names them."""

    year: int
    days: tuple[CalendarDay, ...]
    source: str


class WorkCalendar:
    """Which days are worked: Monday to Friday, less the holidays, with the days that make up for them.

    Parameters
    ----------
    years
        Published years, without a gap between them. Nothing is known before the first and after the last.

    Raises
    ------
    InputError
        If a year is given twice or one in between is missing.
    """

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self.years: Sequence[CalendarYear] = sorted(years, key=lambda y: y.year)
        for before, after in pairwise(self.years):
            if after.year != before.year + 1:
                message = (
                    f"The calendar jumps from {before.year} to {after.year}: every year in between, once. "
                    "`gridgov rules calendar FILE` loads years."
                )
                raise InputError(message, field="day")
        self._days: Mapping[date, DayKind] = {d.day: d.kind for year in self.years for d in year.days}

    @property
    def first_day(self) -> date | None:
        """The first day that the calendar knows; None if it is empty."""
        return date(self.years[0].year, 1, 1) if self.years else None

    @property
    def last_day(self) -> date | None:
        """The last day that the calendar knows; None if it is empty."""
        return date(self.years[-1].year, 12, 31) if self.years else None

    def is_working(self, day: date) -> bool:
        """Return whether `day` is worked.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach that day.
        """
        return self.pattern(day) is not None

    def pattern(self, day: date) -> int | None:
        """Return by which day's hours one works: the ISO weekday, `MAKE_UP`, or None on a day off.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach that day.
        """
        if not self.knows(day):
            raise self.ends(day)
        kind = self._days.get(day)
        if kind is DayKind.WORK:
            return MAKE_UP
        return None if kind is DayKind.HOLIDAY or day.isoweekday() > 5 else day.isoweekday()

    def knows(self, day: date) -> bool:
        """Return whether the calendar reaches `day`."""
        return self.first_day is not None and self.last_day is not None and self.first_day <= day <= self.last_day

    def ends(self, wanted: date | None = None) -> CalendarEndsError:
        """Return the error that says where the calendar ends; `wanted` is the day that it does not reach."""
        span = f"goes from {self.first_day} to {self.last_day}" if self.years else "is empty"
        missed = f" and does not reach {wanted}" if wanted else " and does not reach far enough"
        message = (
            f"The working calendar {span}{missed}: load the year that is missing with `gridgov rules calendar FILE`, "
            "as the State Council's notice on holidays names its days."
        )
        return CalendarEndsError(message, field="day")

    def days(self) -> Iterator[tuple[date, int | None]]:
        """Yield every day with its pattern, in order."""
        if self.first_day is None or self.last_day is None:
            return
        for number in range((self.last_day - self.first_day).days + 1):
            day = self.first_day + timedelta(days=number)
            yield day, self.pattern(day)

    @cached_property
    def working_days(self) -> Sequence[date]:
        """All days that are worked, in order."""
        return [day for day, pattern in self.days() if pattern is not None]

    def nth_working_day(self, after: date, count: int) -> date:
        """Return the `count`-th working day after the day `after`, which itself does not count.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach it.
        """
        if not self.knows(after):
            raise self.ends(after)
        place = bisect_right(self.working_days, after) + count - 1
        if place >= len(self.working_days):
            raise self.ends()
        return self.working_days[place]
