"""The calendar's years, who keeps which hours, and the steps of escalation."""

from datetime import date

import pandas as pd
import pytest

from gridgov.errors import InputError, NotFoundError, SetupError
from gridgov.services.registering import register_organisations
from gridgov.worktime import Hours, Limit, LimitUnit, Segment
from gridgov.worktime.published import years_of
from tests.rules.ruling import OFFICE, YEAR_2027, local, rules, step


def test_a_further_year_makes_deadlines_possible_that_were_not(store, book):
    late, limit = local(2026, 12, 31, 9), Limit(2, LimitUnit.WORKING_DAYS)
    with pytest.raises(SetupError, match="2026-12-31"):
        rules(store).add(late, limit, OFFICE)
    assert book.put_years(None, YEAR_2027).last_day == date(2027, 12, 31)
    assert rules(store).add(late, limit, OFFICE) == local(2027, 1, 5, 18)


def test_a_year_that_leaves_a_gap_is_refused(book):
    beyond = years_of(
        {"day": day, "kind": "holiday", "name": "节", "source": "n"}
        for day in ("2029-01-01", "2029-05-01", "2029-10-01")
    )
    with pytest.raises(InputError, match="2026 to 2029"):
        book.put_years(None, beyond)


def test_loading_the_same_year_again_changes_nothing(book):
    book.put_years(None, YEAR_2027)
    before = book.changes(None, limit=50)
    book.put_years(None, YEAR_2027)
    assert book.changes(None, limit=50) == before


def test_a_year_is_replaced_as_a_whole(store, book):
    book.put_years(None, YEAR_2027)
    more = years_of(
        {"day": day, "kind": "holiday", "name": "节", "source": "corrected"}
        for day in ("2027-01-01", "2027-05-01", "2027-10-01", "2027-10-04")
    )
    book.put_years(None, more)
    assert not rules(store).calendar.is_working(date(2027, 10, 4))
    assert rules(store).calendar.years[-1].source == "corrected"


def test_an_organisation_may_keep_other_hours_than_its_kind(store, book):
    hall = Hours("hall", dict.fromkeys(range(6), (Segment(480, 720),)), "大厅", "announced", "Hall")
    book.put_hours(None, hall)
    book.keep_hours(None, "hall", organisation_code=OFFICE)
    found = rules(store)
    assert found.hours(OFFICE) == hall
    assert found.hours("370102-D-GA").code == "office"
    book.keep_hours(None, "around_the_clock", kind="department")
    assert rules(store).hours("370102-D-GA").around_the_clock
    assert rules(store).hours(OFFICE) == hall
    kept = book.hours(None)
    assert kept.by_organisation == {OFFICE: "hall"}


def test_an_organisation_that_is_new_has_hours_at_once(store):
    assert rules(store)
    row = {"code": "370102-D-NEW", "name": "新", "kind": "department", "area_code": "370102", "parent_code": None}
    with store.transaction() as unit:
        register_organisations(unit, pd.DataFrame([row]))
    assert rules(store).hours("370102-D-NEW").code == "office"


def test_hours_that_make_no_sense_are_refused(book):
    with pytest.raises(NotFoundError, match="no hours 'x'"):
        book.keep_hours(None, "x", kind="department")
    with pytest.raises(NotFoundError, match="no organisation"):
        book.keep_hours(None, "office", organisation_code="nobody")
    with pytest.raises(InputError, match="no kind 'army'"):
        book.keep_hours(None, "office", kind="army")
    for both in ({}, {"kind": "department", "organisation_code": OFFICE}):
        with pytest.raises(InputError, match="whose hours"):
            book.keep_hours(None, "office", **both)
    with pytest.raises(InputError, match="stays so"):
        book.put_hours(None, Hours("around_the_clock", {0: (Segment(0, 1),), 1: (Segment(0, 1),)}, source="s"))


def test_steps_are_replaced_together(store, book):
    book.put_escalations(None, "file", [step(1, 0), step(2, 5), step(3, 5)])
    assert [e.after.amount for e in rules(store).escalations("file")] == [0, 5, 5]
    book.put_escalations(None, "file", [])
    assert rules(store).escalations("file") == ()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([step(2, 0)], "numbered 1, 2, 3"),
        ([step(1, 0), step(1, 5)], "numbered 1, 2, 3"),
        ([step(1, 30), step(2, 5)], "before an earlier one"),
        ([step(1, 0, "emperor")], "no role 'emperor'"),
    ],
)
def test_steps_that_contradict_themselves_are_refused(book, steps, words):
    with pytest.raises(InputError, match=words):
        book.put_escalations(None, "file", steps)
