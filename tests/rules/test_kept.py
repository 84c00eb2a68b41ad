"""Rules as they are kept: what comes with an installation, what starting again does, and when all see them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, event, update

from gridgov.organisations import OrganisationKind
from gridgov.store.reference import ensure_reference
from gridgov.store.tables import calendar_day, calendar_year, time_limit
from gridgov.worktime import Level, Limit, LimitKind, LimitRow, LimitUnit
from tests.rules.ruling import OFFICE, local, rules


def test_an_installation_knows_its_years_and_who_keeps_which_hours(store):
    found = rules(store)
    assert [year.year for year in found.calendar.years] == [2024, 2025, 2026]
    assert not found.hours(OFFICE).around_the_clock
    assert found.hours(None).around_the_clock
    with store.transaction() as unit:
        kinds = unit.worktime.hours_by_kind()
    assert set(kinds) == set(OrganisationKind)


@pytest.mark.parametrize("kind", list(LimitKind))
def test_everything_that_has_a_limit_has_one_and_somebody_is_told_when_it_is_missed(store, kind):
    found = rules(store)
    assert found.limit(kind, None, 2) is not None
    steps = found.escalations(kind)
    assert steps[0].step == 1
    assert steps[0].after.amount == 0
    assert [b.step - a.step for a, b in pairwise(steps)] == [1] * (len(steps) - 1)


def test_every_shipped_rule_says_where_it_comes_from(store):
    with store.transaction() as unit:
        sources = [row.source for row in unit.worktime.limits()]
        sources += [step.source for steps in unit.worktime.escalations().values() for step in steps]
        sources += [hours.source for hours in unit.worktime.hours().values()]
        sources += [year.source for year in unit.worktime.calendar().years]
    assert all(sources)


def test_the_steps_of_a_missed_check_in_are_at_once_and_half_an_hour_later(store):
    due = local(2026, 6, 20, 3)
    first, second = rules(store).escalations("check_in")
    assert (first.level, second.level, first.role) == (Level.DISTRICT, Level.DISTRICT, "command_centre")
    assert rules(store).next_escalation("check_in", 1, due, OFFICE) == (second, due + timedelta(minutes=30))
    (above,) = rules(store).escalations("confirm")
    assert above.level is Level.PARENT


def test_starting_again_brings_back_nothing_that_was_taken_away_or_changed(store, book):
    book.drop_limit(None, "close", None, None)
    book.put_escalations(None, "close", [])
    with store.transaction() as unit:
        unit.connection.execute(update(time_limit).where(time_limit.c.kind == "verify").values(amount=7))
        unit.connection.execute(delete(calendar_day).where(calendar_day.c.day == date(2025, 1, 1)))
        ensure_reference(unit.connection)
    with store.transaction() as unit:
        assert LimitKind.CLOSE not in {row.kind for row in unit.worktime.limits()}
        assert LimitKind.CLOSE not in unit.worktime.escalations()
        assert {row.limit.amount for row in unit.worktime.limits() if row.kind is LimitKind.VERIFY} == {7}
        assert unit.worktime.calendar().is_working(date(2025, 1, 1))


def test_starting_again_adds_a_year_that_is_missing(store):
    with store.transaction() as unit:
        unit.connection.execute(delete(calendar_day).where(calendar_day.c.year == 2026))
        unit.connection.execute(delete(calendar_year).where(calendar_year.c.year == 2026))
        ensure_reference(unit.connection)
        assert unit.worktime.calendar().last_day == date(2026, 12, 31)


def test_what_is_undone_leaves_no_rule_behind(store):
    before = rules(store)
    row = LimitRow(LimitKind.HANDLE, Limit(1, LimitUnit.MINUTES), source="s")

    def change_and_fail() -> None:
        with store.transaction() as unit:
            unit.worktime.put_limit(row)
            unit.worktime.log_change("limit", {}, at=datetime.now(UTC), author="test")
            assert unit.worktime.rules().limit("handle", None, None) == row.limit
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert rules(store).limit("handle", None, None) == before.limit("handle", None, None)


def test_rules_are_read_once_until_one_changes(store, book):
    first = rules(store)
    assert rules(store) is first
    book.put_limit(None, LimitRow(LimitKind.CLOSE, Limit(3, LimitUnit.HOURS), source="s"))
    second = rules(store)
    assert second is not first
    assert second.limit("close", None, None) == Limit(3, LimitUnit.HOURS)


def test_rules_are_read_with_few_questions(store):
    rules(store)
    asked = []
    with store.transaction() as unit:
        unit.connection.exec_driver_sql("SELECT 1")
        engine = unit.connection.engine
        event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        unit.worktime.rules()
    assert len([statement for statement in asked if "rule_change" in statement]) == 1
