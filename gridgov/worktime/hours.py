"""Hours: when an organisation works, as segments of the day per weekday, and the line of time they make."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.worktime.calendar import MAKE_UP, WorkCalendar

DAY_MINUTES = 24 * 60
_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A stretch of work within a day, in minutes since midnight, Asia/Shanghai; 1440 is its end.

    Raises
    ------
    InputError
        If it does not lie within a day or has no length.
    """

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < self.end_minute <= DAY_MINUTES:
            message = f"Hours from minute {self.start_minute} to {self.end_minute}: they must lie within one day."
            raise InputError(message, field="segments")

    def __str__(self) -> str:
        return f"{clock_face(self.start_minute)}-{clock_face(self.end_minute)}"


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours an organisation keeps on working days.

    Parameters
    ----------
    week
        The segments of each day: 1 (Monday) to 7 (Sunday), and 0 for a day that makes up for a holiday: notices do
        not say which weekday such a day stands for, so it has hours of its own. Days left out are not worked, and
        whatever is written for Saturday counts only where the calendar calls Saturday a working day. None: day and
        night, every day.

    Raises
    ------
    InputError
        If segments overlap, a day is none of the eight, or neither Monday nor a make-up day is worked at all.
    """

    code: str
    week: Mapping[int, tuple[Segment, ...]] | None = field(default=None, hash=False)
    name: str = ""
    source: str = ""
    name_en: str = ""

    def __post_init__(self) -> None:
        if self.week is None:
            return
        for day, segments in self.week.items():
            if day not in range(8):
                message = f"Day {day} is none: 1 (Monday) to 7 (Sunday), 0 for days that make up for a holiday."
                raise InputError(message, field="segments")
            if any(b.start_minute < a.end_minute for a, b in pairwise(sorted(segments))):
                message = f"The hours {self.code} overlap on day {day}: give each stretch once, in order."
                raise InputError(message, field="segments")
        if not self.week.get(1) or not self.week.get(MAKE_UP):
            message = f"The hours {self.code} leave out Mondays (1) or make-up days (0): a deadline might never come."
            raise InputError(message, field="segments")

    @property
    def around_the_clock(self) -> bool:
        """Whether these are all hours of all days."""
        return self.week is None

    def on(self, pattern: int | None) -> tuple[Segment, ...]:
        """Return the segments of a day by the calendar's pattern."""
        if self.week is None:
            return (Segment(0, DAY_MINUTES),)
        return () if pattern is None else tuple(sorted(self.week.get(pattern, ())))


ALWAYS = Hours("around_the_clock", None, "7x24", name_en="Day and night")


class Timeline(Protocol):
    """Working time as a line: how much of it passed, and when so much of it has passed. Instants are UTC."""

    def after(self, start: datetime, micros: int) -> datetime:
        """Return the first instant from `start` on by which `micros` have passed (negative: the last before)."""

    def between(self, start: datetime, end: datetime) -> int:
        """Return the microseconds of working time between two instants; negative if `end` comes first."""

    def end_of(self, start: datetime, days: int) -> datetime:
        """Return when the `days`-th working day after the day of `start` ends."""


class Always:
    """The line of those who work day and night."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def after(self, start: datetime, micros: int) -> datetime:
        """Return the instant `micros` later."""
        return start + micros * _MICRO

    def between(self, start: datetime, end: datetime) -> int:
        """Return the microseconds between two instants."""
        return (end - start) // _MICRO

    def end_of(self, start: datetime, days: int) -> datetime:
        """Return 24:00 of the `days`-th working day after the day of `start`."""
        day = self._calendar.nth_working_day(local_day(start), days)
        return _at(_micros(day, DAY_MINUTES))


class Worked:
    """The line of those who keep hours: every stretch of work in order, with the working time before it.

    All of the calendar is laid out once, so that an answer costs two searches, however far away it is.
    """

    def __init__(self, calendar: WorkCalendar, hours: Hours) -> None:
        self._calendar = calendar
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._days: list[date] = []
        self._closings: list[int] = []
        passed = 0
        for day, pattern in calendar.days():
            for segment in hours.on(pattern):
                start, end = _micros(day, segment.start_minute), _micros(day, segment.end_minute)
                self._starts.append(start)
                self._ends.append(end)
                self._before.append(passed)
                passed += end - start
            if hours.on(pattern):
                self._days.append(day)
                self._closings.append(self._ends[-1])
        self._total = passed

    def after(self, start: datetime, micros: int) -> datetime:
        """See `Timeline.after`.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach it, or does not know the day of `start`.
        """
        if micros == 0:
            return start
        target = self._passed(start) + micros
        if not 0 <= target <= self._total:
            raise self._calendar.ends()
        # Where one stretch ends and the next begins the same time has passed: forwards it is the end, backwards the
        # beginning, so that no deadline falls at the opening of a day on which nothing of it is left.
        place = (bisect_left if micros > 0 else bisect_right)(self._before, target) - 1
        return _at(self._starts[place] + target - self._before[place])

    def between(self, start: datetime, end: datetime) -> int:
        """See `Timeline.between`.

        Raises
        ------
        CalendarEndsError
            If the calendar does not know one of the days.
        """
        return self._passed(end) - self._passed(start)

    def end_of(self, start: datetime, days: int) -> datetime:
        """Return when business ends on the `days`-th day of work after the day of `start`.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach it.
        """
        day = local_day(start)
        if not self._calendar.knows(day):
            raise self._calendar.ends(day)
        place = bisect_right(self._days, day) + days - 1
        if place >= len(self._days):
            raise self._calendar.ends()
        return _at(self._closings[place])

    def _passed(self, at: datetime) -> int:
        if not self._calendar.knows(local_day(at)):
            raise self._calendar.ends(local_day(at))
        now = (at - _EPOCH) // _MICRO
        place = bisect_right(self._starts, now) - 1
        if place < 0:
            return 0
        return self._before[place] + min(now, self._ends[place]) - self._starts[place]


def timeline(calendar: WorkCalendar, hours: Hours) -> Timeline:
    """Return the line of time that these hours make in this calendar."""
    return Always(calendar) if hours.around_the_clock else Worked(calendar, hours)


def local_day(at: datetime) -> date:
    """Return the day in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def clock_face(minute: int) -> str:
    """Return a minute of the day as ``HH:MM``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _micros(day: date, minute: int) -> int:
    # The clock's face, not a length of time: in 1986-1991 a day in Shanghai could have 23 or 25 hours.
    whole, rest = divmod(minute, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), SHANGHAI)
    return (local - _EPOCH) // _MICRO


def _at(micros: int) -> datetime:
    return _EPOCH + micros * _MICRO


def segments_of(text: str) -> Sequence[Segment]:
    """Return the segments that ``09:00-12:00 13:30-17:30`` says.

    Raises
    ------
    InputError
        If it says something else.
    """
    try:
        pairs = [part.split("-") for part in text.split()]
        return [Segment(_minute(start), _minute(end)) for start, end in pairs]
    except ValueError as error:
        message = f"{text!r} are no hours: write them like 09:00-12:00 13:30-17:30."
        raise InputError(message, field="segments") from error


def _minute(face: str) -> int:
    hour, minute = face.split(":")
    if not (0 <= int(hour) <= 24 and 0 <= int(minute) < 60 and len(minute) == 2):
        raise ValueError(face)
    return int(hour) * 60 + int(minute)
