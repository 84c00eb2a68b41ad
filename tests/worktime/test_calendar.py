"""The calendar: what was published, where it ends, and files that cannot be what was published."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from gridgov.errors import InputError, SetupError
from gridgov.worktime import CalendarYear, DayKind, WorkCalendar
from gridgov.worktime.calendar import MAKE_UP
from gridgov.worktime.published import shipped, years_of

YEARS = [year.year for year in shipped()]


def day(text: str, kind: str = "holiday", name: str = "元旦", source: str = "通知") -> dict[str, str]:
    return {"day": text, "kind": kind, "name": name, "source": source}


PLAIN_2027 = [day("2027-01-01"), day("2027-05-01"), day("2027-10-01")]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_a_shipped_year_is_worked_as_an_independent_calendar_says(calendar, year):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    assert days[-1] == date(year, 12, 31)
    assert [calendar.is_working(d) for d in days] == [chinese_calendar.is_workday(d) for d in days]


@pytest.mark.parametrize(
    ("year", "notice"),
    [(2024, "国办发明电〔2023〕7号"), (2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号")],  # noqa: RUF001 - the notices write them so
)
def test_every_shipped_year_names_its_notice(year, notice):
    assert [notice in y.source for y in shipped() if y.year == year] == [True]


def test_a_sunday_that_makes_up_is_worked_and_has_hours_of_its_own(calendar):
    assert calendar.pattern(date(2026, 1, 4)) == MAKE_UP
    assert calendar.pattern(date(2026, 1, 5)) == 1
    assert calendar.pattern(date(2026, 1, 2)) is None


@pytest.mark.parametrize("beyond", [date(2023, 12, 31), date(2027, 1, 1), date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_that_the_calendar_does_not_reach_is_refused_with_its_end_and_the_command(calendar, beyond):
    with pytest.raises(SetupError, match=f"2024-01-01 to 2026-12-31.*{beyond}.*gridgov rules calendar"):
        calendar.is_working(beyond)


def test_an_empty_calendar_says_that_it_is_empty():
    with pytest.raises(SetupError, match="is empty"):
        WorkCalendar([]).is_working(date(2026, 1, 1))
    assert WorkCalendar([]).working_days == []


@pytest.mark.parametrize("years", [[2024, 2026], [2025, 2025]])
def test_a_calendar_with_a_gap_or_a_year_twice_is_refused(years):
    with pytest.raises(InputError, match="every year in between, once"):
        WorkCalendar([CalendarYear(year, (), "") for year in years])


@pytest.mark.parametrize(
    ("start", "count", "wanted"),
    [
        ((2026, 9, 30), 1, (2026, 10, 8)),  # over National Day
        ((2026, 9, 30), 3, (2026, 10, 10)),  # the Saturday makes up
        ((2026, 2, 13), 1, (2026, 2, 14)),  # a Saturday before the Spring Festival
        ((2026, 2, 13), 2, (2026, 2, 24)),
        ((2026, 2, 17), 1, (2026, 2, 24)),  # from within the holiday
        ((2025, 12, 31), 1, (2026, 1, 4)),  # over the end of a year
    ],
)
def test_working_days_are_counted_over_holidays_and_the_days_that_make_up(calendar, start, count, wanted):
    assert calendar.nth_working_day(date(*start), count) == date(*wanted)


def test_working_days_are_not_counted_past_the_end(calendar):
    assert calendar.nth_working_day(date(2026, 12, 30), 1) == date(2026, 12, 31)
    with pytest.raises(SetupError, match="not reach far enough"):
        calendar.nth_working_day(date(2026, 12, 30), 2)


def test_a_year_is_read_from_its_rows_in_any_order():
    (year,) = years_of(reversed([*PLAIN_2027, day("2027-01-09", "work", "元旦调休")]))
    assert (year.year, year.source) == (2027, "通知")
    assert [(d.day.isoformat(), d.kind) for d in year.days][:2] == [
        ("2027-01-01", DayKind.HOLIDAY),
        ("2027-01-09", DayKind.WORK),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([day("2027-13-01")], "is no day"),
        ([day("01/02/2027")], "is no day"),
        ([day("2027-01-01", "off")], "holiday or work"),
        ([day("2027-01-01", name="")], "has no name"),
        ([{"day": "2027-01-01"}], "has no kind"),
        ([*PLAIN_2027, day("2027-01-01")], "named twice"),
        ([*PLAIN_2027, day("2027-10-01", "work")], "named twice"),
        ([*PLAIN_2027, day("2027-01-04", "work")], "is a weekday"),
        ([day("2027-01-01"), day("2027-10-01")], "lacks Labour Day"),
        ([day("2027-05-01"), day("2027-10-01")], "lacks New Year's Day"),
        ([*PLAIN_2027, day("2027-10-02", source="another notice")], "2 sources"),
        ([*PLAIN_2027, day("2028-01-01")], "2028 lacks Labour Day"),
    ],
)
def test_what_cannot_have_been_published_is_refused(rows, words):
    with pytest.raises(InputError, match=words):
        years_of(rows)
