"""Deadlines: what each unit means, which limit decides, and what must hold for every instant and amount."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError, SetupError
from gridgov.worktime import (
    ALWAYS,
    CalendarYear,
    Hours,
    Kept,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
    Segment,
    WorkCalendar,
    WorkRules,
)
from gridgov.worktime.hours import segments_of
from gridgov.worktime.published import shipped
from tests.worktime.conftest import AFTERNOON, DAYS, HOURS, MINUTES, MORNING, OFFICE, rules_with

RULES = rules_with()
ORGANISATIONS = ["OFFICE", "FRIDAYS", "LATE", "STATION", None]
HANDLE = LimitKind.HANDLE


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def shown(at: datetime | None) -> str:
    assert at is not None
    assert at.tzinfo is UTC
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


instants = st.datetimes(datetime(2024, 6, 1), datetime(2026, 4, 1)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware
seconds = st.integers(0, 60 * 8 * 3_600)
whose = st.sampled_from(ORGANISATIONS)
limits = st.one_of(
    st.builds(Limit, st.integers(0, 10_000), st.just(MINUTES), st.booleans()),
    st.builds(Limit, st.integers(0, 200), st.just(HOURS), st.booleans()),
    st.builds(Limit, st.integers(0, 60), st.just(DAYS)),
)


def is_working(at: datetime, organisation: str | None, *, closing: bool = False) -> bool:
    """Say independently of the line of time whether somebody works at an instant (or ends at it)."""
    hours = RULES.hours(organisation)
    if hours.around_the_clock:
        return True
    when = (at - timedelta(microseconds=1) if closing else at).astimezone(SHANGHAI)
    minute = when.hour * 60 + when.minute
    segments = hours.on(RULES.calendar.pattern(when.date()))
    return any(s.start_minute <= minute < s.end_minute for s in segments)


# --- what each unit means


@pytest.mark.parametrize(
    ("start", "limit", "wanted"),
    [
        (local(2026, 6, 15, 9), Limit(30, MINUTES), "06-15 09:30"),
        (local(2026, 6, 15, 11, 50), Limit(30, MINUTES), "06-15 13:20"),  # over lunch
        (local(2026, 6, 15, 11), Limit(1, HOURS), "06-15 12:00"),  # the end of the morning, not the start of the next
        (local(2026, 6, 18, 17), Limit(2, HOURS), "06-22 10:00"),  # over the Dragon Boat Festival
        (local(2026, 6, 20, 3), Limit(1, HOURS), "06-22 10:00"),  # from within it
        (local(2026, 6, 18, 17), Limit(2, HOURS, around_the_clock=True), "06-18 19:00"),
        (local(2026, 6, 20, 3), Limit(0, HOURS), "06-20 03:00"),  # at once is at once, even at night
        (local(2026, 6, 15, 9), Limit(1, DAYS), "06-16 18:00"),  # the day of the start does not count
        (local(2026, 6, 15, 23, 59), Limit(1, DAYS), "06-16 18:00"),
        (local(2026, 6, 16, 0, 0), Limit(1, DAYS), "06-17 18:00"),
        (local(2026, 6, 18, 9), Limit(1, DAYS), "06-22 18:00"),
        (local(2026, 9, 30, 9), Limit(3, DAYS), "10-10 18:00"),  # a Saturday that makes up
    ],
)
def test_a_limit_ends_in_an_office(rules, start, limit, wanted):
    assert shown(rules.add(start, limit, "OFFICE")) == wanted


@pytest.mark.parametrize(
    ("start", "limit", "wanted"),
    [
        (local(2026, 6, 20, 3), Limit(2, HOURS), "06-20 05:00"),
        (local(2026, 6, 18, 9), Limit(1, DAYS), "06-23 00:00"),  # 24:00 of the next working day
    ],
)
def test_a_limit_ends_where_somebody_is_always_awake(rules, start, limit, wanted):
    assert shown(rules.add(start, limit, "STATION")) == wanted
    assert shown(rules.add(start, limit, None)) == wanted


def test_each_organisation_ends_its_day_by_its_own_hours(rules):
    thursday = local(2026, 6, 11, 10)
    assert shown(rules.add(thursday, Limit(1, DAYS), "FRIDAYS")) == "06-12 12:00"
    assert shown(rules.add(thursday, Limit(1, DAYS), "LATE")) == "06-13 00:00"


def test_the_answer_does_not_depend_on_the_offset_the_question_is_asked_in(rules):
    at = local(2026, 6, 15, 11, 50)
    elsewhere = at.astimezone(timezone(timedelta(hours=-7)))
    assert rules.after(at, 1_800, "OFFICE") == rules.after(elsewhere, 1_800, "OFFICE")
    assert rules.worked(elsewhere, at + timedelta(days=3), "OFFICE") == rules.worked(
        at, elsewhere + timedelta(days=3), "OFFICE"
    )


def test_a_time_without_an_offset_is_refused(rules):
    with pytest.raises(InputError, match="no offset"):
        rules.after(datetime(2026, 6, 15, 9), 60, "OFFICE")  # noqa: DTZ001 - that is the point


# --- what must hold for every instant


@given(instants, seconds, whose)
def test_what_was_worked_until_then_is_what_was_asked_for(start, amount, organisation):
    assert RULES.worked(start, RULES.after(start, amount, organisation), organisation) == amount
    assert RULES.worked(start, RULES.after(start, -amount, organisation), organisation) == -amount


@given(instants, instants, seconds, whose)
def test_who_begins_later_ends_no_earlier(a, b, amount, organisation):
    first, second = sorted((a, b))
    assert RULES.after(first, amount, organisation) <= RULES.after(second, amount, organisation)


@given(instants, seconds, seconds, whose)
def test_a_longer_time_ends_no_earlier(start, a, b, organisation):
    short, long = sorted((a, b))
    assert RULES.after(start, short, organisation) <= RULES.after(start, long, organisation)


@given(instants, seconds, seconds, whose)
def test_two_stretches_one_after_the_other_are_one(start, a, b, organisation):
    between = RULES.after(start, a, organisation)
    assert RULES.after(between, b, organisation) == RULES.after(start, a + b, organisation)


@given(instants, instants, instants, whose)
def test_worked_time_adds_up_and_turns_with_its_direction(a, b, c, organisation):
    a, b, c = (at.replace(microsecond=0) for at in (a, b, c))
    worked = RULES.worked
    assert worked(a, b, organisation) + worked(b, c, organisation) == worked(a, c, organisation)
    assert worked(a, b, organisation) == -worked(b, a, organisation)


@given(instants, st.integers(1, 60 * 8 * 3_600), whose)
def test_no_deadline_falls_where_nobody_works(start, amount, organisation):
    assert is_working(RULES.after(start, amount, organisation), organisation, closing=True)


@given(instants, st.integers(1, 60), whose)
def test_working_days_end_with_the_work_of_a_working_day(start, days, organisation):
    end = RULES.add(start, Limit(days, DAYS), organisation)
    assert is_working(end, organisation, closing=True)
    last = (end - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    first = start.astimezone(SHANGHAI).date()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(RULES.calendar.is_working(day) for day in between) == days


@given(instants, limits, whose)
def test_no_limit_ends_before_it_begins(start, limit, organisation):
    assert RULES.add(start, limit, organisation) >= start


@given(instants, st.integers(0, 60), st.integers(0, 60), whose)
def test_working_days_one_after_the_other_add_up(start, a, b, organisation):
    # Where a day ends at 24:00, its end is the next day's beginning: the next count must start on the day it ends.
    between = RULES.add(start, Limit(a, DAYS), organisation)
    assume(a == 0 or between.astimezone(SHANGHAI).hour != 0)
    assert RULES.add(between, Limit(b, DAYS), organisation) == RULES.add(start, Limit(a + b, DAYS), organisation)


@given(instants, instants, st.integers(1, 30), whose)
def test_working_days_too_end_no_earlier_for_who_begins_later(a, b, days, organisation):
    first, second = sorted((a, b))
    limit = Limit(days, DAYS)
    assert RULES.add(first, limit, organisation) <= RULES.add(second, limit, organisation)


@given(instants, st.lists(st.tuples(st.integers(0, 500_000), st.integers(0, 500_000)), max_size=5), whose)
def test_suspending_and_resuming_keeps_what_is_left(start, pauses, organisation):
    whole = 20 * 8 * 3_600
    due, now, spent = RULES.after(start, whole, organisation), start, 0
    for running, paused in pauses:
        ran = now + timedelta(seconds=running)
        spent += RULES.worked(now, ran, organisation)
        left = RULES.worked(ran, due, organisation)
        now = ran + timedelta(seconds=paused)
        due = RULES.after(now, left, organisation)
        assert abs(left - (whole - spent)) <= len(pauses)  # a second's fraction is lost at most each time
        assert RULES.worked(now, due, organisation) == left


def test_what_is_late_stays_as_late_over_a_suspension(rules):
    due, paused, resumed = local(2026, 6, 15, 10), local(2026, 6, 15, 11), local(2026, 6, 16, 9, 30)
    left = rules.worked(paused, due, "OFFICE")
    assert left == -3_600
    assert shown(rules.after(resumed, left, "OFFICE")) == "06-15 17:30"


# --- the clock's face


def test_daylight_saving_of_the_eighties_moves_no_opening_hour():
    # In 1986 clocks went forward on 4 May at 02:00 and back on 14 September at 02:00 (IANA tz database, file asia).
    year = WorkCalendar([CalendarYear(1986, (), "-")])
    rules = WorkRules(
        year, Kept({"OFFICE": OFFICE, "NIGHT": Hours("night", dict.fromkeys(range(8), (Segment(0, 360),)))}), [], {}
    )
    assert rules.after(local(1986, 5, 2, 17, 30), 3_600, "OFFICE") == local(1986, 5, 5, 9, 30)
    assert local(1986, 5, 5, 9).utcoffset() == timedelta(hours=9)
    assert rules.worked(local(1986, 5, 2, 0), local(1986, 5, 6, 0), "OFFICE") == 16 * 3_600
    assert rules.after(local(1986, 5, 4, 1), 2 * 3_600, None) == local(1986, 5, 4, 4)  # an hour that was not there


# --- the end of the calendar


def test_past_the_end_nothing_is_reckoned(rules):
    last = local(2026, 12, 31, 17)
    assert shown(rules.after(last, 3_600, "OFFICE")) == "12-31 18:00"
    for amount in (3_601, 10**9):
        with pytest.raises(SetupError, match=r"2026-12-31.*gridgov rules calendar"):
            rules.after(last, amount, "OFFICE")
    with pytest.raises(SetupError, match="2027-01-01"):
        rules.worked(last, local(2027, 1, 1), "OFFICE")
    with pytest.raises(SetupError):
        rules.add(last, Limit(1, DAYS), None)
    with pytest.raises(SetupError):
        rules.add(local(2027, 3, 1), Limit(1, DAYS), "OFFICE")
    with pytest.raises(SetupError, match="2024-01-01"):
        rules.after(local(2024, 1, 2, 9), -9 * 3_600, "OFFICE")


def test_who_is_always_awake_needs_no_calendar(rules):
    assert rules.after(local(2030, 1, 1), 3_600, None) == local(2030, 1, 1, 1)
    assert rules.add(local(2030, 1, 1), Limit(2, HOURS, around_the_clock=True), "OFFICE") == local(2030, 1, 1, 2)


# --- which limit decides


def row(amount: int, matter: str | None = None, priority: int | None = None) -> LimitRow:
    return LimitRow(HANDLE, Limit(amount, MINUTES), matter, priority)


OWN = {(1, "m", HANDLE): Limit(30, MINUTES), (2, "m", HANDLE): Limit(31, MINUTES)}


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ([], 31),  # what the list in force says
        ([row(1), row(2, priority=2)], 31),
        ([row(1), row(3, "m")], 3),
        ([row(3, "m"), row(4, "m", 2)], 4),
        ([row(3, "m"), row(4, "m", 1)], 3),
    ],
)
def test_the_matter_decides_before_its_list_and_its_list_before_the_priority(table, wanted):
    rules = rules_with(*table, own=OWN, list_version=2)
    assert rules.limit("handle", "m", 2) == Limit(wanted, MINUTES)


def test_a_case_keeps_the_limits_of_the_list_that_judged_it():
    rules = rules_with(own=OWN, list_version=2)
    assert rules.limit("handle", "m", 2, list_version=1) == Limit(30, MINUTES)
    assert rules.due_at("handle", "m", 2, local(2026, 6, 15, 9), "OFFICE", list_version=1) == local(2026, 6, 15, 9, 30)


@pytest.mark.parametrize(("priority", "wanted"), [(2, 2), (3, 1), (None, 1)])
def test_without_a_word_on_the_matter_the_priority_decides_and_then_the_kind(priority, wanted):
    rules = rules_with(row(1), row(2, priority=2), row(9, "another"))
    assert rules.limit("handle", "m", priority) == Limit(wanted, MINUTES)


def test_what_nothing_limits_is_never_due():
    assert rules_with(row(1)).due_at("accept", "m", 2, local(2026, 6, 15, 9), "OFFICE") is None


def test_whose_time_a_limit_is_counted_in_depends_on_the_limit():
    rules = rules_with(row(1))
    assert rules.counted_in(Limit(2, HOURS, around_the_clock=True), "OFFICE") == ALWAYS
    assert rules.counted_in(Limit(2, HOURS), "OFFICE") == rules.hours("OFFICE")
    # Working days are days of work however urgent they are.
    assert rules.counted_in(Limit(2, DAYS, around_the_clock=True), "OFFICE") == rules.hours("OFFICE")
    assert rules.counted_in(None, "OFFICE") == rules.hours("OFFICE")


# --- what follows


def test_steps_of_escalation_come_in_order_after_the_deadline(rules):
    due = local(2026, 6, 20, 3)
    assert [e.step for e in rules.escalations("check_in")] == [1, 2]
    first, at_once = rules.next_escalation("check_in", 0, due, "OFFICE")
    second, later = rules.next_escalation("check_in", first.step, due, "OFFICE")
    assert (at_once, later) == (due, due + timedelta(minutes=30))
    assert rules.next_escalation("check_in", second.step, due, "OFFICE") is None
    assert rules.escalations("close") == ()


# --- bad input


def test_unknown_names_are_refused(rules):
    with pytest.raises(InputError, match=r"'nap'.*file, dispatch"):
        rules.limit("nap", "m", 1)
    with pytest.raises(InputError, match="'nap'"):
        rules.escalations("nap")
    with pytest.raises(InputError, match="no organisation 'X'"):
        rules.due_at("handle", "m", 1, local(2026, 6, 15), "X") or rules.after(local(2026, 6, 15), 1, "X")


@pytest.mark.parametrize(
    ("amount", "unit"), [(-1, MINUTES), (-1, DAYS), (367, DAYS), (8_785, HOURS), (10**12, MINUTES)]
)
def test_a_limit_that_cannot_be_meant_is_refused(amount, unit):
    with pytest.raises(InputError, match="cannot be meant"):
        Limit(amount, LimitUnit(unit))


@pytest.mark.parametrize(
    "week",
    [
        {1: (MORNING,)},  # no make-up days
        {0: (MORNING,), 2: (MORNING,)},  # no Mondays
        {},
        {0: (MORNING,), 1: (MORNING, Segment(11 * 60, 13 * 60))},
        {0: (MORNING,), 1: (MORNING, MORNING)},
        {0: (MORNING,), 1: (MORNING,), 8: (AFTERNOON,)},
    ],
)
def test_hours_by_which_no_deadline_would_come_or_that_overlap_are_refused(week):
    with pytest.raises(InputError):
        Hours("bad", week)


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (60, 60), (120, 60), (0, 1_441)])
def test_a_stretch_of_work_lies_within_a_day(start, end):
    with pytest.raises(InputError, match="within one day"):
        Segment(start, end)


def test_segments_are_read_as_people_write_them():
    assert segments_of("09:00-12:00 13:00-18:00") == [MORNING, AFTERNOON]
    assert str(segments_of("14:00-24:00")[0]) == "14:00-24:00"
    assert segments_of("") == []


@pytest.mark.parametrize(
    "text", ["9-12", "09:00", "09:00-25:00", "09:60-10:00", "a:b-c:d", "09:00-12:00-13:00", "09:00-24:30"]
)
def test_segments_that_mean_nothing_are_refused(text):
    with pytest.raises(InputError):
        segments_of(text)


def test_a_calendar_of_one_year_lays_out_every_working_day():
    (year,) = [y for y in shipped() if y.year == 2026]
    calendar = WorkCalendar([year])
    assert len(calendar.working_days) == sum(
        calendar.is_working(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)
    )
    assert len(calendar.working_days) == 248
