"""Years of the calendar as they are published: days of a notice, parsed and checked before anything is reckoned."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import groupby

from gridgov.errors import InputError
from gridgov.worktime.calendar import CalendarDay, CalendarYear, DayKind

COLUMNS = ("day", "kind", "name", "source")

_ALWAYS_HOLIDAYS = ((1, 1, "New Year's Day"), (5, 1, "Labour Day"), (10, 1, "National Day"))
"""Holidays with a date of the sun's calendar: Regulation on Holidays (State Council Order 795, 2024), article 2."""


def shipped() -> Sequence[CalendarYear]:
    """Return the years that come with the package."""
    text = files("gridgov.worktime").joinpath("data", "holidays.csv").read_text(encoding="utf-8")
    return years_of(csv.DictReader(text.splitlines()))


def years_of(rows: Iterable[Mapping[str, str | None]]) -> Sequence[CalendarYear]:
    """Return the years that rows of ``day, kind (holiday or work), name, source`` make.

    Only days that a notice names have rows; plain weekdays and weekends follow from the rule.

    Raises
    ------
    InputError
        If a row is no day, a day is named twice, a weekday is called a make-up day, a year lacks a holiday that every
        year has, or has several sources or none: then its year is not one that was published.
    """
    days = sorted((_day(number, row) for number, row in enumerate(rows, start=2)), key=lambda d: d[0].day)
    return [_year(year, list(found)) for year, found in groupby(days, key=lambda d: d[0].day.year)]


def _day(number: int, row: Mapping[str, str | None]) -> tuple[CalendarDay, str]:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in COLUMNS if not said[name]]
    if missing:
        message = f"Line {number} has no {missing[0]}: each day needs {', '.join(COLUMNS)}."
        raise InputError(message, field=missing[0])
    try:
        day = date.fromisoformat(said["day"])
    except ValueError as error:
        message = f"Line {number}: {said['day']!r} is no day; write it like 2027-01-01."
        raise InputError(message, field="day") from error
    if said["kind"] not in set(DayKind):
        message = f"Line {number}: a day is holiday or work, not {said['kind']!r}."
        raise InputError(message, field="kind")
    return CalendarDay(day, DayKind(said["kind"]), said["name"]), said["source"]


def _year(year: int, found: list[tuple[CalendarDay, str]]) -> CalendarYear:
    days = [day for day, _ in found]
    sources = {source for _, source in found}
    if len(sources) > 1:
        message = f"The year {year} has {len(sources)} sources: one notice decides about a year."
        raise InputError(message, field="source")
    kinds: dict[date, DayKind] = {}
    for named in days:
        if named.day in kinds:
            message = f"{named.day} is named twice ({kinds[named.day]}, {named.kind}): once is enough."
            raise InputError(message, field="day")
        kinds[named.day] = named.kind
        if named.kind is DayKind.WORK and named.day.isoweekday() <= 5:
            message = f"{named.day} is a weekday and worked anyway: only a Saturday or Sunday makes up for a holiday."
            raise InputError(message, field="kind")
    for month, day_of_month, name in _ALWAYS_HOLIDAYS:
        if kinds.get(date(year, month, day_of_month)) is not DayKind.HOLIDAY:
            message = f"The year {year} lacks {name}: load whole years, as the notice names their days."
            raise InputError(message, field="day")
    return CalendarYear(year, tuple(days), sources.pop())
